// A .tflite file as plain structs, its main subgraph: offsets, indices and
// sizes are checked here, once, for any bytes. What each operator makes of its
// inputs and options is checked where it is imported.

#ifndef OCTET_CONVERTER_TFLITE_NETWORK_H_
#define OCTET_CONVERTER_TFLITE_NETWORK_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "converter/tflite/tflite_generated.h"
#include "octet/shape.h"
#include "octet/status.h"

namespace octet::converter {

inline constexpr int kAbsentTensor = -1;

struct TfliteTensor {
  std::string name;
  Shape shape;
  tflite::TensorType type = tflite::TensorType::FLOAT32;
  // Of a constant: shape.NumElements() values, points into the file, not
  // aligned. Empty: an activation.
  std::span<const uint8_t> data;
  // real = scale * (q - zero_point). Empty: not quantized; one entry, > 0; or
  // one for each index along `axis`, negative ones as well. None is 0, but for
  // INT32.
  std::vector<float> scale;
  std::vector<int64_t> zero_point;  // as many
  int axis = 0;                     // in range

  bool is_constant() const { return !data.empty(); }
};

struct TfliteOperator {
  std::string name;         // unique, never empty: the format has no names
  std::string source_type;  // "CONV_2D"; of a custom operator its own name
  tflite::BuiltinOperator code = tflite::BuiltinOperator::CUSTOM;
  std::vector<int> inputs;  // indices into tensors, or kAbsentTensor
  std::vector<int> outputs;
  const tflite::Operator* record = nullptr;
};

struct TfliteNetwork {
  std::string name;
  std::vector<TfliteTensor> tensors;
  std::vector<TfliteOperator> operators;  // in the order of execution
  std::vector<int> inputs;
  std::vector<int> outputs;

  const TfliteTensor& tensor(int index) const { return tensors[size_t(index)]; }
};

// Whether `bytes` begin like a .tflite file.
bool LooksLikeTflite(std::string_view bytes);

// Reads a file's bytes, which must outlive the result. Every activation has one
// place where it gets its values, before it is read.
// Errors: kInvalidModel, kUnsupported (no network this converter could read).
Result<TfliteNetwork> ReadTfliteNetwork(std::string_view bytes);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_TFLITE_NETWORK_H_
