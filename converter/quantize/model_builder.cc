#include "converter/quantize/model_builder.h"

#include <bit>

#include "converter/quantize/schema_options.h"
#include "schema/packed_weights.h"

namespace octet::converter {
namespace {

// The version of the format that this converter writes.
constexpr uint32_t kFormatVersion = 1;

// The `size` low bytes of `bits`, the lowest first.
void AppendBytes(uint64_t bits, int size, std::vector<uint8_t>& bytes) {
  for (int i = 0; i < size; ++i) {
    bytes.push_back(static_cast<uint8_t>(bits >> (8 * i)));
  }
}

}  // namespace

ModelBuilder::ModelBuilder(const Graph& graph,
                           const std::vector<ActivationParams>& params,
                           const std::vector<bool>& int8_values)
    : graph_(graph),
      params_(params),
      int8_values_(int8_values),
      int8_tensors_(graph.values.size(), -1),
      plain_tensors_(graph.values.size(), -1) {
  model_.version = kFormatVersion;
  model_.name = graph.name;
  AddBuffer({});  // buffer 0 is always empty
  for (ValueId id : graph.inputs) model_.inputs.push_back(StoredTensor(id));
}

uint32_t ModelBuilder::Tensor(ValueId id) {
  int32_t& tensor = int8_tensors_[size_t(id)];
  if (tensor >= 0) return uint32_t(tensor);
  const Value& source = value(id);
  if (source.is_constant()) {
    std::vector<int8_t> data;
    data.reserve(source.data->size());
    for (float real : *source.data) {
      data.push_back(QuantizeActivation(real, params(id)));
    }
    tensor =
        int32_t(AddInt8Constant(source.name, source.shape, data,
                                {params(id).scale}, params(id).zero_point, -1));
  } else if (int8_values_[size_t(id)]) {
    tensor = int32_t(AddActivation(source.name, source.shape, params(id)));
  } else {
    const uint32_t plain = PlainTensor(id);
    const std::string name = source.name + "/int8";
    tensor = int32_t(AddActivation(name, source.shape, params(id)));
    AddOperator(name, schema::QuantizeT(), {plain}, uint32_t(tensor));
    ++inserted_conversions_;
  }
  return uint32_t(tensor);
}

uint32_t ModelBuilder::PlainTensor(ValueId id) {
  int32_t& tensor = plain_tensors_[size_t(id)];
  if (tensor >= 0) return uint32_t(tensor);
  const Value& source = value(id);
  if (source.is_constant()) {
    tensor = int32_t(AddPlainConstant(source));
  } else if (!int8_values_[size_t(id)]) {
    tensor = int32_t(AddPlainTensor(source.name, source.shape, source.type, 0));
  } else {
    const uint32_t int8 = Tensor(id);
    const std::string name = source.name + "/float32";
    tensor = int32_t(
        AddPlainTensor(name, source.shape, schema::DataType::FLOAT32, 0));
    AddOperator(name, schema::DequantizeT(), {int8}, uint32_t(tensor));
    ++inserted_conversions_;
  }
  return uint32_t(tensor);
}

Result<uint32_t> ModelBuilder::TensorInOutputParams(const Node& node,
                                                    ValueId id) {
  const uint32_t tensor = Tensor(id);
  const ActivationParams& wanted = params(node.output);
  if (params(id) == wanted) return tensor;
  OCTET_ASSIGN_OR_RETURN(
      schema::RequantizeT options,
      MakeRequantize(params(id), wanted, /*clamp=*/FloatClamp()));
  const std::string name =
      node.name + "/requantize_" + std::to_string(inserted_requantizes_++);
  const uint32_t output = AddActivation(name, value(id).shape, wanted);
  AddOperator(name, std::move(options), {tensor}, output);
  return output;
}

uint32_t ModelBuilder::AddInt8Constant(std::string name, const Shape& shape,
                                       const std::vector<int8_t>& data,
                                       std::vector<float> scale,
                                       int32_t zero_point, int32_t axis) {
  schema::QuantizationT quantization;
  quantization.scale = std::move(scale);
  quantization.zero_point = zero_point;
  quantization.axis = axis;
  return AddTensor(std::move(name), shape, schema::DataType::INT8,
                   std::move(quantization),
                   AddBuffer(std::vector<uint8_t>(data.begin(), data.end())));
}

uint32_t ModelBuilder::AddWeights(std::string name, const Shape& shape,
                                  const std::vector<int8_t>& values,
                                  std::vector<float> scale, int32_t axis,
                                  schema::Encoding encoding) {
  const uint32_t index = AddInt8Constant(std::move(name), shape, values,
                                         std::move(scale), 0, axis);
  const WeightCodes* codes = FindWeightCodes(encoding);
  if (codes == nullptr) return index;
  std::vector<uint8_t> packed = PackWeights(*codes, values);
  if (packed.size() >= values.size()) return index;
  schema::TensorT& tensor = *model_.tensors[index];
  tensor.encoding = encoding;
  model_.buffers[tensor.buffer]->data = std::move(packed);
  return index;
}

uint32_t ModelBuilder::AddInt32Constant(std::string name, const Shape& shape,
                                        const std::vector<int32_t>& data,
                                        std::vector<float> scale,
                                        int32_t axis) {
  std::vector<uint8_t> bytes;
  bytes.reserve(data.size() * 4);
  for (int32_t value : data) AppendBytes(uint32_t(value), 4, bytes);
  schema::QuantizationT quantization;
  quantization.scale = std::move(scale);
  quantization.axis = axis;
  return AddTensor(std::move(name), shape, schema::DataType::INT32,
                   std::move(quantization), AddBuffer(std::move(bytes)));
}

std::pair<schema::ModelT, std::vector<int32_t>> ModelBuilder::Finish() {
  for (ValueId id : graph_.outputs) model_.outputs.push_back(StoredTensor(id));
  std::vector<int32_t> stored;
  for (size_t i = 0; i < graph_.values.size(); ++i) {
    stored.push_back(int8_values_[i] ? int8_tensors_[i] : plain_tensors_[i]);
    if (graph_.values[i].is_constant()) stored.back() = -1;
  }
  return {std::move(model_), std::move(stored)};
}

uint32_t ModelBuilder::AddActivation(std::string name, const Shape& shape,
                                     const ActivationParams& activation) {
  schema::QuantizationT quantization;
  quantization.scale = {activation.scale};
  quantization.zero_point = activation.zero_point;
  return AddTensor(std::move(name), shape, schema::DataType::INT8,
                   std::move(quantization), /*buffer=*/0);
}

uint32_t ModelBuilder::AddFloatConstant(std::string name, const Shape& shape,
                                        const std::vector<float>& data) {
  std::vector<uint8_t> bytes;
  bytes.reserve(data.size() * 4);
  for (float x : data) AppendBytes(std::bit_cast<uint32_t>(x), 4, bytes);
  return AddPlainTensor(std::move(name), shape, schema::DataType::FLOAT32,
                        AddBuffer(std::move(bytes)));
}

uint32_t ModelBuilder::AddFloatActivation(std::string name,
                                          const Shape& shape) {
  return AddPlainTensor(std::move(name), shape, schema::DataType::FLOAT32, 0);
}

uint32_t ModelBuilder::AddPlainConstant(const Value& constant) {
  if (constant.is_float()) {
    return AddFloatConstant(constant.name, constant.shape, *constant.data);
  }
  const int size = constant.type == schema::DataType::INT64   ? 8
                   : constant.type == schema::DataType::INT32 ? 4
                                                              : 1;
  std::vector<uint8_t> bytes;
  for (int64_t x : *constant.integers) AppendBytes(uint64_t(x), size, bytes);
  return AddPlainTensor(constant.name, constant.shape, constant.type,
                        AddBuffer(std::move(bytes)));
}

uint32_t ModelBuilder::AddPlainTensor(std::string name, const Shape& shape,
                                      schema::DataType type, uint32_t buffer) {
  auto tensor = std::make_unique<schema::TensorT>();
  tensor->name = std::move(name);
  tensor->shape.assign(shape.dims, shape.dims + shape.rank);
  tensor->type = type;
  tensor->buffer = buffer;
  model_.tensors.push_back(std::move(tensor));
  return uint32_t(model_.tensors.size() - 1);
}

uint32_t ModelBuilder::AddTensor(std::string name, const Shape& shape,
                                 schema::DataType type,
                                 schema::QuantizationT quantization,
                                 uint32_t buffer) {
  auto tensor = std::make_unique<schema::TensorT>();
  tensor->name = std::move(name);
  tensor->shape.assign(shape.dims, shape.dims + shape.rank);
  tensor->type = type;
  tensor->quantization =
      std::make_unique<schema::QuantizationT>(std::move(quantization));
  tensor->buffer = buffer;
  model_.tensors.push_back(std::move(tensor));
  return uint32_t(model_.tensors.size() - 1);
}

uint32_t ModelBuilder::AddBuffer(std::vector<uint8_t> bytes) {
  auto buffer = std::make_unique<schema::BufferT>();
  buffer->data = std::move(bytes);
  model_.buffers.push_back(std::move(buffer));
  return uint32_t(model_.buffers.size() - 1);
}

}  // namespace octet::converter
