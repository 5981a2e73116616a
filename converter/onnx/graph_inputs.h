// The inputs of an ONNX graph -> activations of the Graph.

#ifndef OCTET_CONVERTER_ONNX_GRAPH_INPUTS_H_
#define OCTET_CONVERTER_ONNX_GRAPH_INPUTS_H_

#include <map>
#include <string>
#include <vector>

#include "converter/onnx/import_state.h"
#include "octet/shape.h"
#include "octet/status.h"
#include "onnx/onnx.pb.h"

namespace octet::converter {

// Adds every input that is no initializer (before IR version 4 those are listed
// as inputs too) with its shape, or the one that `shapes` gives. An input that
// cannot be added is described in `problems` and stands for nothing known.
// An error only where `shapes` names no input.
Status ImportGraphInputs(const onnx::GraphProto& proto,
                         const std::map<std::string, Shape>& shapes,
                         ImportState& state, std::vector<Status>& problems);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_ONNX_GRAPH_INPUTS_H_
