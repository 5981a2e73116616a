#include "converter/quantize/grid_ranges.h"

#include <vector>

namespace octet::converter {

Ranges RangesOfGrids(const Graph& graph) {
  Ranges ranges;
  for (const Value& value : graph.values) {
    Range range;
    if (value.grid.has_value()) {
      const auto real = [&](int q) {
        return value.grid->scale *
               static_cast<float>(q - value.grid->zero_point);
      };
      range = {real(-128), real(127)};
    }
    ranges.push_back(range);
  }
  return ranges;
}

std::set<std::string> NodesWithoutGrids(const Graph& graph) {
  std::vector<bool> is_known;
  for (const Value& value : graph.values) {
    is_known.push_back(value.is_constant() || !value.is_float() ||
                       value.grid.has_value());
  }
  std::set<std::string> names;
  for (const Node& node : graph.nodes) {
    if (std::holds_alternative<Softmax>(node.op)) {
      is_known[size_t(node.output)] = true;
    }
    bool all_known = is_known[size_t(node.output)];
    for (const ValueId input : node.inputs) {
      all_known = all_known && is_known[size_t(input)];
    }
    if (!all_known) names.insert(node.name);
  }
  return names;
}

}  // namespace octet::converter
