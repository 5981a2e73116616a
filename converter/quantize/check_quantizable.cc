#include "converter/quantize/check_quantizable.h"

#include <cmath>
#include <string>
#include <vector>

namespace octet::converter {
namespace {

// Sum and count * zero_point, each at most 256 a cell, fit int32 together.
constexpr int64_t kMaxAverageCells = (int64_t{1} << 31) / 512;

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
      return "both inputs are constants, which constant folding removes";
    }
    for (int i = 0; i < 2; ++i) {
      if (!input(i).is_constant() &&
          input(i).shape != graph_.value(node_.output).shape) {
        return "broadcasts an activation " + input(i).shape.ToString() +
               " to " + graph_.value(node_.output).shape.ToString();
      }
    }
    return "";
  }
  std::string operator()(const Mul&) const {
    return input(0).is_constant() || input(1).is_constant()
               ? "its constant could not be folded into a layer's weights"
               : "multiplies two activations";
  }
  std::string operator()(const BatchNormalization&) const {
    return "could not be folded into a layer's weights";
  }
  std::string operator()(const Identity&) const {
    return "was not removed by the passes";
  }
  std::string operator()(const Pad& op) const {
    if (!std::isfinite(op.value)) return "pads with infinity or NaN";
    return "";
  }
  std::string operator()(const Clamp&) const { return ""; }
  std::string operator()(const Softmax&) const { return ""; }
  std::string operator()(const Concat&) const { return ""; }
  std::string operator()(const Reshape&) const { return ""; }
  std::string operator()(const Transpose&) const { return ""; }
  std::string operator()(const Slice&) const { return ""; }

  // What does not depend on the operator.
  std::string CheckNode() const {
    for (ValueId id : node_.inputs) {
      const Value& value = graph_.value(id);
      if (value.is_constant() && !AllFinite(*value.data)) {
        return "the constant '" + value.name + "' holds infinity or NaN";
      }
    }
    const FloatClamp* clamp = FindClamp(node_.op);
    if (clamp != nullptr && !(clamp->min <= clamp->max)) {
      return "clamps to an empty range";
    }
    const bool takes_constants = std::holds_alternative<Add>(node_.op) ||
                                 std::holds_alternative<Mul>(node_.op) ||
                                 std::holds_alternative<Concat>(node_.op);
    if (!takes_constants && input(0).is_constant()) {
      return "its input is a constant, which constant folding removes";
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

Status CheckQuantizable(const Graph& graph) {
  int count = 0;
  std::string lines;
  const auto report = [&](const std::string& what, const std::string& reason) {
    ++count;
    lines += "\n  " + what + ": " + reason;
  };
  for (const Node& node : graph.nodes) {
    const Checker checker(graph, node);
    std::string reason = checker.CheckNode();
    if (reason.empty()) reason = std::visit(checker, node.op);
    if (!reason.empty()) {
      report("node '" + node.name + "' (" + OperatorName(node.op) + ")",
             reason);
    }
  }
  for (ValueId id : graph.outputs) {
    if (graph.value(id).is_constant()) {
      report("output '" + graph.value(id).name + "'",
             "does not depend on the input");
    }
  }
  if (count == 0) return OkStatus();
  return Unsupported(std::to_string(count) +
                     " of the model's nodes and outputs cannot be quantized "
                     "to int8:" +
                     lines);
}

}  // namespace octet::converter
