#include "converter/ir/shape_arguments.h"

#include <algorithm>
#include <limits>
#include <string>

#include "schema/shape_inference.h"

namespace octet::converter {

namespace {

Result<Shape> ToShapeOf(const std::vector<int64_t>& dims, int64_t least) {
  if (dims.size() > size_t{kMaxRank}) {
    return Unsupported("has " + std::to_string(dims.size()) +
                       " dimensions; at most " + std::to_string(kMaxRank) +
                       " are supported");
  }
  Shape shape;
  for (int64_t dim : dims) {
    if (dim < least || dim > std::numeric_limits<int32_t>::max()) {
      return InvalidModel("has a dimension of " + std::to_string(dim));
    }
    shape[shape.rank++] = static_cast<int32_t>(dim);
  }
  return shape;
}

}  // namespace

Result<Shape> ToShape(const std::vector<int64_t>& dims) {
  OCTET_ASSIGN_OR_RETURN(const Shape shape, ToShapeOf(dims, /*least=*/1));
  OCTET_RETURN_IF_ERROR(CheckShape(shape));
  return shape;
}

Result<Shape> ToConstantShape(const std::vector<int64_t>& dims) {
  if (std::count(dims.begin(), dims.end(), 0) == 0) return ToShape(dims);
  return ToShapeOf(dims, /*least=*/0);
}

std::vector<int64_t> ToDims(const Shape& shape) {
  return std::vector<int64_t>(shape.dims, shape.dims + shape.rank);
}

Result<int> NormalizeAxis(int64_t axis, int rank) {
  if (axis < -rank || axis >= rank) {
    return InvalidModel("axis " + std::to_string(axis) + " of a tensor of " +
                        std::to_string(rank) + " dimensions");
  }
  return static_cast<int>(axis < 0 ? axis + rank : axis);
}

Result<std::vector<int>> NormalizeAxes(const std::vector<int64_t>& axes,
                                       int rank) {
  std::vector<int> normalized;
  for (int64_t axis : axes) {
    OCTET_ASSIGN_OR_RETURN(const int value, NormalizeAxis(axis, rank));
    normalized.push_back(value);
  }
  std::sort(normalized.begin(), normalized.end());
  if (std::adjacent_find(normalized.begin(), normalized.end()) !=
      normalized.end()) {
    return InvalidModel("an axis is named twice");
  }
  return normalized;
}

Result<std::vector<int64_t>> ResolveReshape(const std::vector<int64_t>& input,
                                            const std::vector<int64_t>& target,
                                            bool allow_zero) {
  std::vector<int64_t> dims = target;
  // At most 2^31 elements: products of dimensions cannot overflow below.
  int64_t total = 1;
  for (int64_t dim : input) total *= dim;
  int64_t known = 1;
  int unknown = -1;
  for (size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] == 0 && !allow_zero) {
      if (i >= input.size()) {
        return InvalidModel("the target shape copies dimension " +
                            std::to_string(i) + ", which the input lacks");
      }
      dims[i] = input[i];
    }
    if (dims[i] == -1 && unknown < 0) {
      unknown = static_cast<int>(i);
      continue;
    }
    if (dims[i] < 0 || dims[i] > kMaxElements) {
      return InvalidModel("the target shape has a dimension of " +
                          std::to_string(dims[i]));
    }
    known *= dims[i];
    if (known > kMaxElements) {
      return InvalidModel("the target shape is too large");
    }
  }
  if (unknown >= 0) {
    if (known == 0 || total % known != 0) {
      return InvalidModel("the input's " + std::to_string(total) +
                          " elements do not divide by the target shape's " +
                          std::to_string(known));
    }
    dims[size_t(unknown)] = total / known;
    known = total;
  }
  if (known != total) {
    return InvalidModel("the input has " + std::to_string(total) +
                        " elements, the target shape " + std::to_string(known));
  }
  return dims;
}

Result<std::vector<int64_t>> ResolveSqueeze(const std::vector<int64_t>& dims,
                                            const std::vector<int64_t>* axes) {
  std::vector<bool> dropped(dims.size(), false);
  if (axes == nullptr) {
    for (size_t i = 0; i < dims.size(); ++i) dropped[i] = dims[i] == 1;
  } else {
    OCTET_ASSIGN_OR_RETURN(const std::vector<int> normalized,
                           NormalizeAxes(*axes, static_cast<int>(dims.size())));
    for (int axis : normalized) {
      if (dims[size_t(axis)] != 1) {
        return InvalidModel("axis " + std::to_string(axis) +
                            " is removed, but its size is " +
                            std::to_string(dims[size_t(axis)]));
      }
      dropped[size_t(axis)] = true;
    }
  }
  std::vector<int64_t> kept;
  for (size_t i = 0; i < dims.size(); ++i) {
    if (!dropped[i]) kept.push_back(dims[i]);
  }
  return kept;
}

Result<std::vector<int64_t>> ResolveUnsqueeze(
    const std::vector<int64_t>& dims, const std::vector<int64_t>& axes) {
  const size_t rank = dims.size() + axes.size();
  if (rank > 2 * size_t{kMaxRank}) {
    return Unsupported("makes a tensor of " + std::to_string(rank) +
                       " dimensions");
  }
  OCTET_ASSIGN_OR_RETURN(const std::vector<int> normalized,
                         NormalizeAxes(axes, static_cast<int>(rank)));
  std::vector<int64_t> result = dims;
  for (int axis : normalized) result.insert(result.begin() + axis, 1);
  return result;
}

Result<SliceRange> ResolveSlice(int64_t start, int64_t end, int64_t step,
                                int64_t dim) {
  if (step == 0) return InvalidModel("a slice has the step 0");
  if (dim == 0) return SliceRange{};
  // A longer step than the dimension takes one element just the same.
  step = std::clamp(step, -dim - 1, dim + 1);
  const int64_t low = step > 0 ? 0 : -1;
  const int64_t high = step > 0 ? dim : dim - 1;
  int64_t cut = -1;
  if (step > 0 && end < 0 && end >= -dim) cut = -end;
  if (step > 0 && end >= dim) cut = 0;
  if (start < 0) start += dim;
  if (end < 0) end += dim;
  start = std::clamp<int64_t>(start, 0, high);
  end = std::clamp<int64_t>(end, low, high);
  const int64_t span = step > 0 ? end - start : start - end;
  const int64_t stride = step > 0 ? step : -step;
  const int64_t size = span <= 0 ? 0 : (span + stride - 1) / stride;
  if (size == dim && step == 1) cut = -1;  // taken whole
  return SliceRange{start, size, step, cut};
}

}  // namespace octet::converter
