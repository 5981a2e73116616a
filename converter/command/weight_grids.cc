#include "converter/command/weight_grids.h"

#include <algorithm>
#include <vector>

#include "converter/command/range_config.h"

namespace octet::converter {

Result<std::map<std::string, WeightGrid>> GridsOfLayers(
    const Graph& graph, const ConvertOptions& options) {
  std::vector<std::string> layers;
  for (const Node& node : graph.nodes) {
    if (IsWeightedLayer(node.op)) layers.push_back(node.name);
  }
  std::map<std::string, WeightGrid> grids;
  if (options.weights_keep_ends && !layers.empty()) {
    grids[layers.front()] = grids[layers.back()] = WeightGrid::kInt8;
  }
  if (options.config_path.empty()) return grids;
  OCTET_ASSIGN_OR_RETURN(const RangeConfig config,
                         ReadRangeConfig(options.config_path));
  for (const auto& [layer, grid] : config.grids) {
    if (std::find(layers.begin(), layers.end(), layer) == layers.end()) {
      return InvalidArgument(options.config_path + ": there is no layer '" +
                             layer +
                             "' with weights (--verbose prints the names)");
    }
    grids[layer] = grid;
  }
  return grids;
}

}  // namespace octet::converter
