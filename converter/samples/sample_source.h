// SampleSource: where calibration and evaluation get their inputs from, one
// sample at a time, so that memory does not grow with the number of samples.

#ifndef OCTET_CONVERTER_SAMPLES_SAMPLE_SOURCE_H_
#define OCTET_CONVERTER_SAMPLES_SAMPLE_SOURCE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "octet/shape.h"
#include "octet/status.h"

namespace octet::converter {

// An input of the network that samples are for. Pictures are NHWC.
struct InputSpec {
  std::string name;
  Shape shape;
};

inline constexpr int kNoLabel = -1;

// What the network is run on once.
struct Sample {
  // One for each input of the network, in the order of the InputSpecs; as many
  // values as the shape has.
  std::vector<std::vector<float>> inputs;
  // The right class, or kNoLabel.
  int label = kNoLabel;
};

// A fixed sequence of samples. All functions may be called by several threads
// at once.
class SampleSource {
 public:
  virtual ~SampleSource() = default;

  virtual size_t size() const = 0;

  // REQUIRES in both: index < size().
  // Reads and prepares a sample; an error names the file at fault.
  virtual Result<Sample> Read(size_t index) const = 0;
  // For messages: "cat.jpg", "x.npy[3]".
  virtual std::string Name(size_t index) const = 0;
};

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_SAMPLES_SAMPLE_SOURCE_H_
