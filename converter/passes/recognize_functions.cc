#include "converter/passes/recognize_functions.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <variant>
#include <vector>

#include "converter/ir/evaluate_function.h"
#include "converter/passes/rewriting.h"

namespace octet::converter {
namespace {

using schema::BinaryFunction;
using schema::UnaryFunction;

// How many nodes a function may be spread over.
constexpr int kMaxNodes = 12;

// No two differ by less than the tolerance everywhere.
constexpr Unary kCandidates[] = {
    {UnaryFunction::SWISH, 1.0f, 0.0f},
    {UnaryFunction::SWISH, 1.702f, 0.0f},
    {UnaryFunction::HARD_SWISH, 0.0f, 0.0f},
    {UnaryFunction::GELU, 0.0f, 0.0f},
    {UnaryFunction::GELU_TANH, 0.0f, 0.0f},
    {UnaryFunction::MISH, 0.0f, 0.0f},
    {UnaryFunction::SOFTPLUS, 0.0f, 0.0f},
    {UnaryFunction::SOFTSIGN, 0.0f, 0.0f},
    {UnaryFunction::SIGMOID, 0.0f, 0.0f},
    {UnaryFunction::HARD_SIGMOID, 1.0f / 6.0f, 0.5f},
};

std::vector<double> SamplePoints() {
  std::vector<double> points;
  for (double x = -12.0; x <= 12.0; x += 0.37) points.push_back(x);
  return points;
}

// The function of two values that `op` is, if it is one.
std::optional<BinaryFunction> FindBinary(const Operator& op) {
  if (std::holds_alternative<Add>(op)) return BinaryFunction::ADD;
  if (std::holds_alternative<Mul>(op)) return BinaryFunction::MUL;
  if (const auto* binary = std::get_if<Binary>(&op)) return binary->function;
  return std::nullopt;
}

class Recognizer {
 public:
  explicit Recognizer(const Graph& graph)
      : graph_(graph), producers_(FindProducers(graph)) {}

  // The function that the node computes with those in front of it, and of which
  // value.
  struct Match {
    Unary function;
    ValueId input;
  };

  // Takes in the nodes in front of `root`, the last one first; wherever all
  // then depends on a single value, the whole is compared.
  std::optional<Match> Find(int root) const {
    std::set<int> inside;
    std::set<ValueId> open = {graph_.nodes[size_t(root)].output};
    while (inside.size() < size_t{kMaxNodes}) {
      const int next = LastProducer(open);
      if (next < 0 || !IsScalarFunction(graph_.nodes[size_t(next)])) break;
      const Node& node = graph_.nodes[size_t(next)];
      open.erase(node.output);
      inside.insert(next);
      for (ValueId id : node.inputs) {
        if (!graph_.value(id).is_constant()) open.insert(id);
      }
      if (open.size() != 1 || inside.size() < 2) continue;
      const ValueId input = *open.begin();
      if (const auto function = Compare(inside, root, input)) {
        return Match{*function, input};
      }
    }
    return std::nullopt;
  }

 private:
  // Of the producers of `values`, the last; -1 where one has none.
  int LastProducer(const std::set<ValueId>& values) const {
    int last = -1;
    for (ValueId id : values) last = std::max(last, producers_[size_t(id)]);
    return last;
  }

  // Whether each output element is the same function of one element of each
  // activation.
  bool IsScalarFunction(const Node& node) const {
    const Value& output = graph_.value(node.output);
    if (!output.is_float()) return false;
    for (ValueId id : node.inputs) {
      const Value& value = graph_.value(id);
      const bool fits = value.is_constant()
                            ? value.is_float() && value.data->size() == 1
                            : value.is_float() && value.shape == output.shape;
      if (!fits) return false;
    }
    return std::holds_alternative<Unary>(node.op) ||
           std::holds_alternative<Clamp>(node.op) ||
           FindBinary(node.op).has_value();
  }

  double Evaluate(const Node& node, const std::map<ValueId, double>& at) const {
    const auto operand = [&](size_t i) {
      const Value& value = graph_.value(node.inputs[i]);
      return value.is_constant() ? double{(*value.data)[0]}
                                 : at.at(node.inputs[i]);
    };
    double y = operand(0);
    if (const auto* unary = std::get_if<Unary>(&node.op)) {
      y = EvaluateUnary(*unary, y);
    } else if (const auto binary = FindBinary(node.op)) {
      y = EvaluateBinary(*binary, y, operand(1));
    }
    const FloatClamp* clamp = FindClamp(node.op);
    if (clamp == nullptr) return y;
    return std::min(std::max(y, double{clamp->min}), double{clamp->max});
  }

  // The candidate that the nodes `inside` are, as a function of `input`.
  std::optional<Unary> Compare(const std::set<int>& inside, int root,
                               ValueId input) const {
    constexpr double kTolerance = 1e-5;
    const std::vector<double> points = SamplePoints();
    std::vector<double> values;
    for (double x : points) {
      std::map<ValueId, double> at = {{input, x}};
      for (int i : inside) {  // in execution order
        const Node& node = graph_.nodes[size_t(i)];
        at[node.output] = Evaluate(node, at);
      }
      values.push_back(at.at(graph_.nodes[size_t(root)].output));
    }
    for (const Unary& candidate : kCandidates) {
      bool same = true;
      for (size_t i = 0; same && i < points.size(); ++i) {
        const double expected = EvaluateUnary(candidate, points[i]);
        same = std::abs(values[i] - expected) <=
               kTolerance * std::max(1.0, std::abs(expected));
      }
      if (same) return candidate;
    }
    return std::nullopt;
  }

  const Graph& graph_;
  const std::vector<int> producers_;
};

}  // namespace

Status RecognizeFunctions(Graph& graph) {
  const Recognizer recognizer(graph);
  // Backward, so that the longest expression is found first. Producers stay
  // what they are.
  for (int i = static_cast<int>(graph.nodes.size()) - 1; i >= 0; --i) {
    const auto match = recognizer.Find(i);
    if (!match.has_value()) continue;
    graph.nodes[size_t(i)].op = match->function;
    graph.nodes[size_t(i)].inputs = {match->input};
  }
  RemoveDeadNodes(graph);
  return OkStatus();
}

}  // namespace octet::converter
