#include "converter/passes/recognize_layer_normalization.h"

#include <optional>
#include <utility>
#include <vector>

#include "converter/ir/permutation.h"
#include "converter/passes/rewriting.h"

namespace octet::converter {
namespace {

using schema::BinaryFunction;
using schema::ReduceFunction;
using schema::UnaryFunction;

class Recognizer {
 public:
  explicit Recognizer(Graph& graph)
      : graph_(graph),
        producers_(FindProducers(graph)),
        consumers_(FindConsumers(graph)) {}

  // The division that ends it, as a LayerNormalization, with what follows.
  void Replace(int root) {
    const std::optional<Match> match = Find(root);
    if (!match.has_value()) return;
    Node& node = graph_.nodes[size_t(root)];
    node.op = LayerNormalization{LastAxis(match->input), match->epsilon};
    node.inputs = {match->input};
    TakeOperand<Mul>(node, 1);
    if (node.inputs.size() == 2) TakeOperand<Add>(node, 2);
  }

 private:
  struct Match {
    ValueId input;
    float epsilon;
  };

  const Node* Producer(ValueId id) const {
    const int index = producers_[size_t(id)];
    return index < 0 ? nullptr : &graph_.nodes[size_t(index)];
  }
  // The node that computes `id`, if it is of this type.
  template <typename Op>
  const Node* ProducerOf(ValueId id) const {
    const Node* node = Producer(id);
    return node != nullptr && std::holds_alternative<Op>(node->op) ? node
                                                                   : nullptr;
  }
  const Node* BinaryOf(ValueId id, BinaryFunction function) const {
    const Node* node = ProducerOf<Binary>(id);
    return node != nullptr && std::get<Binary>(node->op).function == function &&
                   std::get<Binary>(node->op).clamp.is_none()
               ? node
               : nullptr;
  }

  int LastAxis(ValueId id) const { return graph_.value(id).shape.rank - 1; }

  std::optional<float> Scalar(ValueId id) const {
    const Value& value = graph_.value(id);
    if (value.data == nullptr || value.data->size() != 1) return std::nullopt;
    return (*value.data)[0];
  }

  // Of a sum: its activation and the number that is added.
  std::optional<std::pair<ValueId, float>> PlusNumber(ValueId id) const {
    const Node* node = ProducerOf<Add>(id);
    if (node == nullptr || !std::get<Add>(node->op).clamp.is_none()) {
      return std::nullopt;
    }
    for (size_t i = 0; i < 2; ++i) {
      const std::optional<float> number = Scalar(node->inputs[i]);
      if (number.has_value()) return {{node->inputs[1 - i], *number}};
    }
    return std::nullopt;
  }

  bool IsSquareOf(ValueId id, ValueId x) const {
    if (const Node* power = BinaryOf(id, BinaryFunction::POW)) {
      return power->inputs[0] == x && Scalar(power->inputs[1]) == 2.0f;
    }
    const Node* product = ProducerOf<Mul>(id);
    return product != nullptr && std::get<Mul>(product->op).clamp.is_none() &&
           product->inputs[0] == x && product->inputs[1] == x;
  }

  // Whether `id` is the mean of x along its last dimension, which it keeps with
  // size 1.
  bool IsMeanOf(ValueId id, ValueId x) const {
    Shape kept = graph_.value(x).shape;
    if (kept.rank == 0) return false;
    kept[kept.rank - 1] = 1;
    if (graph_.value(id).shape != kept) return false;
    if (const Node* node = ProducerOf<Reduce>(id)) {
      const Reduce& reduce = std::get<Reduce>(node->op);
      return reduce.function == ReduceFunction::MEAN &&
             reduce.axes.size() == 1 && reduce.axes[0] == kept.rank - 1 &&
             node->inputs[0] == x;
    }
    return IsPooledMean(id, x);
  }

  // The same as an average over the rows of a picture: importers make a mean
  // over a last dimension {a, b, c} that of {a, b, c, 1}, and move channels to
  // the end.
  bool IsPooledMean(ValueId id, ValueId x) const {
    if (const Node* node = ProducerOf<Reshape>(id)) id = node->inputs[0];
    const Node* back = ProducerOf<Transpose>(id);
    if (back == nullptr || !Permutes(*back, kToChannelsFirst)) return false;
    const Node* pool = ProducerOf<AveragePool2d>(back->inputs[0]);
    if (pool == nullptr) return false;
    const Node* to = ProducerOf<Transpose>(pool->inputs[0]);
    if (to == nullptr || !Permutes(*to, kToChannelsLast)) return false;
    const Shape picture = graph_.value(to->inputs[0]).shape;
    ValueId input = to->inputs[0];
    if (input != x) {
      const Node* node = ProducerOf<Reshape>(input);
      if (node == nullptr || node->inputs[0] != x) return false;
    }
    const Window2dParams& window = std::get<AveragePool2d>(pool->op).window;
    const Shape& shape = graph_.value(x).shape;
    const Shape row =
        shape.rank == 3 ? Shape{shape[0], shape[1], shape[2], 1} : shape;
    return row == picture &&
           window.kernel_h == (shape.rank == 3 ? row[2] : 1) &&
           window.kernel_w == (shape.rank == 3 ? 1 : row[3]);
  }

  static bool Permutes(const Node& node, const TransposeParams& permutation) {
    return SamePermutation(std::get<Transpose>(node.op).params, permutation, 4);
  }

  std::optional<Match> Find(int root) const {
    const ValueId output = graph_.nodes[size_t(root)].output;
    const Node* quotient = BinaryOf(output, BinaryFunction::DIV);
    if (quotient == nullptr) return std::nullopt;
    const ValueId d = quotient->inputs[0];
    const Node* difference = BinaryOf(d, BinaryFunction::SUB);
    const Node* deviation = ProducerOf<Unary>(quotient->inputs[1]);
    if (difference == nullptr || deviation == nullptr ||
        std::get<Unary>(deviation->op).function != UnaryFunction::SQRT) {
      return std::nullopt;
    }
    const ValueId x = difference->inputs[0];
    const auto sum = PlusNumber(deviation->inputs[0]);
    if (!sum.has_value() || !IsMeanOf(difference->inputs[1], x) ||
        graph_.value(x).shape != graph_.value(d).shape) {
      return std::nullopt;
    }
    for (const int reader : consumers_[size_t(d)]) {
      const ValueId square = graph_.nodes[size_t(reader)].output;
      if (IsSquareOf(square, d) && IsMeanOf(sum->first, square)) {
        return Match{x, sum->second};
      }
    }
    return std::nullopt;
  }

  // Makes the constant of the one node that reads the output, an `Op`, the
  // operand at `place`, and that node's output the output.
  template <typename Op>
  void TakeOperand(Node& node, size_t place) {
    const std::vector<int>& readers = consumers_[size_t(node.output)];
    if (readers.size() != 1 || IsGraphOutput(graph_, node.output)) return;
    Node& reader = graph_.nodes[size_t(readers[0])];
    const Op* op = std::get_if<Op>(&reader.op);
    if (op == nullptr || !op->clamp.is_none()) return;
    const size_t other = reader.inputs[0] == node.output ? 1 : 0;
    const Value& constant = graph_.value(reader.inputs[other]);
    const Shape last{graph_.value(node.output).shape[LastAxis(node.output)]};
    if (constant.data == nullptr || constant.shape != last) return;
    node.inputs.insert(node.inputs.begin() + ptrdiff_t(place),
                       reader.inputs[other]);
    // The reader returns what it reads until it is removed.
    std::swap(node.output, reader.output);
    reader.op = Identity();
    reader.inputs = {node.output};
  }

  Graph& graph_;
  const std::vector<int> producers_;
  const std::vector<std::vector<int>> consumers_;
};

}  // namespace

Status RecognizeLayerNormalization(Graph& graph) {
  Recognizer recognizer(graph);
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    recognizer.Replace(static_cast<int>(i));
  }
  RemoveDeadNodes(graph);
  return OkStatus();
}

}  // namespace octet::converter
