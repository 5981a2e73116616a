// ONNX -> Graph.
//
// Any IR version and opset that parses is read; what decides is whether each
// node can be imported. All nodes that cannot are reported together, a line
// each:
//
//   model.onnx: node 'Conv_12' (Conv): a 1-D convolution is not supported
//
// Everything that only concerns shapes (Shape, Gather, Concat ... on int64) is
// computed while importing, so that the graph holds floats alone.

#ifndef OCTET_CONVERTER_ONNX_IMPORT_H_
#define OCTET_CONVERTER_ONNX_IMPORT_H_

#include <map>
#include <string>
#include <string_view>

#include "converter/ir/graph.h"
#include "octet/shape.h"
#include "octet/status.h"

namespace octet::converter {

struct OnnxImportOptions {
  // Shapes of graph inputs by name, in the model's own order of dimensions
  // (NCHW). Needed where the model leaves a dimension open; a batch (the first
  // dimension) that is left open becomes 1 by itself. A shape given here wins
  // over the model's.
  std::map<std::string, Shape> shapes;
};

// Reads the model at `path`; tensors stored outside it are looked for in its
// folder. Errors: kIoError, kInvalidModel (the file breaks a rule of ONNX),
// kUnsupported (valid, but Octet cannot do it), kInvalidArgument (options).
Result<Graph> ImportOnnx(const std::string& path,
                         const OnnxImportOptions& options);

// The same from memory. `name` stands for the file in messages. A model whose
// tensors are stored outside it is refused.
Result<Graph> ImportOnnxFromMemory(std::string_view bytes,
                                   const std::string& name,
                                   const OnnxImportOptions& options);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_ONNX_IMPORT_H_
