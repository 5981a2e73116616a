// Conv2d and FullyConnected.

#include <cmath>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "converter/quantize/int16_sums.h"
#include "converter/quantize/quantize_operators.h"
#include "converter/quantize/quantize_weights.h"
#include "converter/quantize/schema_options.h"

namespace octet::converter {
namespace {

// Of an output that is rounded at once.
constexpr int kFractionBits = 6;
constexpr float kLargestFloat = std::numeric_limits<float>::max();

// A layer's weights and bias as tensors, and its requantization: null where its
// output is FP32.
struct WeightedLayer {
  std::vector<uint32_t> inputs;  // input, weights, bias, residual if any
  std::unique_ptr<schema::RequantizationT> requantization;
  std::unique_ptr<schema::ResidualAddT> residual;  // or null
};

schema::Encoding EncodingOf(WeightGrid grid) {
  switch (grid) {
    case WeightGrid::kInt8:
      return schema::Encoding::PLAIN;
    case WeightGrid::kInt4:
      return schema::Encoding::INT4;
    case WeightGrid::kLogarithmic:
      return schema::Encoding::LOGARITHMIC;
    case WeightGrid::kTernary:
      return schema::Encoding::TERNARY;
    case WeightGrid::kBinary:
      return schema::Encoding::BINARY;
  }
  return schema::Encoding::PLAIN;
}

Status ApplyRepair(const LayerRepair& repair, const ActivationParams& input,
                   QuantizedWeights& layer) {
  if (repair.values.size() != layer.values.size() ||
      repair.scale.size() != layer.scale.size() ||
      repair.bias.size() != layer.bias.size()) {
    return InternalError("the repair is not of this layer");
  }
  OCTET_ASSIGN_OR_RETURN(layer.bias, QuantizeBiases(repair.values, repair.scale,
                                                    repair.bias, input));
  layer.values = repair.values;
  layer.scale = repair.scale;
  return OkStatus();
}

// A repair rounds weights without regard to them.
void FitAllInt16Sums(const std::vector<float>& weights,
                     const WeightScheme& scheme, QuantizedWeights& layer) {
  if (scheme.int16_sum_run == 0) return;
  const size_t size = weights.size() / layer.bias.size();
  for (size_t c = 0; c < layer.bias.size(); ++c) {
    FitInt16Sums(std::span(weights).subspan(c * size, size),
                 layer.scale[layer.scale.size() == 1 ? 0 : c],
                 scheme.int16_sum_run,
                 std::span(layer.values).subspan(c * size, size));
  }
}

Result<WeightedLayer> QuantizeLayer(const Node& node,
                                    const ResidualFusion* residual,
                                    const LayerRepair* repair,
                                    const QuantizeOptions& options,
                                    ModelBuilder& builder,
                                    QuantizationReport& report) {
  const Value& weights = builder.value(node.inputs[1]);
  const Value& bias = builder.value(node.inputs[2]);
  const ActivationParams& input = builder.params(node.inputs[0]);
  const ActivationParams& output = builder.params(node.output);
  const std::string& layer_name =
      residual == nullptr ? node.name
                          : builder.graph().nodes[size_t(residual->layer)].name;
  const WeightScheme scheme =
      WeightSchemeOf(options, layer_name, node.op, weights.shape);
  QuantizedWeights quantized =
      QuantizeWeights(*weights.data, *bias.data, input, output.scale,
                      options.per_tensor, scheme);
  if (repair != nullptr) {
    OCTET_RETURN_IF_ERROR(ApplyRepair(*repair, input, quantized));
    FitAllInt16Sums(*weights.data, scheme, quantized);
  }
  if (quantized.widened_channels > 0 || quantized.dead_channels > 0) {
    report.layers.push_back({node.name, static_cast<int>(bias.data->size()),
                             quantized.widened_channels,
                             quantized.dead_channels});
  }

  WeightedLayer layer;
  const bool rounds = builder.StoresInt8(node.output);
  if (rounds)
    layer.requantization = std::make_unique<schema::RequantizationT>();
  const int fraction_bits =
      residual == nullptr ? kFractionBits : residual->fraction_bits;
  std::vector<float> bias_scale;
  for (size_t c = 0; c < quantized.scale.size(); ++c) {
    const std::string channel = "output channel " + std::to_string(c);
    const double accumulator_scale = double{input.scale} * quantized.scale[c];
    if (quantized.scale[c] == kLargestFloat ||
        accumulator_scale > kLargestFloat) {
      return Unsupported(channel +
                         ": its values are too large for a float32 scale");
    }
    bias_scale.push_back(static_cast<float>(accumulator_scale));
    if (!rounds) continue;
    const Status status =
        AppendRequantization(std::ldexp(accumulator_scale / output.scale,
                                        fraction_bits - kFractionBits),
                             *layer.requantization);
    OCTET_RETURN_IF_ERROR(status.WithContext(channel));
  }
  const int32_t axis = options.per_tensor ? -1 : 0;
  layer.inputs = {
      builder.Tensor(node.inputs[0]),
      builder.AddWeights(weights.name, weights.shape, quantized.values,
                         quantized.scale, axis, EncodingOf(scheme.grid)),
      builder.AddInt32Constant(bias.name, bias.shape, quantized.bias,
                               std::move(bias_scale), axis)};
  if (residual != nullptr) {
    layer.inputs.push_back(AddOperand(node, residual->residual, builder));
    layer.residual = std::make_unique<schema::ResidualAddT>();
    layer.residual->multiplier = residual->multiplier;
    layer.residual->fraction_bits = residual->fraction_bits;
  }
  return layer;
}

// The clamp that the output's type has, requantization and residual.
template <typename OptionsT>
void SetOutput(const FloatClamp& clamp, const Node& node,
               const ModelBuilder& builder, WeightedLayer& layer,
               OptionsT& options) {
  if (layer.requantization == nullptr) {
    options.float_clamp = MakeFloatClamp(clamp);
    return;
  }
  options.clamp = MakeClamp(clamp, builder.params(node.output));
  options.requantization = std::move(layer.requantization);
  options.residual = std::move(layer.residual);
}

}  // namespace

WeightScheme WeightSchemeOf(const QuantizeOptions& options,
                            const std::string& layer, const Operator& op,
                            const Shape& weights) {
  WeightScheme scheme = options.weights;
  scheme.power_of_two = options.scheme.power_of_two;
  const auto found = options.grid_of_layer.find(layer);
  if (found != options.grid_of_layer.end()) scheme.grid = found->second;
  if (options.avx2_safe_weights && scheme.grid == WeightGrid::kInt8) {
    scheme.int16_sum_run = Int16SumRun(op, weights);
  }
  return scheme;
}

Status QuantizeConv2d(const Conv2d& op, const Node& node,
                      const ResidualFusion* residual, const LayerRepair* repair,
                      const QuantizeOptions& options, ModelBuilder& builder,
                      QuantizationReport& report) {
  OCTET_ASSIGN_OR_RETURN(
      WeightedLayer layer,
      QuantizeLayer(node, residual, repair, options, builder, report));
  schema::Conv2dT result;
  result.window = MakeWindow(op.window);
  result.groups = op.groups;
  SetOutput(op.clamp, node, builder, layer, result);
  builder.AddOperator(node, std::move(result), std::move(layer.inputs));
  return OkStatus();
}

Status QuantizeFullyConnected(const FullyConnected& op, const Node& node,
                              const ResidualFusion* residual,
                              const LayerRepair* repair,
                              const QuantizeOptions& options,
                              ModelBuilder& builder,
                              QuantizationReport& report) {
  OCTET_ASSIGN_OR_RETURN(
      WeightedLayer layer,
      QuantizeLayer(node, residual, repair, options, builder, report));
  schema::FullyConnectedT result;
  SetOutput(op.clamp, node, builder, layer, result);
  builder.AddOperator(node, std::move(result), std::move(layer.inputs));
  return OkStatus();
}

}  // namespace octet::converter
