#include "converter/repair/analytic_bias.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "converter/quantize/assign_params.h"
#include "converter/quantize/quantize_weights.h"
#include "converter/repair/channel_statistics.h"
#include "converter/repair/float_targets.h"
#include "converter/repair/layer_seams.h"

namespace octet::converter {
namespace {

using Expectations = std::vector<std::vector<double>>;  // by value

std::vector<double> Means(const std::vector<ChannelStatistics>& channels) {
  std::vector<double> means;
  for (const ChannelStatistics& channel : channels) {
    means.push_back(channel.mean);
  }
  return means;
}

// E of a layer behind its clamp.
std::vector<double> ExpectLayer(const std::vector<ChannelStatistics>& channels,
                                const FloatClamp& clamp) {
  std::vector<double> result;
  for (const ChannelStatistics& channel : channels) {
    result.push_back(ClampedNormalMean(channel.mean, channel.deviation, clamp));
  }
  return result;
}

// E of a node that passes expectations on, empty for any other.
std::vector<double> PassOn(const Node& node, const Expectations& known) {
  const auto input = [&](size_t i) -> const std::vector<double>& {
    return known[size_t(node.inputs[i])];
  };
  if (const AveragePool2d* pool = std::get_if<AveragePool2d>(&node.op)) {
    const bool plain = pool->clamp.is_none() && !pool->count_include_pad;
    return plain ? input(0) : std::vector<double>{};
  }
  if (const Add* add = std::get_if<Add>(&node.op)) {
    if (!add->clamp.is_none() || input(0).size() != input(1).size()) return {};
    std::vector<double> sum = input(0);
    for (size_t c = 0; c < sum.size(); ++c) sum[c] += input(1)[c];
    return sum;
  }
  return {};
}

// A layer's weights and the shift of its outputs that rounding causes.
Result<LayerRepair> CorrectLayer(const Graph& graph, const Node& node,
                                 const AssignedParams& assigned,
                                 const QuantizeOptions& quantize,
                                 const std::vector<double>& expected) {
  const std::vector<float>& weights = *graph.value(node.inputs[1]).data;
  const std::vector<float>& bias = *graph.value(node.inputs[2]).data;
  const ActivationParams& input = assigned.params[size_t(node.inputs[0])];
  QuantizedWeights rounded = QuantizeWeights(
      weights, bias, input, assigned.params[size_t(node.output)].scale,
      quantize.per_tensor,
      WeightSchemeOf(quantize, node.name, node.op,
                     graph.value(node.inputs[1]).shape));
  const size_t row = weights.size() / bias.size();
  std::vector<double> corrected(bias.begin(), bias.end());
  VisitWeightsByInput(graph, node, [&](size_t i, size_t channel) {
    const size_t output = i / row;
    const double scale = rounded.scale[rounded.scale.size() == 1 ? 0 : output];
    corrected[output] -=
        (scale * rounded.values[i] - weights[i]) * expected[channel];
  });
  LayerRepair repair{std::move(rounded.values),
                     std::move(rounded.scale),
                     {corrected.begin(), corrected.end()}};
  OCTET_RETURN_IF_ERROR(
      QuantizeBiases(repair.values, repair.scale, repair.bias, input).status());
  return repair;
}

}  // namespace

Result<std::vector<std::vector<double>>> ExpectChannels(
    const Graph& graph, size_t sample_count, const SampleReader& read_sample,
    const AnalyticBiasOptions& options) {
  const SplitGraph split = SplitClamps(graph);
  OCTET_ASSIGN_OR_RETURN(const auto statistics,
                         ObserveChannels(split.graph, sample_count, read_sample,
                                         options.samples, options.threads));
  Expectations expected(graph.values.size());
  for (ValueId id : graph.inputs) {
    expected[size_t(id)] = Means(statistics[size_t(id)]);
  }
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    std::vector<double>& output = expected[size_t(node.output)];
    if (IsWeightedLayer(node.op)) {
      output = ExpectLayer(statistics[size_t(split.unclamped[i])],
                           *FindClamp(node.op));
    } else {
      output = PassOn(node, expected);
    }
    if (output.empty()) output = Means(statistics[size_t(node.output)]);
  }
  return expected;
}

Result<LayerRepairs> CorrectBiasesAnalytically(
    const Graph& graph, const Ranges& ranges, const QuantizeOptions& quantize,
    size_t sample_count, const SampleReader& read_sample,
    const AnalyticBiasOptions& options) {
  OCTET_ASSIGN_OR_RETURN(
      const Expectations expected,
      ExpectChannels(graph, sample_count, read_sample, options));
  const AssignedParams assigned =
      AssignParams(graph, ranges, quantize.scheme, quantize.precision);
  const PrecisionPlan plan = AssignPrecision(graph, quantize.precision);
  LayerRepairs repairs;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    if (!IsWeightedLayer(node.op) || !plan.IsInt8(i)) continue;
    Result<LayerRepair> repair = CorrectLayer(graph, node, assigned, quantize,
                                              expected[size_t(node.inputs[0])]);
    if (repair.ok()) repairs.emplace(node.name, *std::move(repair));
  }
  return repairs;
}

}  // namespace octet::converter
