#include "converter/evaluate/choose_float_nodes.h"

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <set>
#include <utility>

#include "converter/evaluate/lone_range_errors.h"
#include "converter/evaluate/output_judge.h"

namespace octet::converter {
namespace {

constexpr size_t kFewestRanked = 4;

using Group = std::vector<ValueId>;

// The groups of activations, the costliest first, of equal ones the earlier.
Result<std::vector<Group>> RankGroups(const Graph& graph, const Ranges& ranges,
                                      size_t sample_count,
                                      const SampleReader& read_sample,
                                      const ChooseFloatNodesOptions& options,
                                      const ProgressFunction& progress) {
  LoneRangeErrors errors(graph, {ranges}, options.quantize);
  OCTET_RETURN_IF_ERROR(AddSamples(graph, /*candidates=*/1, sample_count,
                                   read_sample,
                                   {.fewest = kFewestRanked,
                                    .most = options.samples,
                                    .most_operations = options.most_operations,
                                    .num_threads = options.num_threads},
                                   progress, errors));
  std::vector<size_t> order(errors.groups().size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return errors.Error(a, 0) > errors.Error(b, 0);
  });
  std::vector<Group> groups;
  for (size_t group : order) groups.push_back(errors.groups()[group]);
  return groups;
}

// Tries how near the outputs are with the first groups in FP32.
class Search {
 public:
  Search(const Graph& graph, const Ranges& ranges,
         const ChooseFloatNodesOptions& options, std::vector<Group> groups)
      : graph_(graph),
        ranges_(ranges),
        options_(options),
        groups_(std::move(groups)),
        judge_(graph, options.num_threads) {}

  Status ReadSamples(size_t sample_count, const SampleReader& read_sample) {
    return judge_.ReadSamples(std::min(options_.samples, sample_count),
                              sample_count, read_sample);
  }

  Result<FloatNodes> Run();

 private:
  // The nodes in INT8 that compute or read one of the first `count` groups.
  std::set<std::string> NodesOf(size_t count) const;
  Result<double> Try(size_t count);
  bool IsEnough(double sqnr_db) const {
    return sqnr_db >= options_.min_sqnr_db;
  }
  // Of those in (fails, fits] that are tried the smallest number that fits.
  Result<size_t> Smallest(size_t fails, size_t fits);
  Status Refusal(double int8_db, double best_db, size_t most) const;

  const Graph& graph_;
  const Ranges& ranges_;
  const ChooseFloatNodesOptions& options_;
  const std::vector<Group> groups_;
  OutputJudge judge_;
};

std::set<std::string> Search::NodesOf(size_t count) const {
  std::set<ValueId> values;
  for (size_t i = 0; i < count; ++i) {
    values.insert(groups_[i].begin(), groups_[i].end());
  }
  const PrecisionPlan plan =
      AssignPrecision(graph_, options_.quantize.precision);
  std::set<std::string> names;
  for (size_t i = 0; i < graph_.nodes.size(); ++i) {
    const Node& node = graph_.nodes[i];
    const bool touches =
        values.contains(node.output) ||
        std::any_of(node.inputs.begin(), node.inputs.end(),
                    [&](ValueId id) { return values.contains(id); });
    if (touches && plan.IsInt8(i)) names.insert(node.name);
  }
  return names;
}

Result<double> Search::Try(size_t count) {
  QuantizeOptions trial = options_.quantize;
  const std::set<std::string> names = NodesOf(count);
  trial.precision.float_nodes.insert(names.begin(), names.end());
  return judge_.Try(ranges_, trial);
}

Result<size_t> Search::Smallest(size_t fails, size_t fits) {
  while (fits - fails > 1) {
    const size_t middle = fails + (fits - fails) / 2;
    OCTET_ASSIGN_OR_RETURN(const double sqnr_db, Try(middle));
    (IsEnough(sqnr_db) ? fits : fails) = middle;
  }
  return fits;
}

Status Search::Refusal(double int8_db, double best_db, size_t most) const {
  char text[256];
  std::snprintf(text, sizeof text,
                "the outputs' SQNR is %.1f dB in INT8 and %.1f dB with the "
                "%zu costliest of %zu groups of activations in FP32, not "
                "%.1f; try another --method (mse, auto) or ask for less",
                int8_db, best_db, most, groups_.size(), options_.min_sqnr_db);
  return Unsupported(text);
}

Result<FloatNodes> Search::Run() {
  FloatNodes result;
  OCTET_ASSIGN_OR_RETURN(result.int8_db, Try(0));
  result.sqnr_db = result.int8_db;
  if (result.int8_db == OutputJudge::kRefused) return judge_.refusal();
  if (IsEnough(result.int8_db)) return result;
  const size_t most = std::max<size_t>(groups_.size() / 4, 1);
  double best_db = result.int8_db;
  for (size_t fails = 0; fails < most;) {
    const size_t count = std::min(std::max<size_t>(2 * fails, 1), most);
    OCTET_ASSIGN_OR_RETURN(const double sqnr_db, Try(count));
    best_db = std::max(best_db, sqnr_db);
    if (IsEnough(sqnr_db)) {
      OCTET_ASSIGN_OR_RETURN(const size_t enough, Smallest(fails, count));
      const std::set<std::string> names = NodesOf(enough);
      result.names.assign(names.begin(), names.end());
      OCTET_ASSIGN_OR_RETURN(result.sqnr_db, Try(enough));
      return result;
    }
    fails = count;
  }
  return Refusal(result.int8_db, best_db, most);
}

}  // namespace

Result<FloatNodes> ChooseFloatNodes(const Graph& graph, const Ranges& ranges,
                                    size_t sample_count,
                                    const SampleReader& read_sample,
                                    const ChooseFloatNodesOptions& options,
                                    const ProgressFunction& progress) {
  OCTET_ASSIGN_OR_RETURN(
      std::vector<Group> groups,
      RankGroups(graph, ranges, sample_count, read_sample, options, progress));
  Search search(graph, ranges, options, std::move(groups));
  OCTET_RETURN_IF_ERROR(search.ReadSamples(sample_count, read_sample));
  return search.Run();
}

}  // namespace octet::converter
