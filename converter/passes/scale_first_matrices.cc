#include "converter/passes/scale_first_matrices.h"

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "converter/passes/rewriting.h"

namespace octet::converter {
namespace {

bool MovesAllNumbers(const Operator& op) {
  return std::holds_alternative<Reshape>(op) ||
         std::holds_alternative<Transpose>(op);
}

class Scaler {
 public:
  explicit Scaler(Graph& graph)
      : graph_(graph),
        uses_(CountUses(graph)),
        producers_(FindProducers(graph)) {}

  void Run() {
    std::vector<std::optional<Node>> scales_before(graph_.nodes.size());
    std::vector<bool> is_gone(graph_.nodes.size(), false);
    for (size_t i = 0; i < graph_.nodes.size(); ++i) {
      const std::optional<Scaled> scaled = FindScaledProduct(graph_.nodes[i]);
      if (!scaled.has_value()) continue;
      const int reader = FindReader(scaled->product);
      if (reader < 0 || scales_before[size_t(reader)].has_value()) continue;
      Node scale = graph_.nodes[i];
      graph_.nodes[size_t(scaled->last)].output = scale.output;
      ValueId& first = graph_.nodes[size_t(reader)].inputs[0];
      scale.output =
          graph_.AddActivation(graph_.value(scale.output).name + "/factor",
                               graph_.value(first).shape);
      scale.inputs = {first, scaled->factor};
      first = scale.output;
      scales_before[size_t(reader)] = std::move(scale);
      is_gone[i] = true;
    }
    std::vector<Node> nodes = std::exchange(graph_.nodes, {});
    for (size_t i = 0; i < nodes.size(); ++i) {
      if (is_gone[i]) continue;
      if (scales_before[i].has_value()) {
        graph_.nodes.push_back(*std::move(scales_before[i]));
      }
      graph_.nodes.push_back(std::move(nodes[i]));
    }
  }

 private:
  struct Scaled {
    int product;     // the MatMul
    int last;        // it, or what moves its numbers in front of the Mul
    ValueId factor;  // a constant of one element
  };

  // The node that computes `id` for one reader alone, or -1.
  int SingleProducer(ValueId id) const {
    return uses_[size_t(id)] == 1 ? producers_[size_t(id)] : -1;
  }

  // What computes the numbers that node `last` gives, it or one in front of it;
  // -1: something else reads them on the way.
  int FindMoved(int last) const {
    while (last >= 0 && MovesAllNumbers(graph_.nodes[size_t(last)].op)) {
      last = SingleProducer(graph_.nodes[size_t(last)].inputs[0]);
    }
    return last;
  }

  std::optional<Scaled> FindScaledProduct(const Node& node) {
    const Mul* mul = std::get_if<Mul>(&node.op);
    if (mul == nullptr || !mul->clamp.is_none()) return std::nullopt;
    for (size_t i : {0, 1}) {
      const Value& factor = graph_.value(node.inputs[1 - i]);
      const int last = SingleProducer(node.inputs[i]);
      if (last < 0 || !factor.is_constant() || !factor.is_float() ||
          factor.shape.NumElements() != 1 ||
          graph_.value(node.output).shape !=
              graph_.value(node.inputs[i]).shape) {
        continue;
      }
      const int product = FindMoved(last);
      if (product < 0) continue;
      const MatMul* matmul =
          std::get_if<MatMul>(&graph_.nodes[size_t(product)].op);
      if (matmul == nullptr || !matmul->clamp.is_none()) continue;
      const float number = (*factor.data)[0];
      const std::string name = factor.name;
      return Scaled{product, last,
                    graph_.AddConstant(name, Shape{1}, {number})};
    }
    return std::nullopt;
  }

  // The node whose first input takes the factor, or -1.
  int FindReader(int product) const {
    int reader = product;
    ValueId matrix = graph_.nodes[size_t(product)].inputs[0];
    if (graph_.value(matrix).is_constant()) return -1;
    while (true) {
      const int producer = SingleProducer(matrix);
      if (producer < 0) break;
      const Node& node = graph_.nodes[size_t(producer)];
      if (IsWeightedLayer(node.op)) return reader;
      // Its grid would be lost.
      if (std::holds_alternative<FakeQuantize>(node.op)) return -1;
      if (!MovesAllNumbers(node.op)) break;
      reader = producer;
      matrix = node.inputs[0];
    }
    const Node& node = graph_.nodes[size_t(product)];
    const bool is_larger = graph_.value(matrix).shape.NumElements() >
                           graph_.value(node.output).shape.NumElements();
    return is_larger ? -1 : reader;
  }

  Graph& graph_;
  const std::vector<int> uses_;
  const std::vector<int> producers_;
};

}  // namespace

Status ScaleFirstMatrices(Graph& graph) {
  Scaler(graph).Run();
  RemoveDeadNodes(graph);
  return ValidateGraph(graph);
}

}  // namespace octet::converter
