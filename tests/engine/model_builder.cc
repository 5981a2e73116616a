#include "tests/engine/model_builder.h"

#include <cstring>
#include <memory>

namespace octet {
namespace {

std::unique_ptr<schema::QuantizationT> PerTensor(TestQuantization value) {
  auto quantization = std::make_unique<schema::QuantizationT>();
  quantization->scale = {value.scale};
  quantization->zero_point = value.zero_point;
  return quantization;
}

std::vector<uint8_t> Bytes(const void* data, size_t size) {
  const uint8_t* bytes = static_cast<const uint8_t*>(data);
  return std::vector<uint8_t>(bytes, bytes + size);
}

}  // namespace

ModelBuilder::ModelBuilder() {
  model_.version = 1;
  model_.name = "test";
  model_.buffers.push_back(std::make_unique<schema::BufferT>());
}

int ModelBuilder::AppendTensor(const Shape& shape, schema::DataType type,
                               std::vector<uint8_t> data) {
  auto tensor = std::make_unique<schema::TensorT>();
  tensor->name = "t" + std::to_string(model_.tensors.size());
  tensor->shape.assign(shape.dims, shape.dims + shape.rank);
  tensor->type = type;
  if (!data.empty()) {
    tensor->buffer = static_cast<uint32_t>(model_.buffers.size());
    model_.buffers.push_back(std::make_unique<schema::BufferT>());
    model_.buffers.back()->data = std::move(data);
  }
  model_.tensors.push_back(std::move(tensor));
  return static_cast<int>(model_.tensors.size()) - 1;
}

int ModelBuilder::Activation(const Shape& shape,
                             TestQuantization quantization) {
  const int tensor = AppendTensor(shape, schema::DataType::INT8, {});
  model_.tensors.back()->quantization = PerTensor(quantization);
  return tensor;
}

int ModelBuilder::Input(const Shape& shape, TestQuantization quantization) {
  const int tensor = Activation(shape, quantization);
  model_.inputs.push_back(static_cast<uint32_t>(tensor));
  return tensor;
}

int ModelBuilder::Activation(const Shape& shape, schema::DataType type) {
  return AppendTensor(shape, type, {});
}

int ModelBuilder::Input(const Shape& shape, schema::DataType type) {
  const int tensor = Activation(shape, type);
  model_.inputs.push_back(static_cast<uint32_t>(tensor));
  return tensor;
}

int ModelBuilder::Constant(const Shape& shape,
                           const std::vector<int8_t>& values,
                           TestQuantization quantization) {
  const int tensor = AppendTensor(shape, schema::DataType::INT8,
                                  Bytes(values.data(), values.size()));
  model_.tensors.back()->quantization = PerTensor(quantization);
  return tensor;
}

int ModelBuilder::Weights(const reference::Tensor& weights) {
  const int tensor =
      AppendTensor(weights.shape, schema::DataType::INT8,
                   Bytes(weights.data.data(), weights.data.size()));
  auto quantization = std::make_unique<schema::QuantizationT>();
  quantization->axis = 0;
  quantization->scale.assign(static_cast<size_t>(weights.shape[0]), 0.01f);
  model_.tensors.back()->quantization = std::move(quantization);
  return tensor;
}

int ModelBuilder::Weights(const reference::WeightedLayer& layer) {
  if (layer.weight_zero_point == 0) return Weights(layer.weights);
  return Constant(layer.weights.shape, layer.weights.data,
                  {0.01f, layer.weight_zero_point});
}

int ModelBuilder::Bias(const std::vector<int32_t>& bias) {
  return AppendTensor({static_cast<int32_t>(bias.size())},
                      schema::DataType::INT32,
                      Bytes(bias.data(), bias.size() * sizeof(int32_t)));
}

int ModelBuilder::AppendOperator(schema::OperatorOptionsUnion options,
                                 const std::vector<int>& inputs, int output) {
  auto op = std::make_unique<schema::OperatorT>();
  op->name = "op" + std::to_string(model_.operators.size());
  op->options = std::move(options);
  for (const int input : inputs) {
    op->inputs.push_back(static_cast<uint32_t>(input));
  }
  op->outputs = {static_cast<uint32_t>(output)};
  model_.operators.push_back(std::move(op));
  return output;
}

void ModelBuilder::Output(int tensor) {
  model_.outputs.push_back(static_cast<uint32_t>(tensor));
}

std::vector<uint8_t> ModelBuilder::Finish() const {
  flatbuffers::FlatBufferBuilder builder;
  schema::FinishModelBuffer(builder, schema::Model::Pack(builder, &model_));
  return Bytes(builder.GetBufferPointer(), builder.GetSize());
}

schema::Window2d ToSchema(const Window2dParams& window) {
  return schema::Window2d(window.kernel_h, window.kernel_w, window.stride_h,
                          window.stride_w, window.dilation_h, window.dilation_w,
                          window.pad_top, window.pad_left, window.pad_bottom,
                          window.pad_right);
}

std::unique_ptr<schema::Clamp> ToSchema(const reference::OutputParams& output) {
  return std::make_unique<schema::Clamp>(static_cast<int8_t>(output.clamp_min),
                                         static_cast<int8_t>(output.clamp_max));
}

std::unique_ptr<schema::RequantizationT> ToSchema(
    const reference::Requantization& requantization) {
  auto result = std::make_unique<schema::RequantizationT>();
  result->multiplier = requantization.multiplier;
  result->shift = requantization.shift;
  return result;
}

schema::Conv2dT Conv2dOptions(const reference::WeightedLayer& layer,
                              const Window2dParams& window, int groups) {
  schema::Conv2dT options;
  options.window = std::make_unique<schema::Window2d>(ToSchema(window));
  options.groups = groups;
  options.clamp = ToSchema(layer.output);
  options.requantization = ToSchema(layer.requantization);
  return options;
}

}  // namespace octet
