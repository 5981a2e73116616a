#include "converter/evaluate/sensitive_layers.h"

#include <algorithm>

#include "converter/evaluate/output_judge.h"
#include "converter/quantize/precision.h"

namespace octet::converter {

Result<std::vector<SensitiveLayer>> RankLayers(
    const Graph& graph, const Ranges& ranges, const QuantizeOptions& quantize,
    size_t sample_count, const SampleReader& read_sample,
    const RankLayersOptions& options, const ProgressFunction& progress) {
  const PrecisionPlan plan = AssignPrecision(graph, quantize.precision);
  std::vector<SensitiveLayer> layers;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    if (IsWeightedLayer(node.op) && plan.IsInt8(i)) {
      layers.push_back({node.name});
    }
  }
  OutputJudge judge(graph, options.num_threads);
  OCTET_RETURN_IF_ERROR(judge.ReadSamples(
      std::min(options.samples, sample_count), sample_count, read_sample));
  OCTET_ASSIGN_OR_RETURN(const double without, judge.Try(ranges, quantize));
  if (without == OutputJudge::kRefused) return judge.refusal();
  for (size_t i = 0; i < layers.size(); ++i) {
    QuantizeOptions trial = quantize;
    trial.precision.float_nodes.insert(layers[i].node);
    OCTET_ASSIGN_OR_RETURN(const double sqnr_db, judge.Try(ranges, trial));
    layers[i].gain_db = sqnr_db - without;
    if (progress) progress(i + 1, layers.size());
  }
  std::stable_sort(layers.begin(), layers.end(),
                   [](const SensitiveLayer& a, const SensitiveLayer& b) {
                     return a.gain_db > b.gain_db;
                   });
  return layers;
}

}  // namespace octet::converter
