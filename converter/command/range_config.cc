#include "converter/command/range_config.h"

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "converter/command/options.h"

namespace octet::converter {
namespace {

using Json = nlohmann::json;

Result<TensorRule> ParseRule(const Json& json) {
  if (json.is_string()) {
    const std::string& name = json.get_ref<const std::string&>();
    if (name == kAutoMethod) return TensorRule(AutoRule{});
    OCTET_RETURN_IF_ERROR(FindRangeMethod(name).status());
    return TensorRule(name);
  }
  if (json.is_array() && json.size() == 2 && json[0].is_number() &&
      json[1].is_number()) {
    const Range range = {json[0].get<float>(), json[1].get<float>()};
    if (std::isfinite(range.min) && std::isfinite(range.max) &&
        range.min <= range.max) {
      return TensorRule(range);
    }
  }
  return InvalidArgument("expected the name of a method or a range [min, max]");
}

Result<WeightGrid> ParseGrid(const Json& json) {
  const auto& grids = WeightGridsByName();
  if (json.size() == 1 && json.contains("weights") &&
      json["weights"].is_string()) {
    const auto found = grids.find(json["weights"].get<std::string>());
    if (found != grids.end()) return found->second;
  }
  std::string names;
  for (const auto& [name, grid] : grids) names += " " + name;
  return InvalidArgument("expected {\"weights\": name}, a name of:" + names);
}

}  // namespace

Result<RangeConfig> ReadRangeConfig(const std::string& path) {
  std::ifstream file(path);
  if (!file) return NotFound(path + ": cannot be opened");
  const Json json = Json::parse(file, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) {
    return InvalidArgument(path + ": expected a JSON object");
  }
  RangeConfig config;
  for (const auto& [name, value] : json.items()) {
    if (value.is_object()) {
      const Result<WeightGrid> grid = ParseGrid(value);
      OCTET_RETURN_IF_ERROR(
          grid.status().WithContext(path + ": '" + name + "'"));
      config.grids.emplace(name, *grid);
      continue;
    }
    Result<TensorRule> rule = ParseRule(value);
    OCTET_RETURN_IF_ERROR(rule.status().WithContext(path + ": '" + name + "'"));
    config.tensors.emplace(name, *std::move(rule));
  }
  return config;
}

Status CheckTensors(const Graph& graph, const RangeConfig& config,
                    const std::string& path) {
  std::set<std::string> names;
  for (const ValueId id : graph.inputs) names.insert(graph.value(id).name);
  for (const Node& node : graph.nodes) {
    names.insert(graph.value(node.output).name);
  }
  for (const auto& [name, rule] : config.tensors) {
    if (names.contains(name)) continue;
    return InvalidArgument(path + ": the network has no activation '" + name +
                           "' (--verbose prints the names)");
  }
  return OkStatus();
}

}  // namespace octet::converter
