// Operators on quantized tensors: the FP32 operator between the real numbers of
// its inputs and a rounding to its output's grid. ConvInteger and MatMulInteger
// are sums of plain integers.

#include <string>
#include <utility>
#include <vector>

#include "converter/onnx/node_registry.h"
#include "converter/onnx/operator_imports.h"
#include "converter/onnx/quantized_values.h"

namespace octet::converter {
namespace {

using onnx::TensorProto;

// The import of the standard operator `type` with these inputs.
Status ImportAs(NodeContext& node, const std::string& type,
                std::vector<ValueId> inputs, NodeContext::Finish finish) {
  const NodeEntry* entry = FindNodeEntry(type);
  if (entry == nullptr) return InternalError(type + " is not in the registry");
  node.Become(type, std::move(inputs), std::move(finish));
  return entry->import(node);
}

NodeContext::Finish QuantizesTo(NodeContext& node, const QuantizedAs& as) {
  return [&node, as](ValueId y) { return EmitQuantized(node, y, as); };
}

// The same, with the output's scale and zero point as inputs i and i + 1.
Status ImportQuantizing(NodeContext& node, const std::string& type,
                        std::vector<ValueId> inputs, int i) {
  OCTET_ASSIGN_OR_RETURN(
      const QuantizedAs as,
      ReadQuantizedAs(node, i, /*axis=*/1, TensorProto::UINT8));
  return ImportAs(node, type, std::move(inputs), QuantizesTo(node, as));
}

// Input i, an int32 bias in units of factor times the scales, inputs x and w,
// as floats; kNoValue where there is none.
Result<ValueId> EmitBias(NodeContext& node, int i, int x, int w, float factor) {
  if (!node.HasInput(i)) return kNoValue;
  OCTET_ASSIGN_OR_RETURN(ValueId bias, node.Input(i));
  OCTET_ASSIGN_OR_RETURN(
      bias, EmitCast(node, bias, DataType::FLOAT32, "/bias/as_float"));
  OCTET_ASSIGN_OR_RETURN(const float scale,
                         node.ScalarInput(x, "the input's scale"));
  OCTET_ASSIGN_OR_RETURN(const ValueId scales, node.Input(w));
  const ValueId unit = node.AddConstant(i, Shape{1}, {scale * factor});
  OCTET_ASSIGN_OR_RETURN(const ValueId units,
                         node.Emit(Mul{}, {scales, unit}, "/bias/units"));
  return node.Emit(Mul{}, {bias, units}, "/bias/real");
}

// Plain integers, computed as floats.
Status ImportInteger(NodeContext& node, const std::string& type,
                     int64_t axis_b) {
  OCTET_ASSIGN_OR_RETURN(const ValueId a, EmitCentred(node, 0, 2, 0, "/a"));
  OCTET_ASSIGN_OR_RETURN(const ValueId b,
                         EmitCentred(node, 1, 3, axis_b, "/b"));
  return ImportAs(
      node, type, {a, b}, [&node](ValueId y) -> Result<NodeContext::Finished> {
        OCTET_ASSIGN_OR_RETURN(const ValueId integers,
                               EmitCast(node, y, DataType::INT64, "/integers"));
        return NodeContext::Finished{integers, std::nullopt};
      });
}

// "Sigmoid" of "QLinearSigmoid".
std::string StandardType(const NodeContext& node) {
  return node.type().substr(std::string("QLinear").size());
}

}  // namespace

Status ImportMatMulInteger(NodeContext& node) {
  return ImportInteger(node, "MatMul", 1);
}

Status ImportConvInteger(NodeContext& node) {
  return ImportInteger(node, "Conv", 0);
}

Status ImportQLinearMatMul(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId a, EmitReal(node, 0, 0, "/a"));
  OCTET_ASSIGN_OR_RETURN(const ValueId b, EmitReal(node, 3, 1, "/b"));
  return ImportQuantizing(node, "MatMul", {a, b}, 6);
}

Status ImportQLinearConv(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId x, EmitReal(node, 0, 1, "/x"));
  OCTET_ASSIGN_OR_RETURN(const ValueId w, EmitReal(node, 3, 0, "/w"));
  OCTET_ASSIGN_OR_RETURN(const ValueId bias, EmitBias(node, 8, 1, 4, 1.0f));
  return ImportQuantizing(node, "Conv", {x, w, bias}, 6);
}

// Without a scale of the output, that is in floats.
Status ImportQGemm(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const int64_t transposed,
                         node.attributes().GetInt("transB", 0));
  OCTET_ASSIGN_OR_RETURN(const float alpha,
                         node.attributes().GetFloat("alpha", 1.0f));
  OCTET_ASSIGN_OR_RETURN(const ValueId a, EmitReal(node, 0, 0, "/a"));
  OCTET_ASSIGN_OR_RETURN(const ValueId b,
                         EmitReal(node, 3, transposed != 0 ? 0 : 1, "/b"));
  OCTET_ASSIGN_OR_RETURN(const ValueId c, EmitBias(node, 6, 1, 4, alpha));
  if (node.HasInput(7)) return ImportQuantizing(node, "Gemm", {a, b, c}, 7);
  return ImportAs(node, "Gemm", {a, b, c}, nullptr);
}

Status ImportQLinearBinary(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId a, EmitReal(node, 0, 1, "/a"));
  OCTET_ASSIGN_OR_RETURN(const ValueId b, EmitReal(node, 3, 1, "/b"));
  return ImportQuantizing(node, StandardType(node), {a, b}, 6);
}

Status ImportQLinearUnary(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const int64_t channels_last,
                         node.attributes().GetInt("channels_last", 0));
  if (channels_last != 0) return Unsupported("channels_last is not supported");
  OCTET_ASSIGN_OR_RETURN(const ValueId x, EmitReal(node, 0, 1, "/x"));
  return ImportQuantizing(node, StandardType(node), {x}, 3);
}

// The output's scale and zero point come first.
Status ImportQLinearConcat(NodeContext& node) {
  std::vector<ValueId> inputs;
  for (int i = 2; i + 1 < node.num_inputs(); i += 3) {
    OCTET_ASSIGN_OR_RETURN(
        inputs.emplace_back(),
        EmitReal(node, i, 1, "/input_" + std::to_string(inputs.size())));
  }
  return ImportQuantizing(node, "Concat", std::move(inputs), 0);
}

}  // namespace octet::converter
