// TfliteBuilder: .tflite files for tests, field by field. It derives nothing
// and checks nothing.

#ifndef OCTET_TESTS_CONVERTER_TFLITE_TFLITE_BUILDER_H_
#define OCTET_TESTS_CONVERTER_TFLITE_TFLITE_BUILDER_H_

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "converter/tflite/tflite_generated.h"
#include "octet/shape.h"

namespace octet::converter {

// How a tensor is stored; no scale: not quantized.
struct TestStorage {
  tflite::TensorType type = tflite::TensorType::FLOAT32;
  std::vector<float> scale = {};
  std::vector<int64_t> zero_point = {};
  int axis = 0;
};

inline TestStorage Int8(float scale, int64_t zero_point) {
  return {tflite::TensorType::INT8, {scale}, {zero_point}};
}
inline TestStorage Uint8(float scale, int64_t zero_point) {
  return {tflite::TensorType::UINT8, {scale}, {zero_point}};
}

class TfliteBuilder {
 public:
  TfliteBuilder();

  // These return the index of a new tensor, named "tensor_<index>".
  int Activation(const Shape& shape, const TestStorage& storage = {});
  int Input(const Shape& shape, const TestStorage& storage = {});
  template <typename T>
  int Constant(const Shape& shape, const std::vector<T>& values,
               const TestStorage& storage) {
    std::vector<uint8_t> bytes(values.size() * sizeof(T));
    if (!bytes.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
    return AddTensor(shape, storage, std::move(bytes));
  }
  int Floats(const Shape& shape, const std::vector<float>& values) {
    return Constant(shape, values, {});
  }
  int Integers(const std::vector<int32_t>& values) {
    return Constant(Shape{static_cast<int32_t>(values.size())}, values,
                    {tflite::TensorType::INT32});
  }

  // Appends an operator.
  template <typename Options>
  void Operator(tflite::BuiltinOperator code, Options options,
                std::vector<int> inputs, std::vector<int> outputs) {
    Operator(code, std::move(inputs), std::move(outputs));
    last_operator().builtin_options.Set(std::move(options));
  }
  void Operator(tflite::BuiltinOperator code, std::vector<int> inputs,
                std::vector<int> outputs);
  void Custom(const std::string& name, std::vector<int> inputs,
              std::vector<int> outputs);
  void Output(int tensor);

  // The file's content, to be changed by tests.
  tflite::ModelT& model() { return model_; }
  tflite::SubGraphT& graph() { return *model_.subgraphs[0]; }
  tflite::TensorT& tensor(int index) { return *graph().tensors[size_t(index)]; }
  tflite::OperatorT& last_operator() { return *graph().operators.back(); }

  std::string Finish() const;

 private:
  int AddTensor(const Shape& shape, const TestStorage& storage,
                std::vector<uint8_t> bytes);

  tflite::ModelT model_;
};

// A quantized network of CONV_2D, DEPTHWISE_CONV_2D, ADD, AVERAGE_POOL_2D,
// RESHAPE, FULLY_CONNECTED and SOFTMAX: a picture {1, 9, 8, 3} -> {1, 6}.
// `type` is INT8 or UINT8; int8 weights have a scale a channel, uint8 ones a
// zero point.
TfliteBuilder SmallClassifier(tflite::TensorType type, uint32_t seed);

}  // namespace octet::converter

#endif  // OCTET_TESTS_CONVERTER_TFLITE_TFLITE_BUILDER_H_
