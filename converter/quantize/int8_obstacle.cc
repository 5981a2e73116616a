#include "converter/quantize/int8_obstacle.h"

#include <cmath>
#include <string>
#include <vector>

#include "schema/shape_inference.h"

namespace octet::converter {
namespace {

using schema::UnaryFunction;

// Sum and count * zero_point, each at most 256 a cell, fit int32 together.
constexpr int64_t kMaxAverageCells = (int64_t{1} << 31) / 512;

// Whether input 1 holds indices, not numbers that are computed with.
bool ReadsIndices(const Operator& op) {
  return std::holds_alternative<Gather>(op) ||
         std::holds_alternative<GatherNd>(op) ||
         std::holds_alternative<GatherElements>(op);
}

bool AllFinite(const std::vector<float>& values) {
  for (float value : values) {
    if (!std::isfinite(value)) return false;
  }
  return true;
}

// Overloads return the reason why a node cannot be quantized, or "".
class Checker {
 public:
  Checker(const Graph& graph, const Node& node) : graph_(graph), node_(node) {}

  std::string operator()(const Conv2d&) const { return CheckWeighted(); }
  std::string operator()(const FullyConnected&) const {
    return CheckWeighted();
  }
  std::string operator()(const MaxPool2d&) const { return ""; }
  std::string operator()(const AveragePool2d& op) const {
    const int64_t cells = int64_t{op.window.kernel_h} * op.window.kernel_w;
    if (cells <= kMaxAverageCells) return "";
    return "the sum over a window of " + std::to_string(cells) +
           " cells does not fit 32 bits";
  }
  std::string operator()(const Add&) const {
    if (input(0).is_constant() && input(1).is_constant()) {
      return "both inputs are constants";
    }
    return "";
  }
  std::string operator()(const Mul&) const { return ""; }
  std::string operator()(const MatMul&) const {
    if (input(0).is_constant() && input(1).is_constant()) {
      return "both inputs are constants";
    }
    const Shape& a = input(0).shape;
    if (a[a.rank - 1] <= kMaxInt8MatMulK) return "";
    return "the sum of " + std::to_string(a[a.rank - 1]) +
           " products does not fit 32 bits";
  }
  std::string operator()(const Binary& op) const {
    if (op.function != schema::BinaryFunction::SUB) return "has no int8 form";
    return input(1).is_constant() ? "subtracts a constant" : "";
  }
  std::string operator()(const Unary& op) const {
    switch (op.function) {
      case UnaryFunction::EXP:
      case UnaryFunction::LOG:
      case UnaryFunction::SQRT:
      case UnaryFunction::RECIPROCAL:
      case UnaryFunction::TAN:
        return "its values need more than 8 bits";
      case UnaryFunction::NOT:
      case UnaryFunction::IS_NAN:
      case UnaryFunction::IS_INF:
        return "gives truth values";
      default:
        return "";
    }
  }
  std::string operator()(const Pad& op) const {
    if (!std::isfinite(op.value)) return "pads with infinity or NaN";
    return "";
  }
  std::string operator()(const Clamp&) const { return ""; }
  std::string operator()(const FakeQuantize&) const { return ""; }
  std::string operator()(const Softmax& op) const {
    return op.logarithm ? "the logarithm of a softmax has no int8 form" : "";
  }
  std::string operator()(const Concat&) const { return ""; }
  std::string operator()(const Reshape&) const { return ""; }
  std::string operator()(const Transpose&) const { return ""; }
  std::string operator()(const Slice&) const { return ""; }
  std::string operator()(const Expand&) const { return ""; }
  std::string operator()(const Gather&) const { return ""; }
  std::string operator()(const GatherNd&) const { return ""; }
  std::string operator()(const GatherElements&) const { return ""; }
  std::string operator()(const Resize& op) const {
    if (op.mode == schema::ResizeMode::CUBIC) {
      return "cubic interpolation leaves the range of its input";
    }
    if (op.coordinates == schema::ResizeCoordinates::TF_CROP_AND_RESIZE ||
        op.antialias || op.exclude_outside) {
      return "cropping, antialias and exclude_outside have no int8 form";
    }
    const Shape& shape = input(0).shape;
    int resized = 0;
    for (int axis = 0; axis < shape.rank; ++axis) {
      resized +=
          op.scales[size_t(axis)] != 1.0f || shape[axis] != op.shape[axis];
    }
    return resized <= kMaxInt8ResizedAxes
               ? ""
               : "resizes " + std::to_string(resized) + " dimensions";
  }
  template <typename FloatOperator>
  std::string operator()(const FloatOperator&) const {
    return "has no int8 form";
  }

  // What does not depend on the operator.
  std::string CheckNode() const {
    for (size_t i = 0; i < node_.inputs.size(); ++i) {
      const Value& value = graph_.value(node_.inputs[i]);
      if (i == 1 && ReadsIndices(node_.op)) continue;
      if (!value.is_float()) {
        return "'" + value.name + "' holds integers or truth values";
      }
      if (value.is_constant() && !AllFinite(*value.data)) {
        return "the constant '" + value.name + "' holds infinity or NaN";
      }
    }
    const FloatClamp* clamp = FindClamp(node_.op);
    if (clamp != nullptr && !(clamp->min <= clamp->max)) {
      return "clamps to an empty range";
    }
    if (!TakesInt8Constants(node_.op) && input(0).is_constant()) {
      return "its input is a constant";
    }
    return "";
  }

 private:
  const Value& input(int i) const {
    return graph_.value(node_.inputs[size_t(i)]);
  }

  std::string CheckWeighted() const {
    if (!input(1).is_constant()) return "its weights are not constant";
    if (!input(2).is_constant()) return "its bias is not constant";
    return "";
  }

  const Graph& graph_;
  const Node& node_;
};

}  // namespace

bool TakesInt8Constants(const Operator& op) {
  return std::holds_alternative<Add>(op) || std::holds_alternative<Mul>(op) ||
         std::holds_alternative<MatMul>(op) ||
         std::holds_alternative<Concat>(op);
}

std::string FindInt8Obstacle(const Graph& graph, const Node& node) {
  const Checker checker(graph, node);
  const std::string reason = checker.CheckNode();
  return reason.empty() ? std::visit(checker, node.op) : reason;
}

}  // namespace octet::converter
