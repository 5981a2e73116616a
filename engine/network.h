// Network: the tables of a verified .octet file as plain structs. Planning and
// the operators read these; nothing else interprets the file.

#ifndef OCTET_ENGINE_NETWORK_H_
#define OCTET_ENGINE_NETWORK_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "octet/data_type.h"
#include "octet/model.h"
#include "octet/shape.h"
#include "schema/octet_generated.h"
#include "schema/packed_weights.h"

namespace octet {

// A member of a set of data types.
constexpr unsigned TypeBit(schema::DataType type) {
  return 1u << static_cast<unsigned>(type);
}

inline constexpr unsigned kIntegerTypes =
    TypeBit(schema::DataType::INT32) | TypeBit(schema::DataType::INT64);
// All but INT8: what needs no scale.
inline constexpr unsigned kPlainTypes =
    kIntegerTypes | TypeBit(schema::DataType::FLOAT32) |
    TypeBit(schema::DataType::UINT8) | TypeBit(schema::DataType::BOOL);

// An activation, or a constant whose values lie in the file.
struct Tensor {
  std::string name;
  Shape shape;
  schema::DataType type = schema::DataType::INT8;
  // The per-channel dimension, -1: per tensor; `scale` is then the first one.
  int axis = -1;
  float scale = 1.0f;
  int32_t zero_point = 0;
  // In the file: one, or one for each index along `axis`; null: not quantized.
  const flatbuffers::Vector<float>* scales = nullptr;
  const uint8_t* data = nullptr;  // null: an activation
  // Of weights that `data` holds packed; otherwise null.
  const WeightCodes* codes = nullptr;

  bool is_constant() const { return data != nullptr; }
  bool is(schema::DataType other) const { return type == other; }
  bool is_float() const { return is(schema::DataType::FLOAT32); }
  // An activation, or a constant that can stand for one: INT8 has one scale.
  bool is_per_tensor_int8() const {
    return is(schema::DataType::INT8) && axis < 0;
  }
  DataType data_type() const { return static_cast<DataType>(type); }
  int64_t NumElements() const { return shape.NumElements(); }
  int64_t element_size() const {
    return static_cast<int64_t>(ElementSize(data_type()));
  }
  int64_t NumBytes() const { return NumElements() * element_size(); }
};

// One operator of the file. Its options are read from the file in place.
struct Node {
  std::string name;
  schema::OperatorOptions type = schema::OperatorOptions::NONE;
  const schema::Operator* record = nullptr;
  std::vector<int> inputs;  // indices into Network::tensors
  int output = 0;

  // REQUIRES: `type` is the union member of Options.
  template <typename Options>
  const Options& options() const {
    return *record->options_as<Options>();
  }
};

struct Network {
  std::vector<Tensor> tensors;
  std::vector<Node> nodes;  // in the order of execution
  std::vector<int> inputs;
  std::vector<int> outputs;
  std::vector<VaryingDimension> varying_dimensions;
  // Whether shapes may be others than in the file: what the file says of its
  // own sizes (AveragePool2d's counts) then follows anew.
  bool is_resized = false;
  // Null but while shapes change (resize_network.h): where the shape goes that
  // an operator gives, instead of being compared with its output's.
  Shape* inferred_shape = nullptr;

  const Tensor& tensor(int index) const {
    return tensors[static_cast<size_t>(index)];
  }
  const Tensor& input(const Node& node, size_t i) const {
    return tensor(node.inputs[i]);
  }
  const Tensor& output(const Node& node) const { return tensor(node.output); }
};

// A name from a file as it may be shown to a person: in quotes, control
// characters replaced, cut to 80 bytes.
std::string Quoted(const std::string& name);

// "tensor 'conv1_output' (#4)"
std::string TensorTitle(const Network& network, int index);

}  // namespace octet

#endif  // OCTET_ENGINE_NETWORK_H_
