// The arithmetic of shapes: what exporters compute Reshape targets and pads
// with. Lists of integers and, where pads are computed, small matrices.

#include <algorithm>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "converter/onnx/operator_imports.h"
#include "converter/onnx/shape_arguments.h"

namespace octet::converter {
namespace {

Result<IntegerTensor> ReadInput(NodeContext& node, int i) {
  OCTET_ASSIGN_OR_RETURN(const IntegerTensor* const integers,
                         node.IntegerInput(i, "input " + std::to_string(i)));
  return *integers;
}

// Same elements, other dimensions.
Status ReturnWithDims(NodeContext& node, IntegerTensor tensor,
                      Result<std::vector<int64_t>> dims) {
  if (!dims.ok()) return dims.status();
  tensor.dims = *std::move(dims);
  return node.Return(std::move(tensor));
}

// `compute(a, b, &result)` says whether the result is defined.
template <typename Compute>
Status FoldBinary(NodeContext& node, Compute compute) {
  OCTET_ASSIGN_OR_RETURN(const IntegerTensor a, ReadInput(node, 0));
  OCTET_ASSIGN_OR_RETURN(const IntegerTensor b, ReadInput(node, 1));
  const bool b_is_scalar = b.data.size() == 1;
  if (a.dims != b.dims && a.data.size() != 1 && !b_is_scalar) {
    return Unsupported("broadcasts integers of different shapes");
  }
  const bool b_is_larger = b.data.size() > a.data.size() ||
                           (b_is_scalar && b.dims.size() > a.dims.size());
  IntegerTensor result{b_is_larger ? b.dims : a.dims, {}};
  if (a.data.empty() || b.data.empty()) return node.Return(std::move(result));
  const size_t count = std::max(a.data.size(), b.data.size());
  for (size_t i = 0; i < count; ++i) {
    int64_t value = 0;
    if (!compute(a.data[a.data.size() == 1 ? 0 : i],
                 b.data[b_is_scalar ? 0 : i], value)) {
      return InvalidModel("integer overflow or division by zero");
    }
    result.data.push_back(value);
  }
  return node.Return(std::move(result));
}

// Elements of one index of dimension 0.
Result<size_t> RowSize(const IntegerTensor& tensor) {
  if (tensor.dims.empty()) return InvalidModel("the input is a scalar");
  if (tensor.dims[0] == 0) return size_t{0};
  return tensor.data.size() / static_cast<size_t>(tensor.dims[0]);
}

void AppendRow(const IntegerTensor& from, int64_t row, size_t row_size,
               std::vector<int64_t>& to) {
  const auto begin = from.data.begin() + row * static_cast<int64_t>(row_size);
  to.insert(to.end(), begin, begin + static_cast<int64_t>(row_size));
}

// OK if `axis` is the first dimension.
Status CheckFirstAxis(int64_t axis, const IntegerTensor& tensor) {
  OCTET_ASSIGN_OR_RETURN(
      const int normalized,
      NormalizeAxis(axis, static_cast<int>(tensor.dims.size())));
  if (normalized == 0) return OkStatus();
  return Unsupported("integers along another axis than the first");
}

Result<int64_t> ReadSingle(NodeContext& node, int i, int64_t fallback) {
  if (!node.HasInput(i)) return fallback;
  OCTET_ASSIGN_OR_RETURN(const IntegerTensor tensor, ReadInput(node, i));
  if (tensor.data.size() == 1) return tensor.data[0];
  return Unsupported("integers along several axes");
}

}  // namespace

Status FoldAdd(NodeContext& node) {
  return FoldBinary(node, [](int64_t a, int64_t b, int64_t& result) {
    return !__builtin_add_overflow(a, b, &result);
  });
}

Status FoldSub(NodeContext& node) {
  return FoldBinary(node, [](int64_t a, int64_t b, int64_t& result) {
    return !__builtin_sub_overflow(a, b, &result);
  });
}

Status FoldMul(NodeContext& node) {
  return FoldBinary(node, [](int64_t a, int64_t b, int64_t& result) {
    return !__builtin_mul_overflow(a, b, &result);
  });
}

Status FoldDiv(NodeContext& node) {
  return FoldBinary(node, [](int64_t a, int64_t b, int64_t& result) {
    const bool overflows = a == std::numeric_limits<int64_t>::min() && b == -1;
    if (b == 0 || overflows) return false;
    result = a / b;
    return true;
  });
}

Status FoldGather(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const IntegerTensor input, ReadInput(node, 0));
  OCTET_ASSIGN_OR_RETURN(const IntegerTensor indices, ReadInput(node, 1));
  OCTET_ASSIGN_OR_RETURN(const int64_t axis,
                         node.attributes().GetInt("axis", 0));
  OCTET_RETURN_IF_ERROR(CheckFirstAxis(axis, input));
  if (input.dims.size() != 1) return Unsupported("gathers from a matrix");
  IntegerTensor result{indices.dims, {}};
  for (int64_t index : indices.data) {
    if (index < 0) index += input.dims[0];
    if (index < 0 || index >= input.dims[0]) {
      return InvalidModel("an index is out of range");
    }
    result.data.push_back(input.data[size_t(index)]);
  }
  return node.Return(std::move(result));
}

Status FoldConcat(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const int64_t axis,
                         node.attributes().GetInt("axis", 0));
  OCTET_ASSIGN_OR_RETURN(IntegerTensor result, ReadInput(node, 0));
  OCTET_RETURN_IF_ERROR(CheckFirstAxis(axis, result));
  for (int i = 1; i < node.num_inputs(); ++i) {
    OCTET_ASSIGN_OR_RETURN(const IntegerTensor next, ReadInput(node, i));
    if (next.dims.size() != result.dims.size() ||
        !std::equal(next.dims.begin() + 1, next.dims.end(),
                    result.dims.begin() + 1)) {
      return InvalidModel("joins integers of different shapes");
    }
    result.dims[0] += next.dims[0];
    result.data.insert(result.data.end(), next.data.begin(), next.data.end());
  }
  return node.Return(std::move(result));
}

Status FoldSlice(NodeContext& node) {
  if (!node.HasInput(1)) {
    return Unsupported("slices integers by attributes (before opset 10)");
  }
  OCTET_ASSIGN_OR_RETURN(const IntegerTensor input, ReadInput(node, 0));
  OCTET_ASSIGN_OR_RETURN(const int64_t start, ReadSingle(node, 1, 0));
  OCTET_ASSIGN_OR_RETURN(const int64_t end, ReadSingle(node, 2, 0));
  OCTET_ASSIGN_OR_RETURN(const int64_t axis, ReadSingle(node, 3, 0));
  OCTET_ASSIGN_OR_RETURN(const int64_t step, ReadSingle(node, 4, 1));
  OCTET_RETURN_IF_ERROR(CheckFirstAxis(axis, input));
  OCTET_ASSIGN_OR_RETURN(const size_t row_size, RowSize(input));
  OCTET_ASSIGN_OR_RETURN(const SliceRange range,
                         ResolveSlice(start, end, step, input.dims[0]));
  IntegerTensor result{input.dims, {}};
  result.dims[0] = range.size;
  for (int64_t i = 0; i < range.size; ++i) {
    AppendRow(input, range.begin + i * range.step, row_size, result.data);
  }
  return node.Return(std::move(result));
}

Status FoldReshape(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(IntegerTensor input, ReadInput(node, 0));
  OCTET_ASSIGN_OR_RETURN(const IntegerTensor target, ReadInput(node, 1));
  OCTET_ASSIGN_OR_RETURN(const int64_t allow_zero,
                         node.attributes().GetInt("allowzero", 0));
  auto dims = ResolveReshape(input.dims, target.data, allow_zero != 0);
  return ReturnWithDims(node, std::move(input), std::move(dims));
}

Status FoldSqueeze(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(IntegerTensor input, ReadInput(node, 0));
  OCTET_ASSIGN_OR_RETURN(const auto axes, node.IntegersOf(1, "axes"));
  auto dims = ResolveSqueeze(input.dims, axes.has_value() ? &*axes : nullptr);
  return ReturnWithDims(node, std::move(input), std::move(dims));
}

Status FoldUnsqueeze(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(IntegerTensor input, ReadInput(node, 0));
  OCTET_ASSIGN_OR_RETURN(const auto axes, node.IntegersOf(1, "axes"));
  if (!axes.has_value()) return InvalidModel("has no axes");
  auto dims = ResolveUnsqueeze(input.dims, *axes);
  return ReturnWithDims(node, std::move(input), std::move(dims));
}

Status FoldTranspose(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const IntegerTensor input, ReadInput(node, 0));
  OCTET_ASSIGN_OR_RETURN(const auto axes,
                         node.attributes().GetInts("perm", {1, 0}));
  if (input.dims.size() != 2 || axes != std::vector<int64_t>{1, 0}) {
    return Unsupported("transposes integers of other than 2 dimensions");
  }
  IntegerTensor result{{input.dims[1], input.dims[0]}, {}};
  for (int64_t column = 0; column < input.dims[1]; ++column) {
    for (int64_t row = 0; row < input.dims[0]; ++row) {
      result.data.push_back(input.data[size_t(row * input.dims[1] + column)]);
    }
  }
  return node.Return(std::move(result));
}

Status FoldIdentity(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(IntegerTensor input, ReadInput(node, 0));
  return node.Return(std::move(input));
}

}  // namespace octet::converter
