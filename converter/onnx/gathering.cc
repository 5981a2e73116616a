// Operators that pick elements by indices, repeat or order them.

#include <algorithm>
#include <string>
#include <vector>

#include "converter/ir/shape_arguments.h"
#include "converter/onnx/operator_imports.h"
#include "schema/shape_inference.h"

namespace octet::converter {
namespace {

Result<int> ReadAxis(NodeContext& node, ValueId input, int64_t fallback) {
  OCTET_ASSIGN_OR_RETURN(const int64_t axis,
                         node.attributes().GetInt("axis", fallback));
  return NormalizeAxis(axis, node.shape(input).rank);
}

// The shape that repeats dimensions of `shape`.
Result<Shape> RepeatedShape(const Shape& shape,
                            const std::vector<int64_t>& repeats) {
  if (repeats.size() != size_t(shape.rank)) {
    return InvalidModel("has " + std::to_string(repeats.size()) +
                        " repeats for " + std::to_string(shape.rank) +
                        " dimensions");
  }
  std::vector<int64_t> dims = ToDims(shape);
  for (size_t i = 0; i < dims.size(); ++i) {
    if (repeats[i] < 1 || repeats[i] > kMaxElements) {
      return Unsupported("repeats a dimension " + std::to_string(repeats[i]) +
                         " times");
    }
    dims[i] *= repeats[i];
  }
  return ToShape(dims);
}

}  // namespace

Status ImportGather(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
  OCTET_ASSIGN_OR_RETURN(const ValueId indices, node.Input(1));
  Gather gather;
  OCTET_ASSIGN_OR_RETURN(gather.axis, ReadAxis(node, input, 0));
  OCTET_ASSIGN_OR_RETURN(const ValueId output,
                         node.Emit(gather, {input, indices}));
  // Not computed: one of the indices is no index of the input.
  if (node.value(input).is_constant() && node.value(indices).is_constant() &&
      !node.value(output).is_constant()) {
    return InvalidModel("an index is out of range");
  }
  return node.Return(output);
}

Status ImportGatherElements(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
  OCTET_ASSIGN_OR_RETURN(const ValueId indices, node.Input(1));
  GatherElements gather;
  OCTET_ASSIGN_OR_RETURN(gather.axis, ReadAxis(node, input, 0));
  OCTET_ASSIGN_OR_RETURN(const ValueId output,
                         node.Emit(gather, {input, indices}));
  return node.Return(output);
}

Status ImportGatherNd(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
  OCTET_ASSIGN_OR_RETURN(const ValueId indices, node.Input(1));
  OCTET_ASSIGN_OR_RETURN(const int64_t batch_dims,
                         node.attributes().GetInt("batch_dims", 0));
  if (batch_dims < 0 || batch_dims >= node.shape(input).rank) {
    return InvalidModel(std::to_string(batch_dims) + " batch dimensions");
  }
  const GatherNd gather{static_cast<int32_t>(batch_dims)};
  OCTET_ASSIGN_OR_RETURN(const ValueId output,
                         node.Emit(gather, {input, indices}));
  return node.Return(output);
}

Status ImportExpand(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
  OCTET_ASSIGN_OR_RETURN(const std::vector<int64_t> dims,
                         node.IntegerInput(1, "the shape"));
  OCTET_ASSIGN_OR_RETURN(const Shape target, ToShape(dims));
  OCTET_ASSIGN_OR_RETURN(const Shape output,
                         InferBroadcastShape(node.shape(input), target));
  if (output == node.shape(input)) return node.Return(input);
  OCTET_ASSIGN_OR_RETURN(const ValueId expanded,
                         node.Emit(Expand{output}, {input}));
  return node.Return(expanded);
}

// Each repeated dimension d becomes {1, d}, is expanded to {r, d}, and joined
// again.
Status ImportTile(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
  const Shape shape = node.shape(input);
  OCTET_ASSIGN_OR_RETURN(const std::vector<int64_t> repeats,
                         node.IntegerInput(1, "the repeats"));
  OCTET_ASSIGN_OR_RETURN(const Shape output, RepeatedShape(shape, repeats));
  std::vector<int64_t> split, expanded;
  for (int i = 0; i < shape.rank; ++i) {
    const int64_t repeat = repeats[size_t(i)];
    if (repeat > 1 && shape[i] > 1) {
      split.push_back(1);
      expanded.push_back(repeat);
      split.push_back(shape[i]);
      expanded.push_back(shape[i]);
    } else {
      split.push_back(shape[i]);
      expanded.push_back(shape[i] * repeat);
    }
  }
  OCTET_ASSIGN_OR_RETURN(const Shape split_shape, ToShape(split));
  OCTET_ASSIGN_OR_RETURN(const Shape expanded_shape, ToShape(expanded));
  OCTET_ASSIGN_OR_RETURN(ValueId x,
                         node.EmitReshape(input, split_shape, "/split"));
  if (expanded_shape != split_shape) {
    const bool is_last = expanded_shape == output;
    OCTET_ASSIGN_OR_RETURN(
        x, node.Emit(Expand{expanded_shape}, {x}, is_last ? "" : "/expanded"));
  }
  OCTET_ASSIGN_OR_RETURN(x, node.EmitReshape(x, output));
  return node.Return(x);
}

Status ImportCumSum(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
  OCTET_ASSIGN_OR_RETURN(const float axis, node.ScalarInput(1, "the axis"));
  CumSum sum;
  OCTET_ASSIGN_OR_RETURN(sum.axis, NormalizeAxis(static_cast<int64_t>(axis),
                                                 node.shape(input).rank));
  OCTET_ASSIGN_OR_RETURN(const int64_t exclusive,
                         node.attributes().GetInt("exclusive", 0));
  OCTET_ASSIGN_OR_RETURN(const int64_t reverse,
                         node.attributes().GetInt("reverse", 0));
  sum.exclusive = exclusive != 0;
  sum.reverse = reverse != 0;
  OCTET_ASSIGN_OR_RETURN(const ValueId output, node.Emit(sum, {input}));
  return node.Return(output);
}

// k is an attribute before opset 10, an input since.
Status ImportTopK(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
  OCTET_ASSIGN_OR_RETURN(int64_t k, node.attributes().GetInt("k", 0));
  if (node.HasInput(1)) {
    OCTET_ASSIGN_OR_RETURN(const std::vector<int64_t> ks,
                           node.IntegerInput(1, "k"));
    if (ks.size() != 1) return InvalidModel("k must be one number");
    k = ks[0];
  }
  TopK top;
  OCTET_ASSIGN_OR_RETURN(top.params.axis, ReadAxis(node, input, -1));
  if (k < 1 || k > node.shape(input)[top.params.axis]) {
    return Unsupported("k = " + std::to_string(k));
  }
  top.params.k = static_cast<int32_t>(k);
  OCTET_ASSIGN_OR_RETURN(const int64_t largest,
                         node.attributes().GetInt("largest", 1));
  top.largest = largest != 0;
  for (int i = 0; i < 2; ++i) {
    if (i > 0 && !node.IsOutputUsed(i)) continue;
    top.result =
        i == 0 ? schema::TopKResult::VALUES : schema::TopKResult::INDICES;
    OCTET_ASSIGN_OR_RETURN(const ValueId output,
                           node.Emit(top, {input}, i == 0 ? "" : "/indices"));
    OCTET_RETURN_IF_ERROR(node.Return(output, i));
  }
  return OkStatus();
}

Status ImportArgExtremum(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
  ArgExtremum op;
  OCTET_ASSIGN_OR_RETURN(op.axis, ReadAxis(node, input, 0));
  op.largest = node.type() == "ArgMax";
  OCTET_ASSIGN_OR_RETURN(const int64_t last,
                         node.attributes().GetInt("select_last_index", 0));
  op.last = last != 0;
  OCTET_ASSIGN_OR_RETURN(const int64_t keep_dims,
                         node.attributes().GetInt("keepdims", 1));
  OCTET_ASSIGN_OR_RETURN(ValueId output,
                         node.Emit(op, {input}, keep_dims != 0 ? "" : "/kept"));
  if (keep_dims == 0) {
    std::vector<int64_t> dims = ToDims(node.shape(input));
    dims.erase(dims.begin() + op.axis);
    OCTET_ASSIGN_OR_RETURN(const Shape shape, ToShape(dims));
    OCTET_ASSIGN_OR_RETURN(output, node.EmitReshape(output, shape));
  }
  return node.Return(output);
}

}  // namespace octet::converter
