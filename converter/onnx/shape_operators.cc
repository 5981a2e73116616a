#include <vector>

#include "converter/ir/permutation.h"
#include "converter/ir/shape_arguments.h"
#include "converter/onnx/operator_imports.h"

namespace octet::converter {
namespace {

Status ReturnReshaped(NodeContext& node, ValueId input,
                      const std::vector<int64_t>& dims) {
  if (node.shape(input).NumElements() == 0) {
    OCTET_ASSIGN_OR_RETURN(const Shape empty, ToConstantShape(dims));
    return node.Return(node.AddIntegers(0, empty, {}));
  }
  Result<Shape> shape = ToShape(dims);
  if (!shape.ok()) return shape.status().WithContext("the output");
  OCTET_ASSIGN_OR_RETURN(const ValueId output, node.EmitReshape(input, *shape));
  return node.Return(output);
}

}  // namespace

Status ImportFlatten(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
  const Shape shape = node.shape(input);
  OCTET_ASSIGN_OR_RETURN(const int64_t attribute,
                         node.attributes().GetInt("axis", 1));
  int axis = shape.rank;  // allowed here alone: everything is in front of it
  if (attribute != shape.rank) {
    OCTET_ASSIGN_OR_RETURN(axis, NormalizeAxis(attribute, shape.rank));
  }
  int64_t rows = 1;
  for (int i = 0; i < axis; ++i) rows *= shape[i];
  return ReturnReshaped(node, input, {rows, shape.NumElements() / rows});
}

Status ImportReshape(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
  OCTET_ASSIGN_OR_RETURN(const auto target, node.IntegersOf(1, "shape"));
  if (!target.has_value()) return InvalidModel("has no target shape");
  OCTET_ASSIGN_OR_RETURN(const int64_t allow_zero,
                         node.attributes().GetInt("allowzero", 0));
  OCTET_ASSIGN_OR_RETURN(
      const std::vector<int64_t> dims,
      ResolveReshape(ToDims(node.shape(input)), *target, allow_zero != 0));
  return ReturnReshaped(node, input, dims);
}

Status ImportSqueeze(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
  OCTET_ASSIGN_OR_RETURN(const auto axes, node.IntegersOf(1, "axes"));
  OCTET_ASSIGN_OR_RETURN(const std::vector<int64_t> dims,
                         ResolveSqueeze(ToDims(node.shape(input)),
                                        axes.has_value() ? &*axes : nullptr));
  return ReturnReshaped(node, input, dims);
}

Status ImportUnsqueeze(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
  OCTET_ASSIGN_OR_RETURN(const auto axes, node.IntegersOf(1, "axes"));
  if (!axes.has_value()) return InvalidModel("has no axes");
  OCTET_ASSIGN_OR_RETURN(const std::vector<int64_t> dims,
                         ResolveUnsqueeze(ToDims(node.shape(input)), *axes));
  return ReturnReshaped(node, input, dims);
}

Status ImportTranspose(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
  const int rank = node.shape(input).rank;
  std::vector<int64_t> reversed;
  for (int axis = rank - 1; axis >= 0; --axis) reversed.push_back(axis);
  OCTET_ASSIGN_OR_RETURN(const std::vector<int64_t> axes,
                         node.attributes().GetInts("perm", reversed));
  if (axes.size() != size_t(rank)) {
    return InvalidModel("perm has " + std::to_string(axes.size()) +
                        " entries for " + std::to_string(rank) + " dimensions");
  }
  TransposeParams permutation;
  for (int i = 0; i < rank; ++i) {
    OCTET_ASSIGN_OR_RETURN(permutation.permutation[i],
                           NormalizeAxis(axes[size_t(i)], rank));
  }
  OCTET_ASSIGN_OR_RETURN(const ValueId output,
                         node.EmitTranspose(input, permutation));
  return node.Return(output);
}

Status ImportConcat(NodeContext& node) {
  std::vector<ValueId> inputs;
  for (int i = 0; i < node.num_inputs(); ++i) {
    OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(i));
    // Empty constants, as in shapes that are computed, add nothing.
    if (node.shape(input).NumElements() > 0) inputs.push_back(input);
  }
  if (inputs.empty()) {
    if (node.num_inputs() == 0) return InvalidModel("has no inputs");
    OCTET_ASSIGN_OR_RETURN(const ValueId empty, node.Input(0));
    return node.Return(empty);
  }
  OCTET_ASSIGN_OR_RETURN(const int64_t axis,
                         node.attributes().GetInt("axis", 1));
  Concat concat;
  OCTET_ASSIGN_OR_RETURN(concat.params.axis,
                         NormalizeAxis(axis, node.shape(inputs[0]).rank));
  OCTET_ASSIGN_OR_RETURN(const ValueId output, node.Emit(concat, inputs));
  return node.Return(output);
}

}  // namespace octet::converter
