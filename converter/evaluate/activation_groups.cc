#include "converter/evaluate/activation_groups.h"

#include <cstdint>

namespace octet::converter {

std::vector<std::vector<ValueId>> FindActivationGroups(
    const Graph& graph, const QuantizeOptions& options,
    const AssignedParams& assigned) {
  const PrecisionPlan plan = AssignPrecision(graph, options.precision);
  std::vector<bool> has_int8 = plan.int8_values;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    if (!plan.IsInt8(i)) continue;
    for (ValueId id : graph.nodes[i].inputs) has_int8[size_t(id)] = true;
  }
  std::vector<ValueId> ids = graph.inputs;
  for (const Node& node : graph.nodes) ids.push_back(node.output);
  std::erase_if(ids, [&](ValueId id) { return !has_int8[size_t(id)]; });
  std::vector<std::vector<ValueId>> groups;
  std::vector<size_t> place(assigned.groups.size(), SIZE_MAX);
  for (ValueId id : ids) {
    size_t& index = place[assigned.groups[size_t(id)]];
    if (index == SIZE_MAX) {
      index = groups.size();
      groups.emplace_back();
    }
    groups[index].push_back(id);
  }
  return groups;
}

}  // namespace octet::converter
