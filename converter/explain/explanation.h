// Explanation: where an INT8 network loses accuracy, layer by layer.

#ifndef OCTET_CONVERTER_EXPLAIN_EXPLANATION_H_
#define OCTET_CONVERTER_EXPLAIN_EXPLANATION_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "converter/calibrate/range.h"
#include "octet/shape.h"

namespace octet::converter {

// A ratio of signal to noise and which part of the noise weights are to blame
// for. With y in FP32, w the same in FP32 but with the INT8 network's weights
// and biases, and q what the integer kernels compute,
//   sqnr_db = 10 log10(sum y^2 / sum (q - y)^2)
//   weights_share = sum (w - y)^2 / (sum (w - y)^2 + sum (q - w)^2)
struct Error {
  double sqnr_db = 0.0;  // infinite where there is no noise
  // The rest is the rounding of activations. Nothing where there is no noise.
  std::optional<double> weights_share;
};

// One layer, as the INT8 network runs it: a node of the graph, or a layer and
// the Add that it computes in its own requantization.
struct LayerExplanation {
  std::string name;  // "conv3", "conv4 + add5"
  std::string type;
  std::string output;  // the value that it writes
  Shape shape;         // of the output
  int64_t parameters = 0;
  int64_t multiply_accumulates = 0;
  std::string weights;  // "int8", "int4", ...; empty: none

  // This layer in INT8 on FP32 inputs: what it alone costs.
  Error alone;
  // The whole INT8 network up to here.
  double sqnr_db = 0.0;

  // The form of the output, real = scale * (q - zero_point), and the values
  // that it can hold. An output in FP32 has no such form: then scale is 0, and
  // the ends are infinite.
  double scale = 1.0;
  int zero_point = 0;
  double lowest = 0.0;
  double highest = 0.0;
  // Share of the output's FP32 values outside of these by more than half a
  // step.
  double saturated = 0.0;

  int channels = 0;  // along the last dimension
  // Channels with one and the same INT8 value on all samples, of which FP32
  // has some that are constant as well.
  int constant_channels = 0;
  int constant_channels_fp32 = 0;
  // As QuantizedWeights defines them.
  int widened_channels = 0;
  int dead_channels = 0;
};

// An input of a Concat beside the range that all of them share.
struct ConcatInput {
  std::string value;
  double lowest = 0.0;  // of its FP32 values
  double highest = 0.0;
  // How many of the 256 steps of the shared range its own values span.
  double steps = 0.0;
};

struct ConcatExplanation {
  std::string name;
  double lowest = 0.0;  // that the shared form can hold
  double highest = 0.0;
  std::vector<ConcatInput> inputs;
};

struct SampleExplanation {
  size_t index = 0;
  std::string name;
  int label = -1;  // the right class, or -1
  double sqnr_db = 0.0;
  // The class of the largest score; -1 where the output is not a row of scores.
  int fp32_class = -1;
  int int8_class = -1;
  // The first input as a PNG; empty where it is no picture.
  std::vector<uint8_t> png;
};

struct Explanation {
  std::string model;
  size_t samples = 0;
  int64_t parameters = 0;
  int64_t multiply_accumulates = 0;
  size_t file_bytes = 0;
  Error outputs;                         // of the scores (see ScoreValue)
  std::vector<LayerExplanation> layers;  // in order of execution
  std::vector<ConcatExplanation> concats;
  std::vector<SampleExplanation> worst_samples;  // the worst first
  std::vector<std::string> class_names;
  // Adds whose output scale was raised to that of their inputs.
  std::vector<std::string> raised_adds;
};

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_EXPLAIN_EXPLANATION_H_
