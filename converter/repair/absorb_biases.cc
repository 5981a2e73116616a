#include "converter/repair/absorb_biases.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "converter/repair/channel_statistics.h"
#include "converter/repair/float_targets.h"
#include "converter/repair/layer_seams.h"

namespace octet::converter {
namespace {

// A normal value falls below its mean by more once in 741 times.
constexpr double kDeviations = 3.0;

bool Pads(const Operator& op) {
  const Conv2d* conv = std::get_if<Conv2d>(&op);
  if (conv == nullptr) return false;
  const Window2dParams& window = conv->window;
  return window.pad_top > 0 || window.pad_left > 0 || window.pad_bottom > 0 ||
         window.pad_right > 0;
}

bool CanAbsorb(const Graph& graph, const LayerSeam& seam) {
  const FloatClamp& clamp = *FindClamp(graph.nodes[seam.producer].op);
  return clamp.min == 0.0f && !std::isfinite(clamp.max) &&
         std::none_of(seam.consumers.begin(), seam.consumers.end(),
                      [&](size_t node) { return Pads(graph.nodes[node].op); });
}

// Returns how many channels changed.
int Absorb(const std::vector<ChannelStatistics>& channels,
           const LayerSeam& seam, Graph& graph) {
  std::vector<double> moved;
  int changed = 0;
  for (const ChannelStatistics& channel : channels) {
    moved.push_back(std::max(
        0.0,
        std::min(channel.mean - kDeviations * channel.deviation, channel.min)));
    changed += moved.back() > 0.0;
  }
  if (changed == 0) return 0;
  ValueId& bias = graph.nodes[seam.producer].inputs[2];
  std::vector<float> less = *graph.value(bias).data;
  for (size_t c = 0; c < less.size(); ++c) {
    less[c] = static_cast<float>(less[c] - moved[c]);
  }
  ReplaceConstant(graph, bias, std::move(less));
  for (size_t index : seam.consumers) {
    Node& consumer = graph.nodes[index];
    const std::vector<float>& weights = *graph.value(consumer.inputs[1]).data;
    const std::vector<float>& before = *graph.value(consumer.inputs[2]).data;
    const size_t row = weights.size() / before.size();
    std::vector<double> more(before.begin(), before.end());
    VisitWeightsByInput(graph, consumer, [&](size_t i, size_t channel) {
      more[i / row] += weights[i] * moved[channel];
    });
    ReplaceConstant(graph, consumer.inputs[2], {more.begin(), more.end()});
  }
  return changed;
}

}  // namespace

Result<int> AbsorbBiases(Graph& graph, size_t sample_count,
                         const SampleReader& read_sample,
                         const AbsorbOptions& options) {
  const SplitGraph split = SplitClamps(graph);
  OCTET_ASSIGN_OR_RETURN(const auto statistics,
                         ObserveChannels(split.graph, sample_count, read_sample,
                                         options.samples, options.threads));
  int changed = 0;
  // What a layer computes does not change, so the statistics stay true while
  // biases move.
  for (const LayerSeam& seam : FindLayerSeams(graph)) {
    if (!CanAbsorb(graph, seam)) continue;
    changed +=
        Absorb(statistics[size_t(split.unclamped[seam.producer])], seam, graph);
  }
  return changed;
}

}  // namespace octet::converter
