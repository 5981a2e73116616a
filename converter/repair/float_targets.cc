#include "converter/repair/float_targets.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "converter/float/float_executor.h"
#include "converter/ir/split_mix.h"

namespace octet::converter {

CellSampler::CellSampler(size_t layer, size_t cells, size_t samples,
                         size_t wanted)
    : layer_(layer),
      cells_(cells),
      per_sample_(std::min(cells, (wanted + samples - 1) / samples)) {}

size_t CellSampler::Cell(size_t sample, size_t i) const {
  // One at random in each of per_sample_ equal stretches.
  const size_t begin = i * cells_ / per_sample_;
  const size_t end = (i + 1) * cells_ / per_sample_;
  const uint64_t random = SplitMix(SplitMix(SplitMix(layer_) + sample) + i);
  return begin + size_t(random % (end - begin));
}

SplitGraph SplitClamps(const Graph& graph) {
  SplitGraph split;
  split.graph = graph;
  split.graph.nodes.clear();
  for (const Node& node : graph.nodes) {
    split.unclamped.push_back(kNoValue);
    Node layer = node;
    if (!IsWeightedLayer(node.op)) {
      split.graph.nodes.push_back(std::move(layer));
      continue;
    }
    const FloatClamp clamp = *FindClamp(node.op);
    if (!clamp.is_none()) {
      *MutableClamp(layer.op) = FloatClamp();
      const Value& output = graph.value(node.output);
      layer.output =
          split.graph.AddActivation(output.name + "/unclamped", output.shape);
    }
    split.unclamped.back() = layer.output;
    split.graph.nodes.push_back(layer);
    if (clamp.is_none()) continue;
    split.graph.nodes.push_back({node.name + "/clamp",
                                 node.source_type,
                                 Clamp{clamp},
                                 {layer.output},
                                 node.output});
  }
  return split;
}

Result<std::vector<std::vector<float>>> ComputeFloatTargets(
    const Graph& graph, const std::vector<CellSampler>& samplers,
    const std::vector<ValueId>& residuals,
    const std::vector<std::vector<std::vector<float>>>& samples, int threads,
    const ProgressFunction& progress) {
  const SplitGraph split = SplitClamps(graph);
  OCTET_ASSIGN_OR_RETURN(const auto executor,
                         FloatExecutor::Create(split.graph, {threads}));
  std::vector<std::vector<float>> targets(graph.nodes.size());
  for (size_t s = 0; s < samples.size(); ++s) {
    OCTET_RETURN_IF_ERROR(executor->Run(samples[s]));
    for (size_t i = 0; i < graph.nodes.size(); ++i) {
      if (samplers[i].per_sample() == 0) continue;
      const float* values = executor->Value(split.unclamped[i]);
      const size_t channels =
          graph.value(graph.nodes[i].inputs[2]).data->size();
      for (size_t k = 0; k < samplers[i].per_sample(); ++k) {
        const float* cell = values + samplers[i].Cell(s, k) * channels;
        targets[i].insert(targets[i].end(), cell, cell + channels);
        if (residuals[i] == kNoValue) continue;
        const float* added =
            executor->Value(residuals[i]) + samplers[i].Cell(s, k) * channels;
        std::transform(added, added + channels, targets[i].end() - channels,
                       targets[i].end() - channels, std::plus<>());
      }
    }
    if (progress) progress(s + 1, samples.size());
  }
  return targets;
}

}  // namespace octet::converter
