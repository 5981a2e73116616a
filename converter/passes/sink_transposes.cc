#include "converter/passes/sink_transposes.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "converter/ir/constant_evaluation.h"
#include "converter/ir/permutation.h"
#include "converter/passes/rewriting.h"

namespace octet::converter {
namespace {

// The operator f' for f behind a Transpose by `p`: axis i of the transposed
// tensor is axis p[i] of the original. Nothing where f cannot move.
struct RenameAxes {
  const TransposeParams& p;
  int rank;

  using Renamed = std::optional<Operator>;

  bool KeepsLastAxis() const {
    return rank > 0 && p.permutation[rank - 1] == rank - 1;
  }

  Renamed operator()(const Add& op) const { return op; }
  Renamed operator()(const Mul& op) const { return op; }
  Renamed operator()(const Clamp& op) const { return op; }
  Renamed operator()(const Identity& op) const { return op; }
  Renamed operator()(const Unary& op) const { return op; }
  Renamed operator()(const FakeQuantize& op) const { return op; }
  Renamed operator()(const Binary& op) const { return op; }
  Renamed operator()(const Where& op) const { return op; }
  Renamed operator()(const Cast& op) const { return op; }
  Renamed operator()(const Reduce& op) const {
    Reduce renamed{op.function, {}};
    for (int32_t axis : op.axes) renamed.axes.push_back(p.permutation[axis]);
    std::sort(renamed.axes.begin(), renamed.axes.end());
    return renamed;
  }
  Renamed operator()(const ArgExtremum& op) const {
    ArgExtremum renamed = op;
    renamed.axis = p.permutation[op.axis];
    return renamed;
  }
  Renamed operator()(const TopK& op) const {
    TopK renamed = op;
    renamed.params.axis = p.permutation[op.params.axis];
    return renamed;
  }
  Renamed operator()(const Resize& op) const {
    Resize renamed = op;
    for (int i = 0; i < rank; ++i) {
      const size_t from = size_t(i), to = size_t(p.permutation[i]);
      renamed.shape[p.permutation[i]] = op.shape[i];
      renamed.scales[to] = op.scales[from];
      renamed.roi_start[to] = op.roi_start[from];
      renamed.roi_end[to] = op.roi_end[from];
    }
    return renamed;
  }
  Renamed operator()(const BatchNormalization& op) const {
    BatchNormalization renamed = op;
    renamed.axis = p.permutation[op.axis];
    return renamed;
  }
  Renamed operator()(const Concat& op) const {
    return Concat{ConcatParams{p.permutation[op.params.axis]}};
  }
  Renamed operator()(const Pad& op) const {
    Pad renamed = op;
    for (int i = 0; i < rank; ++i) {
      renamed.params.begin[p.permutation[i]] = op.params.begin[i];
      renamed.params.end[p.permutation[i]] = op.params.end[i];
    }
    return renamed;
  }
  Renamed operator()(const Slice& op) const {
    Slice renamed = op;
    for (int i = 0; i < rank; ++i) {
      renamed.params.begin[p.permutation[i]] = op.params.begin[i];
      renamed.params.size[p.permutation[i]] = op.params.size[i];
      renamed.params.step[p.permutation[i]] = op.params.step[i];
      renamed.params.cut[p.permutation[i]] = op.params.cut[i];
    }
    return renamed;
  }
  // Bound to the last axis.
  Renamed operator()(const Softmax& op) const {
    return KeepsLastAxis() ? Renamed(op) : std::nullopt;
  }
  Renamed operator()(const FullyConnected& op) const {
    return KeepsLastAxis() ? Renamed(op) : std::nullopt;
  }
  // Bound to NHWC, or to the order in memory.
  template <typename LayoutBound>
  Renamed operator()(const LayoutBound&) const {
    return std::nullopt;
  }
};

// How many of a node's inputs are tensors that a Transpose must stand in front
// of; the rest are weights.
size_t CountDataInputs(const Node& node) {
  const bool all = std::holds_alternative<Add>(node.op) ||
                   std::holds_alternative<Mul>(node.op) ||
                   std::holds_alternative<Binary>(node.op) ||
                   std::holds_alternative<Where>(node.op) ||
                   std::holds_alternative<Concat>(node.op);
  return all ? node.inputs.size() : 1;
}

class Sinker {
 public:
  explicit Sinker(Graph& graph) : graph_(graph), names_(graph) {}

  void Run() {
    std::vector<Node> nodes = std::exchange(graph_.nodes, {});
    for (Node& node : nodes) {
      for (ValueId& id : node.inputs) id = Resolve(id);
      if (std::holds_alternative<Transpose>(node.op)) {
        AppendTranspose(std::move(node));
      } else {
        Sink(std::move(node));
      }
    }
  }

 private:
  using Key = std::pair<ValueId, std::array<int32_t, kMaxRank>>;

  ValueId Resolve(ValueId id) const {
    const auto found = replaced_by_.find(id);
    return found == replaced_by_.end() ? id : found->second;
  }

  void Append(Node node) {
    producers_[node.output] = graph_.nodes.size();
    graph_.nodes.push_back(std::move(node));
  }

  // The Transpose that produces `id`, or null.
  const Node* FindTranspose(ValueId id) const {
    const auto found = producers_.find(id);
    if (found == producers_.end()) return nullptr;
    const Node& node = graph_.nodes[found->second];
    return std::holds_alternative<Transpose>(node.op) ? &node : nullptr;
  }

  // Lets `from` stand for `node`'s output from here on.
  void Replace(Node node, ValueId from) {
    replaced_by_[node.output] = from;
    if (!IsGraphOutput(graph_, node.output)) return;
    node.op = Identity{};
    node.inputs = {from};
    Append(std::move(node));
  }

  // Joins `node` with the Transpose in front of it; an equal one that exists
  // already serves instead.
  void AppendTranspose(Node node) {
    TransposeParams& p = std::get<Transpose>(node.op).params;
    const int rank = graph_.value(node.output).shape.rank;
    if (const Node* first = FindTranspose(node.inputs[0])) {
      p = ComposePermutations(std::get<Transpose>(first->op).params, p, rank);
      node.inputs[0] = first->inputs[0];
    }
    const ValueId input = node.inputs[0];
    if (IsIdentityPermutation(p, rank)) return Replace(std::move(node), input);
    Key key{input, {}};
    std::copy(p.permutation, p.permutation + rank, key.second.begin());
    const auto [existing, is_new] = transposes_.emplace(key, node.output);
    if (is_new) return Append(std::move(node));
    Replace(std::move(node), existing->second);
  }

  // The first permutation among the Transposes that `node` reads.
  const TransposeParams* FindPermutation(const Node& node) const {
    for (size_t i = 0; i < CountDataInputs(node); ++i) {
      if (const Node* transpose = FindTranspose(node.inputs[i])) {
        return &std::get<Transpose>(transpose->op).params;
      }
    }
    return nullptr;
  }

  bool IsTransposedBy(ValueId id, const TransposeParams& p, int rank) const {
    const Node* transpose = FindTranspose(id);
    return transpose != nullptr &&
           SamePermutation(std::get<Transpose>(transpose->op).params, p, rank);
  }

  // Whether every input of `node` is, or may be brought, in front of T_p.
  bool CanMove(const Node& node, const TransposeParams& p, int rank) const {
    const bool may_transpose =
        rank == 4 && SamePermutation(p, kToChannelsFirst, rank);
    for (size_t i = 0; i < CountDataInputs(node); ++i) {
      const Value& value = graph_.value(node.inputs[i]);
      if (value.is_constant()) continue;
      // One that is broadcast from fewer dimensions has no such Transpose.
      if (value.shape.rank != rank) return false;
      if (!may_transpose && !IsTransposedBy(node.inputs[i], p, rank)) {
        return false;
      }
    }
    return true;
  }

  // A constant behind the inverse of `p`, after it got `rank` dimensions.
  ValueId TransposeConstant(ValueId id, const TransposeParams& inverse,
                            int rank) {
    const Value value = graph_.value(id);
    Shape shape;
    while (shape.rank < rank - value.shape.rank) shape[shape.rank++] = 1;
    for (int i = 0; i < value.shape.rank; ++i) {
      shape[shape.rank++] = value.shape[i];
    }
    return graph_.AddConstant(value.name, PermuteShape(shape, inverse),
                              TransposeData(DataOf(value), shape, inverse));
  }

  ValueId AppendInverse(ValueId id, const TransposeParams& inverse,
                        const Node& reader) {
    const Shape shape = PermuteShape(graph_.value(id).shape, inverse);
    const ValueId output = graph_.AddActivation(graph_.value(id).name + "/nhwc",
                                                shape, graph_.value(id).type);
    AppendTranspose({names_.Unique(reader.name + "/to_nhwc"),
                     reader.source_type,
                     Transpose{inverse},
                     {id},
                     output});
    return Resolve(output);
  }

  void Sink(Node node) {
    const TransposeParams* found = FindPermutation(node);
    const int rank = graph_.value(node.output).shape.rank;
    std::optional<Operator> renamed;
    if (found != nullptr && CanMove(node, *found, rank)) {
      renamed = std::visit(RenameAxes{*found, rank}, node.op);
    }
    if (!renamed.has_value()) return Append(std::move(node));
    const TransposeParams p = *found;  // appending nodes moves *found
    const TransposeParams inverse = InversePermutation(p, rank);
    for (size_t i = 0; i < CountDataInputs(node); ++i) {
      ValueId& id = node.inputs[i];
      if (graph_.value(id).is_constant()) {
        id = TransposeConstant(id, inverse, rank);
      } else if (IsTransposedBy(id, p, rank)) {
        id = FindTranspose(id)->inputs[0];
      } else {
        id = AppendInverse(id, inverse, node);
      }
    }
    const ValueId outer = node.output;
    const Shape shape = PermuteShape(graph_.value(outer).shape, inverse);
    node.op = *std::move(renamed);
    node.output = graph_.AddActivation(graph_.value(outer).name + kInnerSuffix,
                                       shape, graph_.value(outer).type);
    Node transpose{names_.Unique(node.name + "/to_outer"),
                   node.source_type,
                   Transpose{p},
                   {node.output},
                   outer};
    Append(std::move(node));
    AppendTranspose(std::move(transpose));
  }

  Graph& graph_;
  NodeNames names_;
  std::map<ValueId, ValueId> replaced_by_;
  std::map<ValueId, size_t> producers_;
  std::map<Key, ValueId> transposes_;
};

}  // namespace

void SinkTransposes(Graph& graph) { Sinker(graph).Run(); }

}  // namespace octet::converter
