// Which layers get which weights.

#ifndef OCTET_CONVERTER_COMMAND_WEIGHT_GRIDS_H_
#define OCTET_CONVERTER_COMMAND_WEIGHT_GRIDS_H_

#include <map>
#include <string>

#include "converter/command/options.h"
#include "converter/ir/graph.h"
#include "octet/status.h"

namespace octet::converter {

// By node, as QuantizeOptions::grid_of_layer: int8 for the first and the last
// layer in order of execution with options.weights_keep_ends; then what
// options.config_path says, of which an error names layers that `graph` does
// not have.
Result<std::map<std::string, WeightGrid>> GridsOfLayers(
    const Graph& graph, const ConvertOptions& options);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_COMMAND_WEIGHT_GRIDS_H_
