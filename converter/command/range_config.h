// The file of --config: what single tensors get instead of --method.

#ifndef OCTET_CONVERTER_COMMAND_RANGE_CONFIG_H_
#define OCTET_CONVERTER_COMMAND_RANGE_CONFIG_H_

#include <map>
#include <string>

#include "converter/calibrate/calibrate.h"
#include "converter/ir/graph.h"
#include "converter/quantize/weight_scale.h"
#include "octet/status.h"

namespace octet::converter {

struct RangeConfig {
  std::map<std::string, TensorRule> tensors;  // by activation
  std::map<std::string, WeightGrid> grids;    // by layer
};

// A JSON object: the name of an activation -> a method's name (`auto` among
// them), or its range as [min, max]; the name of a layer -> what its weights
// are stored as.
//
//   {"conv1:0": "kl", "scores": [-12.5, 30], "conv7": {"weights": "int4"}}
//
// Errors name the file and the tensor or layer.
Result<RangeConfig> ReadRangeConfig(const std::string& path);

// An error where the graph has no activation of a rule's name.
Status CheckTensors(const Graph& graph, const RangeConfig& config,
                    const std::string& path);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_COMMAND_RANGE_CONFIG_H_
