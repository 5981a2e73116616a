#include "engine/operators/checks.h"

#include "kernels/requantize.h"

namespace octet {

Status CheckClamp(const schema::Clamp* clamp) {
  if (clamp == nullptr) return InvalidModel("the clamp is missing");
  if (clamp->min() > clamp->max()) {
    return InvalidModel("the clamp [" + std::to_string(clamp->min()) + ", " +
                        std::to_string(clamp->max()) + "] is empty");
  }
  return OkStatus();
}

Status CheckFloatClamp(const schema::FloatClamp* clamp) {
  if (clamp == nullptr || clamp->min() <= clamp->max()) return OkStatus();
  return InvalidModel("the clamp is empty");
}

FloatClamp FloatClampOf(const schema::FloatClamp* clamp) {
  return clamp == nullptr ? FloatClamp{}
                          : FloatClamp{clamp->min(), clamp->max()};
}

Status CheckRequantization(const schema::Requantization* requantization,
                           int64_t count) {
  const auto* multiplier =
      requantization == nullptr ? nullptr : requantization->multiplier();
  const auto* shift =
      requantization == nullptr ? nullptr : requantization->shift();
  if (multiplier == nullptr || shift == nullptr) {
    return InvalidModel("multipliers or shifts are missing");
  }
  const int64_t size = multiplier->size();
  if (shift->size() != size || (size != 1 && size != count)) {
    return InvalidModel("there are " + std::to_string(size) +
                        " multipliers and " + std::to_string(shift->size()) +
                        " shifts for " + std::to_string(count) + " channels");
  }
  for (const int16_t value : *multiplier) {
    if (value != 0 && value < kMinMultiplier) {
      return InvalidModel("multiplier " + std::to_string(value) +
                          " is neither 0 nor in [2^14, 2^15)");
    }
  }
  for (const int8_t value : *shift) {
    if (value < kMinShift || value > kMaxShift) {
      return InvalidModel("shift " + std::to_string(value) +
                          " is not in [-15, 31]");
    }
  }
  return OkStatus();
}

Status CheckFractionBits(int32_t fraction_bits) {
  if (fraction_bits >= 0 && fraction_bits <= kFractionBits) return OkStatus();
  return InvalidModel("fraction_bits " + std::to_string(fraction_bits) +
                      " is not in [0, 6]");
}

Window2dParams WindowOf(const schema::Window2d& window) {
  return {.kernel_h = window.kernel_h(),
          .kernel_w = window.kernel_w(),
          .stride_h = window.stride_h(),
          .stride_w = window.stride_w(),
          .dilation_h = window.dilation_h(),
          .dilation_w = window.dilation_w(),
          .pad_top = window.pad_top(),
          .pad_left = window.pad_left(),
          .pad_bottom = window.pad_bottom(),
          .pad_right = window.pad_right()};
}

Result<Window2dParams> ReadWindow(const schema::Window2d* window) {
  if (window == nullptr) return InvalidModel("the window is missing");
  return WindowOf(*window);
}

Status CheckOutputShape(const Network& network, const Node& node,
                        const Result<Shape>& inferred) {
  if (!inferred.ok()) return inferred.status();
  if (network.inferred_shape != nullptr) {
    *network.inferred_shape = *inferred;
    return InternalError("the shape is inferred; nothing else is checked");
  }
  const Shape& declared = network.output(node).shape;
  if (*inferred == declared) return OkStatus();
  return InvalidModel(TensorTitle(network, node.output) + " has shape " +
                      declared.ToString() + ", but the operator gives " +
                      inferred->ToString());
}

Status CheckSameQuantization(const Network& network, const Node& node) {
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    OCTET_RETURN_IF_ERROR(CheckSameValues(network, node, i));
  }
  return OkStatus();
}

Status CheckSameValues(const Network& network, const Node& node, size_t input) {
  const Tensor& from = network.input(node, input);
  const Tensor& output = network.output(node);
  if (from.scale == output.scale && from.zero_point == output.zero_point &&
      from.type == output.type) {
    return OkStatus();
  }
  return InvalidModel(
      TensorTitle(network, node.inputs[input]) + " and " +
      TensorTitle(network, node.output) + " must have the same " +
      (from.type == output.type ? "scale and zero point" : "type"));
}

Status CheckTensorType(const Network& network, int tensor, unsigned types) {
  const Tensor& found = network.tensor(tensor);
  if ((TypeBit(found.type) & types) != 0) return OkStatus();
  std::string names;
  for (const schema::DataType type : schema::EnumValuesDataType()) {
    if ((TypeBit(type) & types) == 0) continue;
    if (!names.empty()) names += " or ";
    names += DataTypeName(static_cast<DataType>(type));
  }
  return InvalidModel(TensorTitle(network, tensor) + " must be " + names +
                      ", not " + DataTypeName(found.data_type()));
}

OutputStage StageOf(const Tensor& output, const schema::Clamp& clamp) {
  return {static_cast<int8_t>(output.zero_point), clamp.min(), clamp.max()};
}

}  // namespace octet
