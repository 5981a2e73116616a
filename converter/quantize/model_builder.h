// ModelBuilder: the int8 model under construction: the file's tensors, buffers
// and operators in the order of execution.

#ifndef OCTET_CONVERTER_QUANTIZE_MODEL_BUILDER_H_
#define OCTET_CONVERTER_QUANTIZE_MODEL_BUILDER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "converter/ir/graph.h"
#include "converter/quantize/quantization_params.h"
#include "octet/status.h"
#include "schema/octet_generated.h"

namespace octet::converter {

class ModelBuilder {
 public:
  // `params` and `int8_values` (PrecisionPlan's) have one entry a value of
  // `graph` and, like it, outlive the builder.
  ModelBuilder(const Graph& graph, const std::vector<ActivationParams>& params,
               const std::vector<bool>& int8_values);

  const Graph& graph() const { return graph_; }
  const Value& value(ValueId id) const { return graph_.value(id); }
  const ActivationParams& params(ValueId id) const {
    return params_[size_t(id)];
  }

  // The int8 tensor of an activation or of a constant operand, made at its
  // first use; of a value in FP32, by a Quantize that is appended here, once.
  uint32_t Tensor(ValueId id);
  // The tensor in the value's own type: FLOAT32, or plain integers; of a value
  // in int8, by a Dequantize.
  uint32_t PlainTensor(ValueId id);
  // Whether the value's producer stores int8.
  bool StoresInt8(ValueId id) const { return int8_values_[size_t(id)]; }
  // The tensor that the value's producer writes.
  uint32_t StoredTensor(ValueId id) {
    return int8_values_[size_t(id)] ? Tensor(id) : PlainTensor(id);
  }

  // The tensor of `id` in the scale and zero point of `node`'s output: its own
  // tensor, or that of a Requantize that is appended here.
  Result<uint32_t> TensorInOutputParams(const Node& node, ValueId id);

  // A tensor of int8 or int32 constants. `scale` has one entry or, where
  // `axis` is 0, one for each index of the first dimension.
  uint32_t AddInt8Constant(std::string name, const Shape& shape,
                           const std::vector<int8_t>& data,
                           std::vector<float> scale, int32_t zero_point,
                           int32_t axis);
  // The same for a layer's weights, packed as `encoding` where that makes them
  // smaller.
  uint32_t AddWeights(std::string name, const Shape& shape,
                      const std::vector<int8_t>& values,
                      std::vector<float> scale, int32_t axis,
                      schema::Encoding encoding);
  uint32_t AddInt32Constant(std::string name, const Shape& shape,
                            const std::vector<int32_t>& data,
                            std::vector<float> scale, int32_t axis);

  // A constant of floats that the graph does not have.
  uint32_t AddFloatConstant(std::string name, const Shape& shape,
                            const std::vector<float>& data);

  // Appends `node`'s operator; its output is StoredTensor(node.output).
  template <typename OptionsT>
  void AddOperator(const Node& node, OptionsT options,
                   std::vector<uint32_t> inputs) {
    AddOperator(node.name, std::move(options), std::move(inputs),
                StoredTensor(node.output));
  }

  // An operator and an activation that the graph does not have.
  template <typename OptionsT>
  void AddOperator(std::string name, OptionsT options,
                   std::vector<uint32_t> inputs, uint32_t output) {
    auto op = std::make_unique<schema::OperatorT>();
    op->name = std::move(name);
    op->options.Set(std::move(options));
    op->inputs = std::move(inputs);
    op->outputs = {output};
    model_.operators.push_back(std::move(op));
  }

  uint32_t AddActivation(std::string name, const Shape& shape,
                         const ActivationParams& params);

  // An activation in FLOAT32 that the graph does not have.
  uint32_t AddFloatActivation(std::string name, const Shape& shape);

  // How many Requantize operators TensorInOutputParams has appended.
  int inserted_requantizes() const { return inserted_requantizes_; }
  // How many Quantize and Dequantize operators there are.
  int inserted_conversions() const { return inserted_conversions_; }

  // The finished model (its name, inputs and outputs are the graph's) and, for
  // each value, its StoredTensor or -1. The builder is empty afterwards.
  std::pair<schema::ModelT, std::vector<int32_t>> Finish();

 private:
  uint32_t AddPlainTensor(std::string name, const Shape& shape,
                          schema::DataType type, uint32_t buffer);
  uint32_t AddPlainConstant(const Value& constant);
  uint32_t AddTensor(std::string name, const Shape& shape,
                     schema::DataType type, schema::QuantizationT quantization,
                     uint32_t buffer);
  uint32_t AddBuffer(std::vector<uint8_t> bytes);

  const Graph& graph_;
  const std::vector<ActivationParams>& params_;
  const std::vector<bool>& int8_values_;
  schema::ModelT model_;
  // One a value; -1: none yet.
  std::vector<int32_t> int8_tensors_;
  std::vector<int32_t> plain_tensors_;
  int inserted_requantizes_ = 0;
  int inserted_conversions_ = 0;
};

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_QUANTIZE_MODEL_BUILDER_H_
