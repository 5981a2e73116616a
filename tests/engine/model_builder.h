// ModelBuilder: .octet files for tests, field by field. It derives nothing and
// checks nothing: multipliers, shapes and zero points are the test's own.

#ifndef OCTET_TESTS_ENGINE_MODEL_BUILDER_H_
#define OCTET_TESTS_ENGINE_MODEL_BUILDER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "octet/shape.h"
#include "schema/octet_generated.h"
#include "schema/operators.h"
#include "tests/reference/layers.h"

namespace octet {

// Scale and zero point of an activation.
struct TestQuantization {
  float scale = 0.25f;
  int zero_point = 0;
};

class ModelBuilder {
 public:
  ModelBuilder();

  // These return the index of a new tensor.
  int Input(const Shape& shape, TestQuantization quantization);
  int Activation(const Shape& shape, TestQuantization quantization);
  int Constant(const Shape& shape, const std::vector<int8_t>& values,
               TestQuantization quantization);
  int Weights(const reference::Tensor& weights);
  // Per tensor where they have a zero point.
  int Weights(const reference::WeightedLayer& layer);
  int Bias(const std::vector<int32_t>& bias);

  // Tensors that are not quantized.
  int Input(const Shape& shape, schema::DataType type);
  int Activation(const Shape& shape, schema::DataType type);
  template <typename T>
  int Constant(const Shape& shape, const std::vector<T>& values,
               schema::DataType type) {
    const uint8_t* bytes = reinterpret_cast<const uint8_t*>(values.data());
    return AppendTensor(shape, type,
                        {bytes, bytes + values.size() * sizeof(T)});
  }

  // Appends an operator that writes a new activation; returns that.
  template <typename Options>
  int Operator(Options options, const std::vector<int>& inputs,
               const Shape& output, TestQuantization quantization) {
    schema::OperatorOptionsUnion united;
    united.Set(std::move(options));
    return AppendOperator(std::move(united), inputs,
                          Activation(output, quantization));
  }
  template <typename Options>
  int Operator(Options options, const std::vector<int>& inputs,
               const Shape& output, schema::DataType type) {
    schema::OperatorOptionsUnion united;
    united.Set(std::move(options));
    return AppendOperator(std::move(united), inputs, Activation(output, type));
  }

  void Output(int tensor);

  // The file's content, to be changed by tests of the verifier.
  schema::ModelT& model() { return model_; }
  schema::OperatorT& last_operator() { return *model_.operators.back(); }

  std::vector<uint8_t> Finish() const;

 private:
  int AppendTensor(const Shape& shape, schema::DataType type,
                   std::vector<uint8_t> data);
  int AppendOperator(schema::OperatorOptionsUnion options,
                     const std::vector<int>& inputs, int output);

  schema::ModelT model_;
};

schema::Window2d ToSchema(const Window2dParams& window);
std::unique_ptr<schema::Clamp> ToSchema(const reference::OutputParams& output);
std::unique_ptr<schema::RequantizationT> ToSchema(
    const reference::Requantization& requantization);

// The options of a convolution with everything that `layer` says.
schema::Conv2dT Conv2dOptions(const reference::WeightedLayer& layer,
                              const Window2dParams& window, int groups);

}  // namespace octet

#endif  // OCTET_TESTS_ENGINE_MODEL_BUILDER_H_
