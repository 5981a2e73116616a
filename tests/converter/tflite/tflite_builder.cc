#include "tests/converter/tflite/tflite_builder.h"

#include "tests/random.h"

namespace octet::converter {
namespace {

using tflite::BuiltinOperator;
using tflite::TensorType;

constexpr int32_t kChannels = 5;
constexpr int32_t kClasses = 6;

// Layers of random weights for SmallClassifier.
class LayerMaker {
 public:
  LayerMaker(TfliteBuilder& builder, TensorType type, uint32_t seed)
      : builder_(builder), type_(type), random_(seed) {}

  TestStorage Storage(float scale, int64_t zero_point) const {
    return {type_, {scale}, {zero_point + (is_uint8() ? 128 : 0)}};
  }

  // Weights and bias of `channels` channels along `axis`.
  std::vector<int> Weights(const Shape& shape, int axis, float input_scale) {
    const int32_t channels = shape[axis];
    TestStorage storage = Storage(0.02f, is_uint8() ? -5 : 0);
    storage.axis = axis;
    for (int32_t c = 1; c < channels && !is_uint8(); ++c) {
      storage.scale.push_back(0.02f + 0.003f * static_cast<float>(c));
      storage.zero_point.push_back(0);
    }
    std::vector<int8_t> values;
    for (int64_t i = 0; i < shape.NumElements(); ++i) {
      values.push_back(static_cast<int8_t>(random_.Between(-127, 127)));
    }
    std::vector<int32_t> bias;
    for (int32_t c = 0; c < channels; ++c) {
      bias.push_back(static_cast<int32_t>(random_.Between(-3000, 3000)));
    }
    TestStorage bias_storage = storage;
    bias_storage.type = TensorType::INT32;
    bias_storage.axis = 0;
    bias_storage.zero_point.assign(storage.scale.size(), 0);
    for (float& scale : bias_storage.scale) scale *= input_scale;
    const int weights = builder_.Constant(shape, values, storage);
    return {weights, builder_.Constant(Shape{channels}, bias, bias_storage)};
  }

 private:
  bool is_uint8() const { return type_ == TensorType::UINT8; }

  TfliteBuilder& builder_;
  TensorType type_;
  Random random_;
};

}  // namespace

TfliteBuilder::TfliteBuilder() {
  model_.version = 3;
  model_.buffers.push_back(std::make_unique<tflite::BufferT>());
  model_.subgraphs.push_back(std::make_unique<tflite::SubGraphT>());
}

int TfliteBuilder::Activation(const Shape& shape, const TestStorage& storage) {
  return AddTensor(shape, storage, {});
}

int TfliteBuilder::Input(const Shape& shape, const TestStorage& storage) {
  const int tensor = Activation(shape, storage);
  graph().inputs.push_back(tensor);
  return tensor;
}

void TfliteBuilder::Operator(BuiltinOperator code, std::vector<int> inputs,
                             std::vector<int> outputs) {
  auto record = std::make_unique<tflite::OperatorCodeT>();
  const int number = static_cast<int>(code);
  record->deprecated_builtin_code =
      static_cast<int8_t>(number < 127 ? number : 127);
  record->builtin_code = code;
  model_.operator_codes.push_back(std::move(record));
  auto op = std::make_unique<tflite::OperatorT>();
  op->opcode_index = static_cast<uint32_t>(model_.operator_codes.size() - 1);
  op->inputs = std::move(inputs);
  op->outputs = std::move(outputs);
  graph().operators.push_back(std::move(op));
}

void TfliteBuilder::Custom(const std::string& name, std::vector<int> inputs,
                           std::vector<int> outputs) {
  Operator(BuiltinOperator::CUSTOM, std::move(inputs), std::move(outputs));
  model_.operator_codes.back()->custom_code = name;
}

void TfliteBuilder::Output(int tensor) { graph().outputs.push_back(tensor); }

std::string TfliteBuilder::Finish() const {
  flatbuffers::FlatBufferBuilder builder;
  tflite::FinishModelBuffer(builder, tflite::Model::Pack(builder, &model_));
  return std::string(reinterpret_cast<const char*>(builder.GetBufferPointer()),
                     builder.GetSize());
}

int TfliteBuilder::AddTensor(const Shape& shape, const TestStorage& storage,
                             std::vector<uint8_t> bytes) {
  auto tensor = std::make_unique<tflite::TensorT>();
  const int index = static_cast<int>(graph().tensors.size());
  tensor->name = "tensor_" + std::to_string(index);
  tensor->shape.assign(shape.dims, shape.dims + shape.rank);
  tensor->type = storage.type;
  if (!storage.scale.empty()) {
    tensor->quantization = std::make_unique<tflite::QuantizationParametersT>();
    tensor->quantization->scale = storage.scale;
    tensor->quantization->zero_point = storage.zero_point;
    tensor->quantization->quantized_dimension = storage.axis;
  }
  if (!bytes.empty()) {
    auto buffer = std::make_unique<tflite::BufferT>();
    buffer->data = std::move(bytes);
    model_.buffers.push_back(std::move(buffer));
    tensor->buffer = static_cast<uint32_t>(model_.buffers.size() - 1);
  }
  graph().tensors.push_back(std::move(tensor));
  return index;
}

TfliteBuilder SmallClassifier(TensorType type, uint32_t seed) {
  TfliteBuilder builder;
  LayerMaker make(builder, type, seed);
  const int picture = builder.Input({1, 9, 8, 3}, make.Storage(0.01f, -3));
  const auto layer = [](int input, std::vector<int> constants) {
    constants.insert(constants.begin(), input);
    return constants;
  };

  const Shape full = {1, 9, 8, kChannels};
  tflite::Conv2DOptionsT conv;
  conv.stride_h = conv.stride_w = 1;
  conv.fused_activation_function = tflite::Activation::RELU6;
  const int a = builder.Activation(full, make.Storage(0.03f, -120));
  builder.Operator(BuiltinOperator::CONV_2D, conv,
                   layer(picture, make.Weights({kChannels, 3, 3, 3}, 0, 0.01f)),
                   {a});
  tflite::DepthwiseConv2DOptionsT depthwise;
  depthwise.stride_h = depthwise.stride_w = 1;
  depthwise.dilation_h_factor = 2;
  const int b = builder.Activation(full, make.Storage(0.2f, 9));
  builder.Operator(BuiltinOperator::DEPTHWISE_CONV_2D, depthwise,
                   layer(a, make.Weights({1, 3, 3, kChannels}, 3, 0.03f)), {b});
  const int sum = builder.Activation(full, make.Storage(0.21f, -20));
  builder.Operator(BuiltinOperator::ADD, tflite::AddOptionsT(), {a, b}, {sum});

  tflite::Pool2DOptionsT pool;
  pool.stride_h = pool.stride_w = 2;
  pool.filter_height = 3;
  pool.filter_width = 2;
  const int pooled =
      builder.Activation({1, 5, 4, kChannels}, make.Storage(0.21f, -20));
  builder.Operator(BuiltinOperator::AVERAGE_POOL_2D, pool, {sum}, {pooled});
  const int flat =
      builder.Activation({1, 20 * kChannels}, make.Storage(0.21f, -20));
  builder.Operator(BuiltinOperator::RESHAPE, {pooled}, {flat});
  const int logits = builder.Activation({1, kClasses}, make.Storage(0.5f, 3));
  builder.Operator(
      BuiltinOperator::FULLY_CONNECTED, tflite::FullyConnectedOptionsT(),
      layer(flat, make.Weights({kClasses, 20 * kChannels}, 0, 0.21f)),
      {logits});
  tflite::SoftmaxOptionsT softmax;
  softmax.beta = 1.0f;
  const int scores =
      builder.Activation({1, kClasses}, make.Storage(1.0f / 256, -128));
  builder.Operator(BuiltinOperator::SOFTMAX, softmax, {logits}, {scores});
  builder.Output(scores);
  return builder;
}

}  // namespace octet::converter
