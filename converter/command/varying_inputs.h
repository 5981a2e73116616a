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

// Sizes at which the network was imported anew: shapes of the model's inputs
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

// What a file would hold of a simplified graph in FP32: operators with all
// their attributes.
Result<schema::ModelT> FloatModel(const Graph& graph);

// Imports the source with these shapes of its inputs, by name and in its own
// order of dimensions, and makes a model of it.
using ModelAtSize =
    std::function<Result<schema::ModelT>(const std::map<std::string, Shape>&)>;

// `base` is the model of the sizes in `source_shapes`. Tries, for each
// dimension that `vary` names, the next size, the least and the largest one,
// then the least ones together: every operator's attributes and every constant
// must be the same as in `base`, but for what the engine derives from the size
// (windows of the whole picture), and the engine must find the same shapes when
// it resizes. Otherwise the error names the operator that depends on the size.
Result<VaryingInputs> FindVaryingInputs(
    schema::ModelT base, const std::map<std::string, Shape>& source_shapes,
    const std::vector<std::string>& vary, const ModelAtSize& make_model);

// Whether the finished model can be resized to all trials.
Status CheckTrials(std::shared_ptr<const Model> model,
                   const VaryingInputs& varying);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_COMMAND_VARYING_INPUTS_H_
