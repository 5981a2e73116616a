#include "converter/calibrate/function_limits.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "converter/ir/evaluate_function.h"

namespace octet::converter {
namespace {

// A range that keeps more than this share of its width is left alone.
constexpr double kWorthwhile = 0.9;
// Functions are looked at in this many places, equally far apart.
constexpr int kPlaces = 4096;

// From `from` towards `to`: the place up to which the function has changed by
// no more than `tolerance`.
double EndOfFlatPart(const Unary& function, double from, double to,
                     double tolerance) {
  double least = EvaluateUnary(function, from);
  double largest = least;
  double end = from;
  for (int i = 1; i <= kPlaces; ++i) {
    const double x = from + (to - from) * i / kPlaces;
    const double y = EvaluateUnary(function, x);
    least = std::min(least, y);
    largest = std::max(largest, y);
    // Also where y is not a number.
    if (!(y - least <= tolerance && largest - y <= tolerance)) break;
    end = x;
  }
  return end;
}

// Half of a step where 0 and the values seen are within 255 steps.
double HalfStep(const Range& seen) {
  const double width =
      std::max(double{seen.max}, 0.0) - std::min(double{seen.min}, 0.0);
  return width / 255.0 / 2.0;
}

bool IsFloatFunction(const Graph& graph, const Node& node) {
  return std::holds_alternative<Unary>(node.op) &&
         graph.value(node.output).is_float();
}

// Of one activation that functions alone read; nothing where little is gained.
std::optional<Range> FindLimits(const Graph& graph,
                                const std::vector<int>& readers,
                                const Range& range, const Ranges& seen) {
  Range limits = {range.max, range.min};
  for (int reader : readers) {
    const Node& node = graph.nodes[size_t(reader)];
    const auto& function = std::get<Unary>(node.op);
    const double tolerance = HalfStep(seen[size_t(node.output)]);
    const double low = EndOfFlatPart(function, range.min, range.max, tolerance);
    const double high =
        EndOfFlatPart(function, range.max, range.min, tolerance);
    limits.min = std::min(limits.min, static_cast<float>(low));
    limits.max = std::max(limits.max, static_cast<float>(high));
  }
  // An int8 grid holds 0 in any case.
  limits.min = std::min(limits.min, std::max(range.min, 0.0f));
  limits.max = std::max(limits.max, std::min(range.max, 0.0f));
  const double width = double{range.max} - range.min;
  const double left = double{limits.max} - limits.min;
  // A constant function leaves nothing, where any range will do.
  if (left <= 0.0 || left > kWorthwhile * width) return std::nullopt;
  return limits;
}

}  // namespace

std::vector<bool> FindValuesOfFunctions(const Graph& graph) {
  const std::vector<std::vector<int>> readers = FindConsumers(graph);
  std::vector<bool> found(graph.values.size(), false);
  for (size_t id = 0; id < found.size(); ++id) {
    found[id] =
        !readers[id].empty() && graph.values[id].is_float() &&
        std::all_of(readers[id].begin(), readers[id].end(), [&](int reader) {
          return IsFloatFunction(graph, graph.nodes[size_t(reader)]);
        });
  }
  for (ValueId id : graph.outputs) found[size_t(id)] = false;
  return found;
}

Ranges LimitsOfFunctions(const Graph& graph, const Ranges& seen) {
  const std::vector<std::vector<int>> readers = FindConsumers(graph);
  const std::vector<bool> of_functions = FindValuesOfFunctions(graph);
  Ranges limits = seen;
  for (const Node& node : graph.nodes) {
    const size_t id = size_t(node.output);
    if (!of_functions[id]) continue;
    limits[id] =
        FindLimits(graph, readers[id], seen[id], seen).value_or(seen[id]);
  }
  return limits;
}

}  // namespace octet::converter
