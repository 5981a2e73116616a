// The list of ONNX operators that can be imported.

#ifndef OCTET_CONVERTER_ONNX_NODE_REGISTRY_H_
#define OCTET_CONVERTER_ONNX_NODE_REGISTRY_H_

#include <string>

#include "converter/onnx/node_context.h"
#include "octet/status.h"

namespace octet::converter {

using NodeFunction = Status (*)(NodeContext& node);

// Whether outputs are elements of the first input, or of all inputs, in other
// places. Of 8-bit tensors with one scale and zero point they are that as well.
enum class Moves { kNone, kFirst, kAll };

struct NodeEntry {
  const char* type;
  NodeFunction import;  // emits graph nodes
  Moves moves = Moves::kNone;
  // Whether the domain com.microsoft has it, too, or alone.
  bool in_microsoft_domain = false;
};

// The entry of `type`, or null.
const NodeEntry* FindNodeEntry(const std::string& type);

// Whether the output of `type`, an operator that cannot be imported, has the
// shape of its first input. Behind such a node the import goes on, so that
// further unsupported nodes are found too.
bool KeepsInputShape(const std::string& type);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_ONNX_NODE_REGISTRY_H_
