#include "converter/passes/fold_channel_affine.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "converter/ir/permutation.h"
#include "converter/passes/channel_affine.h"
#include "converter/passes/rewriting.h"

namespace octet::converter {
namespace {

std::vector<float> ToFloats(const std::vector<double>& values) {
  return std::vector<float>(values.begin(), values.end());
}

bool IsUniform(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(),
                     [&](double value) { return value == values[0]; });
}

// Rewrites the nodes in order; appended ones carry no affine node but those
// that could not be expressed.
class Folder {
 public:
  explicit Folder(Graph& graph)
      : graph_(graph), names_(graph), uses_(CountUses(graph)) {}

  void Run() {
    std::vector<Node> nodes = std::exchange(graph_.nodes, {});
    for (Node& node : nodes) {
      const std::optional<ChannelAffine> affine =
          FindChannelAffine(graph_, node);
      if (!affine.has_value()) {
        Append(std::move(node));
      } else if (Node* layer = FindLayer(node, affine->axis)) {
        FoldInto(*layer, *affine, node.output);
      } else if (Node* function = FindFunction(node, *affine)) {
        FoldIntoFunction(*function, *affine, node.output);
      } else {
        AppendDepthwise(std::move(node), *affine);
      }
    }
  }

 private:
  void Append(Node node) {
    producers_.resize(graph_.values.size(), -1);
    producers_[size_t(node.output)] = static_cast<int>(graph_.nodes.size());
    graph_.nodes.push_back(std::move(node));
  }

  // What computes the input of `node` for it alone, or null.
  Node* FindProducer(const Node& node) {
    const ValueId input = node.inputs[0];
    producers_.resize(graph_.values.size(), -1);
    const int producer = producers_[size_t(input)];
    // Values that this pass adds have a single reader.
    const bool single =
        size_t(input) >= uses_.size() || uses_[size_t(input)] == 1;
    if (producer < 0 || !single) return nullptr;
    return &graph_.nodes[size_t(producer)];
  }

  // The layer in front of `node` into which it can be folded, or null.
  Node* FindLayer(const Node& node, int axis) {
    Node* layer = FindProducer(node);
    if (layer == nullptr) return nullptr;
    const bool is_layer = IsWeightedLayer(layer->op) ||
                          std::holds_alternative<ConvTranspose2d>(layer->op);
    const bool fits = is_layer && FindClamp(layer->op)->is_none() &&
                      axis == graph_.value(node.inputs[0]).shape.rank - 1 &&
                      graph_.value(layer->inputs[1]).is_constant() &&
                      graph_.value(layer->inputs[2]).is_constant();
    return fits ? layer : nullptr;
  }

  // The function in front of `node` whose scale and offset can take it.
  Node* FindFunction(const Node& node, const ChannelAffine& affine) {
    Node* producer = FindProducer(node);
    const bool fits = producer != nullptr &&
                      std::holds_alternative<Unary>(producer->op) &&
                      affine.clamp.is_none() && IsUniform(affine.scale) &&
                      IsUniform(affine.bias);
    return fits ? producer : nullptr;
  }

  void FoldIntoFunction(Node& node, const ChannelAffine& affine,
                        ValueId output) {
    Unary& function = std::get<Unary>(node.op);
    function.scale = static_cast<float>(function.scale * affine.scale[0]);
    function.offset =
        static_cast<float>(function.offset * affine.scale[0] + affine.bias[0]);
    Replace(node, output);
  }

  void FoldInto(Node& layer, const ChannelAffine& affine, ValueId output) {
    const Value weights = graph_.value(layer.inputs[1]);
    const Value bias = graph_.value(layer.inputs[2]);
    std::vector<float> new_weights = *weights.data;
    std::vector<float> new_bias = *bias.data;
    const size_t row = new_weights.size() / new_bias.size();
    for (size_t o = 0; o < new_bias.size(); ++o) {
      for (size_t i = o * row; i < (o + 1) * row; ++i) {
        new_weights[i] = static_cast<float>(new_weights[i] * affine.scale[o]);
      }
      new_bias[o] =
          static_cast<float>(new_bias[o] * affine.scale[o] + affine.bias[o]);
    }
    layer.inputs[1] =
        graph_.AddConstant(weights.name, weights.shape, std::move(new_weights));
    layer.inputs[2] =
        graph_.AddConstant(bias.name, bias.shape, std::move(new_bias));
    *MutableClamp(layer.op) = affine.clamp;
    Replace(layer, output);
  }

  // `node` computes `output` from now on.
  void Replace(Node& node, ValueId output) {
    node.output = output;
    producers_.resize(graph_.values.size(), -1);
    producers_[size_t(output)] = static_cast<int>(&node - &graph_.nodes[0]);
  }

  // Appends op(input) with a new output of shape `shape`.
  ValueId AppendStep(const Node& main, const char* suffix, Operator op,
                     ValueId input, const Shape& shape) {
    const ValueId output =
        graph_.AddActivation(graph_.value(main.output).name + suffix, shape);
    Append({names_.Unique(main.name + suffix),
            main.source_type,
            std::move(op),
            {input},
            output});
    return output;
  }

  // {n, rest, 1, c} for {n, ..., c}.
  static Shape PictureShape(const Shape& shape) {
    if (shape.rank == 4) return shape;
    const int32_t c = shape[shape.rank - 1];
    const int32_t n = shape.rank > 1 ? shape[0] : 1;
    const int64_t rest = shape.NumElements() / c / n;
    return Shape{n, static_cast<int32_t>(rest), 1, c};
  }

  void AppendDepthwise(Node node, const ChannelAffine& affine) {
    const ValueId input = node.inputs[0];
    const Shape shape = graph_.value(input).shape;
    const TransposeParams last = MoveAxisLast(affine.axis, shape.rank);
    const Shape moved = PermuteShape(shape, last);
    const Shape picture = PictureShape(moved);
    ValueId x = input;
    const bool moves = affine.axis != shape.rank - 1;
    if (moves) x = AppendStep(node, "/to_last", Transpose{last}, x, moved);
    if (picture != moved) {
      x = AppendStep(node, "/to_picture", Reshape{picture}, x, picture);
    }
    const auto channels = static_cast<int32_t>(affine.scale.size());
    const ValueId weights = graph_.AddConstant(
        node.name + "/scale", Shape{channels, 1, 1, 1}, ToFloats(affine.scale));
    const ValueId bias = graph_.AddConstant(
        node.name + "/bias", Shape{channels}, ToFloats(affine.bias));
    Conv2d conv;
    conv.groups = channels;
    conv.clamp = affine.clamp;
    const ValueId outer = node.output;
    const bool is_last_step = !moves && picture == moved;
    const ValueId scaled =
        is_last_step ? outer
                     : graph_.AddActivation(
                           graph_.value(outer).name + kInnerSuffix, picture);
    Append({node.name, node.source_type, conv, {x, weights, bias}, scaled});
    if (is_last_step) return;
    x = scaled;
    if (picture != moved && moves) {
      x = AppendStep(node, "/from_picture", Reshape{moved}, x, moved);
    }
    const Operator restore =
        moves ? Operator(Transpose{InversePermutation(last, shape.rank)})
              : Operator(Reshape{shape});
    Append({names_.Unique(node.name + "/restore"),
            node.source_type,
            restore,
            {x},
            outer});
  }

  Graph& graph_;
  NodeNames names_;
  const std::vector<int> uses_;  // of the values that were there before
  std::vector<int> producers_;   // indices into graph_.nodes, or -1
};

}  // namespace

Status FoldChannelAffine(Graph& graph) {
  Folder(graph).Run();
  RemoveDeadNodes(graph);
  return OkStatus();
}

}  // namespace octet::converter
