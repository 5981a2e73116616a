#include "tests/reference/tflite_stored.h"

#include <cstring>

namespace octet::reference {
namespace {

using Type = tflite::TensorType;

template <typename T>
StoredValues Decode(const flatbuffers::Vector<uint8_t>& bytes) {
  StoredValues values;
  for (size_t at = 0; at + sizeof(T) <= bytes.size(); at += sizeof(T)) {
    T value;
    std::memcpy(&value, bytes.data() + at, sizeof(T));
    values.push_back(value);
  }
  return values;
}

StoredValues ReadConstant(const tflite::Model& model,
                          const tflite::Tensor& tensor) {
  const auto* bytes = model.buffers()->Get(tensor.buffer())->data();
  if (bytes == nullptr) return {};
  switch (tensor.type()) {
    case Type::INT8:
      return Decode<int8_t>(*bytes);
    case Type::UINT8:
      return Decode<uint8_t>(*bytes);
    case Type::INT32:
      return Decode<int32_t>(*bytes);
    default:
      return {};
  }
}

}  // namespace

Stored ReadStored(const tflite::Model& model, const tflite::Tensor& tensor) {
  Stored stored;
  if (tensor.shape() != nullptr) {
    stored.shape.assign(tensor.shape()->begin(), tensor.shape()->end());
  }
  const auto* quantization = tensor.quantization();
  if (quantization != nullptr && quantization->scale() != nullptr) {
    stored.scale.assign(quantization->scale()->begin(),
                        quantization->scale()->end());
    if (quantization->zero_point() != nullptr &&
        quantization->zero_point()->size() > 0) {
      stored.zero_point = quantization->zero_point()->Get(0);
    }
  }
  stored.low = tensor.type() == Type::INT8 ? -128 : 0;
  stored.high = tensor.type() == Type::INT8 ? 127 : 255;
  stored.values = ReadConstant(model, tensor);
  return stored;
}

}  // namespace octet::reference
