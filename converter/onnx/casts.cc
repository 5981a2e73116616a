// Conversions between types.

#include <limits>
#include <string>

#include "converter/onnx/operator_imports.h"
#include "converter/onnx/tensor_data.h"

namespace octet::converter {
namespace {

using onnx::TensorProto;

Status ReturnCast(NodeContext& node, ValueId input, DataType type) {
  OCTET_ASSIGN_OR_RETURN(const ValueId output, EmitCast(node, input, type, ""));
  return node.Return(output);
}

}  // namespace

Result<ValueId> EmitCast(NodeContext& node, ValueId input, DataType type,
                         const std::string& suffix) {
  if (node.value(input).type == type) return input;
  return node.Emit(Cast{type}, {input}, suffix);
}

Status ImportCast(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const int64_t to, node.attributes().GetInt("to", 0));
  if (to < 0 || to > 64) return InvalidModel("casts to an unknown type");
  const int type = static_cast<int>(to);
  if (!IsFloatType(type) && !IsIntegerType(type)) {
    return Unsupported("casts to " + DataTypeName(type));
  }
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
  return ReturnCast(node, input, GraphType(type));
}

Status ImportCastLike(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
  OCTET_ASSIGN_OR_RETURN(const ValueId like, node.Input(1));
  return ReturnCast(node, input, node.value(like).type);
}

}  // namespace octet::converter
