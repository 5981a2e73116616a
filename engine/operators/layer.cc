#include "engine/operators/layer.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>

#include "engine/expanded_weights.h"
#include "engine/operators/checks.h"
#include "engine/operators/tflite_checks.h"

namespace octet {
namespace {

constexpr int64_t kAccumulatorLimit = int64_t{1} << 31;

// tflite: weights per tensor may have a zero point.
Status CheckTypes(const Network& network, const Node& node, bool tflite) {
  const Tensor& weights = network.input(node, 1);
  const Tensor& bias = network.input(node, 2);
  const Tensor& output = network.output(node);
  if (output.is_float() && (tflite || node.inputs.size() != 3)) {
    return InvalidModel(
        "an INT8 layer with a FLOAT32 output has rounding Q15 and no residual");
  }
  for (size_t i = kResidualInput; i < node.inputs.size(); ++i) {
    OCTET_RETURN_IF_ERROR(CheckTensorType(network, node.inputs[i],
                                          TypeBit(schema::DataType::INT8)));
  }
  OCTET_RETURN_IF_ERROR(CheckTensorType(
      network, node.output,
      TypeBit(schema::DataType::INT8) | TypeBit(schema::DataType::FLOAT32)));
  if (weights.type != schema::DataType::INT8 || weights.axis > 0 ||
      (weights.zero_point != 0 && !tflite)) {
    return InvalidModel("the weights " + TensorTitle(network, node.inputs[1]) +
                        " must be INT8" + (tflite ? "" : " with zero point 0") +
                        ", quantized per tensor or along axis 0");
  }
  if (bias.type != schema::DataType::INT32 ||
      bias.shape != Shape{weights.shape[0]}) {
    return InvalidModel("the bias " + TensorTitle(network, node.inputs[2]) +
                        " must be INT32 of shape [" +
                        std::to_string(weights.shape[0]) + "]");
  }
  if (output.is_float() && bias.scales == nullptr) {
    return InvalidModel("the bias " + TensorTitle(network, node.inputs[2]) +
                        " needs a scale: the output is FLOAT32");
  }
  return OkStatus();
}

int32_t BiasOf(const Tensor& bias, int64_t channel) {
  int32_t value;
  std::memcpy(&value, bias.data + 4 * channel, sizeof(value));
  return value;
}

// Of some weights.
struct WeightSum {
  int64_t magnitudes = 0;  // sum |w - zero point|
  int smallest = 0;        // or 0
};

// As many weights as 16 bits hold the sum of: all weights of a file pass here
// when it is loaded, and vectors of 16-bit values are what every CPU has.
constexpr int64_t kChunk = 256;

// count: at most kChunk.
void AddWeights(const int8_t* values, int64_t count, int zero_point,
                WeightSum* sum) {
  uint16_t magnitudes = 0;
  int16_t smallest = 0;
  const int16_t zero = static_cast<int16_t>(zero_point);
  for (int64_t i = 0; i < count; ++i) {
    const int16_t value = values[i];
    const int16_t difference = static_cast<int16_t>(value - zero);
    magnitudes = static_cast<uint16_t>(
        magnitudes + (difference < 0 ? -difference : difference));
    smallest = value < smallest ? value : smallest;
  }
  sum->magnitudes += magnitudes;
  sum->smallest = std::min(sum->smallest, int{smallest});
}

WeightSum SumUp(const Tensor& weights, int64_t first, int64_t count) {
  int8_t expanded[kChunk];
  WeightSum sum;
  for (const int64_t end = first + count; first < end; first += kChunk) {
    const int64_t size = std::min(kChunk, end - first);
    const int8_t* values = expanded;
    if (weights.codes == nullptr) {
      values = reinterpret_cast<const int8_t*>(weights.data) + first;
    } else {
      UnpackWeights(*weights.codes, weights.data, first, size, expanded);
    }
    AddWeights(values, size, weights.zero_point, &sum);
  }
  return sum;
}

Status CheckAccumulators(const Network& network, const Node& node,
                         bool tflite) {
  const Tensor& weights = network.input(node, 1);
  const int64_t zero_point = network.input(node, 0).zero_point;
  const int64_t largest = std::max(zero_point + 128, 127 - zero_point);
  const int64_t n = weights.shape[0];
  const int64_t k = weights.NumElements() / n;
  for (int64_t channel = 0; channel < n; ++channel) {
    const auto [sum, smallest] = SumUp(weights, channel * k, k);
    if (smallest < -127 && !tflite) {
      return InvalidModel("a weight of channel " + std::to_string(channel) +
                          " is -128; weights lie in [-127, 127]");
    }
    const int64_t bias = BiasOf(network.input(node, 2), channel);
    if (largest * sum + std::abs(bias) >= kAccumulatorLimit) {
      return InvalidModel("the accumulator of channel " +
                          std::to_string(channel) + " could overflow");
    }
  }
  return OkStatus();
}

Status CheckResidual(const Network& network, const Node& node,
                     const schema::ResidualAdd* residual) {
  const bool has_input = node.inputs.size() > kResidualInput;
  if (residual == nullptr) {
    if (!has_input) return OkStatus();
    return InvalidModel("there is a fourth input, but no residual");
  }
  if (!has_input) {
    return InvalidModel("the residual's input, the fourth, is missing");
  }
  if (residual->multiplier() < 0) {
    return InvalidModel("the residual's multiplier must not be negative");
  }
  OCTET_RETURN_IF_ERROR(CheckFractionBits(residual->fraction_bits()));
  const Shape& shape = network.input(node, kResidualInput).shape;
  if (shape == network.output(node).shape) return OkStatus();
  return InvalidModel("the residual " +
                      TensorTitle(network, node.inputs[kResidualInput]) +
                      " has shape " + shape.ToString() + ", the output " +
                      network.output(node).shape.ToString());
}

}  // namespace

Status VerifyLayer(const Network& network, const Node& node,
                   const LayerOptions& options) {
  OCTET_RETURN_IF_ERROR(CheckRounding(options.rounding));
  const bool tflite = options.rounding == schema::Rounding::TFLITE;
  OCTET_RETURN_IF_ERROR(CheckTypes(network, node, tflite));
  if (network.output(node).is_float()) {
    OCTET_RETURN_IF_ERROR(CheckFloatClamp(options.float_clamp));
    return CheckAccumulators(network, node, tflite);
  }
  OCTET_RETURN_IF_ERROR(CheckClamp(options.clamp));
  OCTET_RETURN_IF_ERROR(CheckResidual(network, node, options.residual));
  if (tflite && options.residual != nullptr) {
    return InvalidModel("a layer with rounding TFLITE takes no residual");
  }
  const int64_t channels = network.input(node, 1).shape[0];
  OCTET_RETURN_IF_ERROR(
      tflite
          ? CheckTfliteRequantization(options.tflite_requantization, channels)
          : CheckRequantization(options.requantization, channels));
  return CheckAccumulators(network, node, tflite);
}

LayerWeights ReadLayer(const PrepareContext& context, const Node& node,
                       const LayerOptions& options) {
  const Network& network = context.network;
  const Tensor& weights = network.input(node, 1);
  const size_t n = static_cast<size_t>(weights.shape[0]);
  LayerWeights layer = {};
  layer.n = n;
  layer.weights = context.weights.values(node.inputs[1]);
  layer.channel_stride = static_cast<size_t>(weights.NumElements()) / n;
  layer.bias = reinterpret_cast<const int32_t*>(network.input(node, 2).data);
  layer.input_zero_point = network.input(node, 0).zero_point;
  layer.weight_zero_point = weights.zero_point;
  if (SecondPassOf(network, node, options).is_needed()) return layer;
  const schema::Requantization& requantization = *options.requantization;
  layer.multiplier = requantization.multiplier()->data();
  layer.shift = requantization.shift()->data();
  layer.per_channel = requantization.multiplier()->size() > 1;
  return layer;
}

SecondPass SecondPassOf(const Network& network, const Node& node,
                        const LayerOptions& options) {
  SecondPass pass;
  if (network.output(node).is_float()) {
    pass.scales = network.input(node, 2).scales;
    pass.clamp = FloatClampOf(options.float_clamp);
  } else if (options.rounding == schema::Rounding::TFLITE) {
    pass.tflite = options.tflite_requantization;
  }
  return pass;
}

OutputStage LayerStageOf(const Tensor& output, const LayerOptions& options) {
  return output.is_float() ? OutputStage{} : StageOf(output, *options.clamp);
}

GemmResidual ReadResidual(const Network& network, const Node& node,
                          const schema::ResidualAdd* residual) {
  if (residual == nullptr) return {};
  const Tensor& tensor = network.input(node, kResidualInput);
  return {.base = nullptr,
          .pixel_stride = 0,
          .multiplier = residual->multiplier(),
          .zero_point = static_cast<int8_t>(tensor.zero_point),
          .fraction_bits = static_cast<int8_t>(residual->fraction_bits())};
}

}  // namespace octet
