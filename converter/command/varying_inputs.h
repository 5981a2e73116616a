// Which dimensions of a network's inputs may vary when it runs: those that
// --vary names, once it is proved that the network holds for other sizes.

#ifndef OCTET_CONVERTER_COMMAND_VARYING_INPUTS_H_
#define OCTET_CONVERTER_COMMAND_VARYING_INPUTS_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "converter/ir/graph.h"
#include "octet/model.h"
#include "octet/shape.h"
#include "octet/status.h"
#include "schema/octet_generated.h"

namespace octet::converter {

// Sizes at which the network was imported anew: shapes of the graph's inputs
// and outputs.
struct SizeTrial {
  std::vector<Shape> inputs;
  std::vector<Shape> outputs;
};

struct VaryingInputs {
  std::vector<schema::VaryingDimensionT> dimensions;
  std::vector<SizeTrial> trials;
};

// Those of the graph's inputs; before passes in the source's own order.
std::map<std::string, Shape> InputShapesByName(const Graph& graph);

// Imports and simplifies the source with these shapes of its inputs, by name
// and in its own order of dimensions.
using ImportWithShapes =
    std::function<Result<Graph>(const std::map<std::string, Shape>&)>;

// `graph` is simplified; `source_shapes` are those of its inputs before, by
// name. Tries, for each dimension that `vary` names, the next size, the least
// and the largest one, then the least ones together: every operator's
// attributes and every constant must be the same as in `graph`, and the engine
// must find the same shapes when it resizes. Otherwise the error names the
// operator that depends on the size.
Result<VaryingInputs> FindVaryingInputs(
    const Graph& graph, const std::map<std::string, Shape>& source_shapes,
    const std::vector<std::string>& vary, const ImportWithShapes& import);

// Whether the finished model can be resized to all trials.
Status CheckTrials(std::shared_ptr<const Model> model,
                   const VaryingInputs& varying);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_COMMAND_VARYING_INPUTS_H_
