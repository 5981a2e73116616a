// Conv2d and FullyConnected, with the file's own integers.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "converter/quantize/schema_options.h"
#include "converter/tflite/emit_operators.h"
#include "converter/tflite/tflite_scales.h"

namespace octet::converter {
namespace {

constexpr size_t kWeights = 1;
constexpr size_t kBias = 2;

// Whether value `i` of the weights, or of the bias, belongs to a channel whose
// scale is negative. An .octet file has no such scale: its channel counts in
// the opposite direction, which changes no rounding.
bool IsNegated(const StoredAs& weights, size_t i, size_t size) {
  return weights.scale[i * weights.scale.size() / size] < 0.0f;
}
bool IsNegated(const StoredAs& weights, size_t i) {
  return IsNegated(weights, i, weights.values.size());
}

Status CheckStored(const Node& node, const QuantizedOutput& output) {
  const StoredAs& weights = output.stored(node.inputs[kWeights]);
  if (!weights.is_quantized() ||
      (weights.scale.size() > 1 && weights.axis != 0)) {
    return Unsupported(
        "the weights must be int8 or uint8, with one scale or one for each "
        "output channel");
  }
  if (output.stored(node.inputs[kBias]).values.empty()) {
    return Unsupported("the bias must be int32");
  }
  for (size_t i = 0; i < weights.values.size(); ++i) {
    if (weights.values[i] == -128 && IsNegated(weights, i)) {
      return Unsupported("a weight is -128 in a channel of negative scale");
    }
  }
  return OkStatus();
}

// One entry for each scale of the weights.
Result<std::unique_ptr<schema::TfliteRequantizationT>> LayerScales(
    const Node& node, const QuantizedOutput& output) {
  auto scales = std::make_unique<schema::TfliteRequantizationT>();
  const double input = double{output.params(node.inputs[0]).scale};
  const double result = double{output.params(node.output).scale};
  for (const float scale : output.stored(node.inputs[kWeights]).scale) {
    OCTET_RETURN_IF_ERROR(
        AppendTfliteScale(input * std::abs(double{scale}) / result, *scales));
  }
  return scales;
}

// Input, weights and bias as tensors.
std::vector<uint32_t> LayerInputs(const Node& node, QuantizedOutput& output) {
  const ValueId weights_id = node.inputs[kWeights];
  const StoredAs& weights = output.stored(weights_id);
  const StoredAs& bias = output.stored(node.inputs[kBias]);
  std::vector<int8_t> q(weights.values.begin(), weights.values.end());
  for (size_t i = 0; i < q.size(); ++i) {
    if (IsNegated(weights, i)) q[i] = static_cast<int8_t>(-q[i]);
  }
  std::vector<int32_t> sums = bias.values;
  for (size_t i = 0; i < sums.size(); ++i) {
    // Unsigned: the least int32 stays, and no accumulator may reach it.
    if (IsNegated(weights, i, sums.size())) {
      sums[i] = static_cast<int32_t>(0 - static_cast<uint32_t>(sums[i]));
    }
  }
  const int32_t axis = weights.scale.size() > 1 ? 0 : -1;
  std::vector<float> scale = weights.scale;
  for (float& value : scale) value = std::abs(value);
  std::vector<float> bias_scale = scale;
  for (float& value : bias_scale) {
    // A product that vanishes is of no use, but the file needs one.
    value = std::max(value * output.params(node.inputs[0]).scale,
                     std::numeric_limits<float>::min());
  }
  ModelBuilder& builder = output.builder;
  return {builder.Tensor(node.inputs[0]),
          builder.AddInt8Constant(builder.value(weights_id).name,
                                  output.shape(weights_id), q, scale,
                                  weights.zero_point, axis),
          builder.AddInt32Constant(builder.value(node.inputs[kBias]).name,
                                   output.shape(node.inputs[kBias]), sums,
                                   bias_scale, axis)};
}

// What both layers have.
template <typename OptionsT>
Status EmitLayer(const FloatClamp& clamp, const Node& node, OptionsT options,
                 QuantizedOutput& output) {
  OCTET_RETURN_IF_ERROR(CheckStored(node, output));
  OCTET_RETURN_IF_ERROR(
      output.Copy(output.shape(node.inputs[kWeights]).NumElements() +
                  4 * output.shape(node.inputs[kBias]).NumElements()));
  options.rounding = schema::Rounding::TFLITE;
  options.clamp = MakeTfliteClamp(clamp, output.params(node.output));
  OCTET_ASSIGN_OR_RETURN(options.tflite_requantization,
                         LayerScales(node, output));
  output.builder.AddOperator(node, std::move(options),
                             LayerInputs(node, output));
  return OkStatus();
}

}  // namespace

Status EmitConv2d(const Conv2d& op, const Node& node, QuantizedOutput& output) {
  schema::Conv2dT options;
  options.window = MakeWindow(op.window);
  options.groups = op.groups;
  return EmitLayer(op.clamp, node, std::move(options), output);
}

Status EmitFullyConnected(const FullyConnected& op, const Node& node,
                          QuantizedOutput& output) {
  return EmitLayer(op.clamp, node, schema::FullyConnectedT(), output);
}

}  // namespace octet::converter
