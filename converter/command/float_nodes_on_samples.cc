#include "converter/command/float_nodes_on_samples.h"

#include <cstdio>
#include <set>

#include "converter/command/budget.h"
#include "converter/command/progress.h"
#include "converter/command/repair_on_samples.h"
#include "converter/evaluate/choose_float_nodes.h"

namespace octet::converter {

ConvertOptions WithFloatNodes(const ConvertOptions& options,
                              const std::vector<std::string>& nodes) {
  ConvertOptions result = options;
  std::set<std::string>& all = result.precision.float_nodes;
  all.insert(nodes.begin(), nodes.end());
  std::erase_if(result.recorded, [](const std::string& line) {
    return line.starts_with("float-nodes=");
  });
  if (!all.empty()) {
    result.recorded.push_back("float-nodes=" +
                              JoinNames({all.begin(), all.end()}));
  }
  return result;
}

Result<ConvertOptions> KeepCostlyNodes(const Graph& graph, const Ranges& ranges,
                                       const QuantizeOptions& quantize,
                                       const SampleSource& samples,
                                       const ConvertOptions& options) {
  if (!options.min_sqnr.has_value()) return options;
  Progress progress("ranking activations");
  const Result<FloatNodes> chosen = ChooseFloatNodes(
      graph, ranges, samples.size(), InputsOf(samples),
      {.quantize = quantize,
       .min_sqnr_db = *options.min_sqnr,
       .num_threads = options.num_threads},
      [&](size_t done, size_t total) { progress.Update(done, total); });
  OCTET_RETURN_IF_ERROR(chosen.status().WithContext("--min-sqnr"));
  std::printf("  %zu nodes stay in FP32 for --min-sqnr: %.2f -> %.2f dB\n",
              chosen->names.size(), chosen->int8_db, chosen->sqnr_db);
  return WithFloatNodes(options, chosen->names);
}

}  // namespace octet::converter
