#include "converter/passes/lower_transposed_convolutions.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "converter/passes/rewriting.h"

namespace octet::converter {
namespace {

int32_t FloorDiv(int32_t a, int32_t b) {
  return a >= 0 ? a / b : -((-a + b - 1) / b);
}

// One direction. Output t of the transposed convolution is output t + cut of
// the phases, of which phase (t + cut) % stride stands at place (t + cut) /
// stride.
struct Axis {
  int32_t stride;
  int32_t cut;   // outputs of the phases in front of the first that is wanted
  int32_t taps;  // of each phase
  int32_t pad_begin, pad_end;
  int32_t places;  // of each phase

  // Outputs of the phases behind the `output` that are wanted.
  int32_t CutAtEnd(int32_t output) const {
    return places * stride - cut - output;
  }
  // The tap of the transposed convolution that a phase's `tap` is; it may not
  // exist.
  int32_t Source(int32_t phase, int32_t tap, int32_t pad) const {
    return phase + pad - cut - stride * (tap - pad_begin);
  }
};

// With the outputs cut off that make for the fewest taps. Nothing where the
// first outputs read no input at all.
std::optional<Axis> PlanAxis(int32_t input, int32_t output, int32_t kernel,
                             int32_t stride, int32_t pad) {
  Axis best = {};
  for (int32_t cut = 0; cut < stride; ++cut) {
    const int32_t first = -FloorDiv(kernel - 1 - pad + cut, stride);
    const int32_t last = FloorDiv(stride - 1 + pad - cut, stride);
    const int32_t taps = last - first + 1;
    if (cut > 0 && taps >= best.taps) continue;
    const int32_t places = (cut + output + stride - 1) / stride;
    const int32_t pad_end = std::max(places - input + last, 0);
    best = {stride, cut,     taps,
            -first, pad_end, input - first + pad_end - taps + 1};
  }
  if (best.pad_begin < 0 || best.places < 1) return std::nullopt;
  return best;
}

struct Plan {
  Axis y, x;
  int32_t groups;
  int32_t channels;  // of the output

  int32_t phases() const { return y.stride * x.stride; }
  // Where the channels of a phase stand: next to each other, or, with a group a
  // channel, phases of a channel next to each other.
  int32_t Channel(int32_t phase, int32_t channel) const {
    return groups == 1 ? phase * channels + channel
                       : channel * phases() + phase;
  }
};

std::optional<Plan> MakePlan(const Graph& graph, const Node& node) {
  const auto* op = std::get_if<ConvTranspose2d>(&node.op);
  if (op == nullptr) return std::nullopt;
  const Window2dParams& w = op->params.window;
  const Shape& in = graph.value(node.inputs[0]).shape;
  const Shape& out = graph.value(node.output).shape;
  if (w.dilation_h != 1 || w.dilation_w != 1 ||
      (op->params.groups != 1 && op->params.groups != out[3]) ||
      !graph.value(node.inputs[1]).is_constant() ||
      !graph.value(node.inputs[2]).is_constant()) {
    return std::nullopt;
  }
  const auto y = PlanAxis(in[1], out[1], w.kernel_h, w.stride_h, w.pad_top);
  const auto x = PlanAxis(in[2], out[2], w.kernel_w, w.stride_w, w.pad_left);
  if (!y.has_value() || !x.has_value()) return std::nullopt;
  return Plan{*y, *x, op->params.groups, out[3]};
}

// {phases * channels, taps, taps, i}, 0 where a phase has fewer taps.
std::vector<float> PhaseWeights(const Plan& plan, const ConvTranspose2d& op,
                                const Value& weights) {
  const Window2dParams& w = op.params.window;
  const int32_t inputs = weights.shape[3];
  const auto row = size_t(plan.y.taps * plan.x.taps * inputs);
  std::vector<float> result(size_t(plan.phases() * plan.channels) * row);
  for (int32_t phase = 0; phase < plan.phases(); ++phase) {
    for (int32_t tap = 0; tap < plan.y.taps * plan.x.taps; ++tap) {
      const int32_t ky =
          plan.y.Source(phase / plan.x.stride, tap / plan.x.taps, w.pad_top);
      const int32_t kx =
          plan.x.Source(phase % plan.x.stride, tap % plan.x.taps, w.pad_left);
      if (ky < 0 || ky >= w.kernel_h || kx < 0 || kx >= w.kernel_w) continue;
      for (int32_t o = 0; o < plan.channels; ++o) {
        const auto from =
            weights.data->begin() +
            ((int64_t{o} * w.kernel_h + ky) * w.kernel_w + kx) * inputs;
        std::copy_n(from, inputs,
                    result.begin() +
                        int64_t(plan.Channel(phase, o)) * int64_t(row) +
                        int64_t{tap} * inputs);
      }
    }
  }
  return result;
}

std::vector<float> PhaseBiases(const Plan& plan,
                               const std::vector<float>& bias) {
  std::vector<float> result(size_t(plan.phases() * plan.channels));
  for (int32_t phase = 0; phase < plan.phases(); ++phase) {
    for (int32_t o = 0; o < plan.channels; ++o) {
      result[size_t(plan.Channel(phase, o))] = bias[size_t(o)];
    }
  }
  return result;
}

// Appends what replaces `node`.
class Lowering {
 public:
  Lowering(Graph& graph, NodeNames& names, std::vector<Node>& nodes,
           const Node& node)
      : graph_(graph), names_(names), nodes_(nodes), node_(node) {}

  void Run(const Plan& plan) {
    AppendConvolution(plan);
    if (plan.phases() > 1) AppendShuffle(plan);
    const Shape& wanted = graph_.value(node_.output).shape;
    if (graph_.value(nodes_.back().output).shape != wanted) {
      Slice cut;
      cut.params.begin[1] = plan.y.cut;
      cut.params.begin[2] = plan.x.cut;
      for (int axis = 0; axis < 4; ++axis) {
        cut.params.size[axis] = wanted[axis];
      }
      // As many at the end, whatever the picture's size.
      cut.params.cut[1] = plan.y.CutAtEnd(wanted[1]);
      cut.params.cut[2] = plan.x.CutAtEnd(wanted[2]);
      Append("/cut", cut, wanted);
    }
    nodes_.back().output = node_.output;
  }

 private:
  // op(what the last node gives), of `shape`.
  void Append(const char* suffix, Operator op, const Shape& shape) {
    const ValueId input = nodes_.back().output;
    nodes_.push_back({names_.Unique(node_.name + suffix),
                      node_.source_type,
                      std::move(op),
                      {input},
                      AddInner(suffix, shape)});
  }

  // Each has a name of its own: evaluation finds tensors by their names.
  ValueId AddInner(const char* suffix, const Shape& shape) {
    return graph_.AddActivation(graph_.value(node_.output).name + suffix,
                                shape);
  }

  void AppendConvolution(const Plan& plan) {
    const auto& op = std::get<ConvTranspose2d>(node_.op);
    const Value weights = graph_.value(node_.inputs[1]);
    const Value bias = graph_.value(node_.inputs[2]);
    const int32_t channels = plan.phases() * plan.channels;
    Conv2d conv;
    conv.window = {plan.y.taps,
                   plan.x.taps,
                   1,
                   1,
                   1,
                   1,
                   plan.y.pad_begin,
                   plan.x.pad_begin,
                   plan.y.pad_end,
                   plan.x.pad_end};
    conv.groups = plan.groups;
    conv.clamp = op.clamp;
    const ValueId phase_weights = graph_.AddConstant(
        weights.name,
        Shape{channels, plan.y.taps, plan.x.taps, weights.shape[3]},
        PhaseWeights(plan, op, weights));
    const ValueId phase_bias = graph_.AddConstant(
        bias.name, Shape{channels}, PhaseBiases(plan, *bias.data));
    const Shape& in = graph_.value(node_.inputs[0]).shape;
    nodes_.push_back({node_.name,
                      node_.source_type,
                      conv,
                      {node_.inputs[0], phase_weights, phase_bias},
                      AddInner(kInnerSuffix, Shape{in[0], plan.y.places,
                                                   plan.x.places, channels})});
  }

  // {n, y, x, phases and channels} -> {n, y * stride, x * stride, channels}. In
  // two steps at the end, each of which joins two dimensions: then the
  // picture's size may vary (schema: VaryingDimension).
  void AppendShuffle(const Plan& plan) {
    const int32_t n = graph_.value(node_.output).shape[0];
    const int32_t c = plan.channels;
    const Axis& y = plan.y;
    const Axis& x = plan.x;
    const bool channels_last = plan.groups == 1;
    const Shape split =
        channels_last ? Shape{n, y.places, x.places, y.stride, x.stride, c}
                      : Shape{n, y.places, x.places, c, y.stride, x.stride};
    Append("/phases", Reshape{split}, split);
    const Transpose transpose{channels_last
                                  ? TransposeParams{{0, 1, 3, 2, 4, 5}}
                                  : TransposeParams{{0, 1, 4, 2, 5, 3}}};
    Append("/interleaved", transpose,
           Shape{n, y.places, y.stride, x.places, x.stride, c});
    const Shape rows{n, y.places * y.stride, x.places, x.stride, c};
    Append("/rows", Reshape{rows}, rows);
    const Shape picture{n, y.places * y.stride, x.places * x.stride, c};
    Append("/columns", Reshape{picture}, picture);
  }

  Graph& graph_;
  NodeNames& names_;
  std::vector<Node>& nodes_;
  const Node node_;
};

}  // namespace

Status LowerTransposedConvolutions(Graph& graph) {
  NodeNames names(graph);
  std::vector<Node> nodes;
  for (Node& node : std::exchange(graph.nodes, {})) {
    const std::optional<Plan> plan = MakePlan(graph, node);
    if (plan.has_value()) {
      Lowering(graph, names, nodes, node).Run(*plan);
    } else {
      nodes.push_back(std::move(node));
    }
  }
  graph.nodes = std::move(nodes);
  RemoveDeadNodes(graph);
  return OkStatus();
}

}  // namespace octet::converter
