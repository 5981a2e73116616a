// Model: a verified .octet file.
//
//   octet::Result<std::shared_ptr<const octet::Model>> model =
//       octet::Model::Load("digits.octet");
//   if (!model.ok()) { /* model.status().message() says why */ }
//
// A model is immutable: any number of sessions on any threads may share one.

#ifndef OCTET_MODEL_H_
#define OCTET_MODEL_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "octet/data_type.h"
#include "octet/export.h"
#include "octet/head.h"
#include "octet/shape.h"
#include "octet/status.h"

namespace octet {

// An input, output or other activation.
struct TensorInfo {
  std::string name;
  Shape shape;  // pictures NHWC
  // Of kInt8 alone: its values q stand for scale * (q - zero_point).
  float scale = 1.0f;
  int32_t zero_point = 0;
  DataType type = DataType::kInt8;

  size_t NumElements() const {
    return static_cast<size_t>(shape.NumElements());
  }
  size_t NumBytes() const { return NumElements() * ElementSize(type); }
};

// A dimension of an input that Session::Resize may change: to minimum, minimum
// + step ... maximum. TensorInfo has its size in the file, which is one of
// them.
struct VaryingDimension {
  int input = 0;  // index into inputs()
  int axis = 0;
  int32_t minimum = 1;
  int32_t maximum = 1;
  int32_t step = 1;
};

enum class ResizeMode : uint8_t {
  kNone = 0,     // the picture must have the right size
  kStretch = 1,  // to height x width
  kShorter = 2,  // the shorter side to resize_shorter
  kFit = 3,  // to the largest size inside height x width; the rest is `fill`
};

enum class ColorOrder : uint8_t { kRgb = 0, kBgr = 1, kGray = 2 };

// How a picture becomes the values of an input: decode, resize, crop the middle
// to height x width, order the colours, then value = (pixel - mean[c]) / std[c]
// with pixels 0 ... 255.
struct PreprocessingInfo {
  int input = 0;  // index into inputs()
  int32_t height = 0;
  int32_t width = 0;
  ResizeMode resize = ResizeMode::kNone;
  int32_t resize_shorter = 0;
  ColorOrder color_order = ColorOrder::kRgb;
  std::vector<float> mean;  // one a channel, or one for all
  std::vector<float> std;
  uint8_t fill = 0;  // kFit: the pixel value beside the picture
  bool centered =
      false;  // kFit: the picture in the middle, not at the top left
};

// Where a file came from.
struct ProvenanceInfo {
  std::string converter_version;
  std::vector<std::string> converter_options;
  std::string source_file;
  std::string source_sha256;
  std::string calibration_method;
  uint32_t calibration_samples = 0;
  // Of the samples' names in the order in which they were seen; may be empty.
  std::string calibration_order_sha256;
};

// The INT8 weights of all layers that are stored in one way.
struct StoredWeights {
  std::string encoding;  // "int8"; packed: "int4", "ternary", ...
  size_t layers = 0;
  size_t values = 0;
  size_t bytes = 0;  // in the file
};

class OCTET_EXPORT Model {
 public:
  // Maps the file at `path`. Its bytes may be anything: whatever a session
  // could trip over is checked here. The file must not change while the model
  // lives.
  static Result<std::shared_ptr<const Model>> Load(const std::string& path);

  // The same for bytes in memory, which must stay as they are while the model
  // lives. `data` is aligned to 16 or it is copied.
  static Result<std::shared_ptr<const Model>> FromMemory(const void* data,
                                                         size_t size);

  ~Model();
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  const std::string& name() const;
  const std::vector<TensorInfo>& inputs() const;
  const std::vector<TensorInfo>& outputs() const;
  // All other dimensions are fixed.
  const std::vector<VaryingDimension>& varying_dimensions() const;
  // How pictures are fed, at most one entry an input; empty if unknown.
  const std::vector<PreprocessingInfo>& preprocessing() const;
  // Class names: entry i names index i of the last dimension of output 0.
  const std::vector<std::string>& labels() const;
  // What to make of outputs; empty if unknown.
  const std::vector<HeadInfo>& heads() const;
  const ProvenanceInfo& provenance() const;
  // One entry an encoding that occurs.
  std::vector<StoredWeights> stored_weights() const;

  // For the engine's own code: what is in it is no part of the API.
  struct Contents;
  const Contents& contents() const { return *contents_; }

 private:
  explicit Model(std::unique_ptr<Contents> contents);
  std::unique_ptr<Contents> contents_;
};

}  // namespace octet

#endif  // OCTET_MODEL_H_
