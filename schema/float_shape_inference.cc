// The shapes of the operators of float_operators.fbs.

#include <algorithm>
#include <string>

#include "schema/shape_inference.h"

namespace octet {
namespace {

// The shape as an output: its size is checked.
Result<Shape> Checked(const Shape& shape) {
  OCTET_RETURN_IF_ERROR(CheckShape(shape));
  return shape;
}

Status CheckAxis(int32_t axis, const Shape& shape) {
  OCTET_RETURN_IF_ERROR(CheckShape(shape));
  if (axis >= 0 && axis < shape.rank) return OkStatus();
  return InvalidModel("axis " + std::to_string(axis) + " is outside " +
                      shape.ToString());
}

Status CheckRankAtMost(int rank) {
  if (rank <= kMaxRank) return OkStatus();
  return InvalidModel("the output would have " + std::to_string(rank) +
                      " dimensions; at most " + std::to_string(kMaxRank) +
                      " are possible");
}

// Appends dimensions first ... last - 1 of `from`. REQUIRES: there is room.
void Append(const Shape& from, int first, int last, Shape* to) {
  for (int axis = first; axis < last; ++axis) to->dims[to->rank++] = from[axis];
}

// One axis of a transposed convolution; 0 if nothing is left.
int64_t TransposedSize(int64_t input, int64_t kernel, int64_t stride,
                       int64_t dilation, int64_t pads, int64_t output_pad) {
  return std::max<int64_t>(0, stride * (input - 1) + dilation * (kernel - 1) +
                                  1 - pads + output_pad);
}

Status CheckOutputPads(const ConvTranspose2dParams& params) {
  const Window2dParams& window = params.window;
  const int32_t limit_h = std::max(window.stride_h, window.dilation_h);
  const int32_t limit_w = std::max(window.stride_w, window.dilation_w);
  if (params.output_pad_h >= 0 && params.output_pad_h < limit_h &&
      params.output_pad_w >= 0 && params.output_pad_w < limit_w) {
    return OkStatus();
  }
  return InvalidModel(
      "the output's pads must be >= 0 and smaller than stride or dilation");
}

}  // namespace

Result<Shape> InferBroadcastShape(const Shape& a, const Shape& b) {
  OCTET_RETURN_IF_ERROR(CheckShape(a));
  OCTET_RETURN_IF_ERROR(CheckShape(b));
  Shape output;
  output.rank = std::max(a.rank, b.rank);
  for (int i = 1; i <= output.rank; ++i) {
    const int32_t size_a = i <= a.rank ? a[a.rank - i] : 1;
    const int32_t size_b = i <= b.rank ? b[b.rank - i] : 1;
    if (size_a != size_b && size_a != 1 && size_b != 1) {
      return InvalidModel("the inputs " + a.ToString() + " and " +
                          b.ToString() + " cannot be broadcast together");
    }
    output[output.rank - i] = std::max(size_a, size_b);
  }
  return Checked(output);
}

Result<Shape> InferExpandShape(const Shape& input, const Shape& target) {
  OCTET_ASSIGN_OR_RETURN(const Shape output,
                         InferBroadcastShape(input, target));
  if (output == target) return output;
  return InvalidModel("the input " + input.ToString() +
                      " cannot be expanded to " + target.ToString());
}

Result<Shape> InferMatMulShape(const Shape& a, const Shape& b) {
  OCTET_RETURN_IF_ERROR(CheckShape(a));
  OCTET_RETURN_IF_ERROR(CheckShape(b));
  if (a.rank < 2 || b.rank < 2 || a[a.rank - 1] != b[b.rank - 2]) {
    return InvalidModel("the matrices " + a.ToString() + " and " +
                        b.ToString() + " cannot be multiplied");
  }
  Shape batch_a = a, batch_b = b;
  batch_a.rank -= 2;
  batch_b.rank -= 2;
  OCTET_ASSIGN_OR_RETURN(Shape output, InferBroadcastShape(batch_a, batch_b));
  output.dims[output.rank++] = a[a.rank - 2];
  output.dims[output.rank++] = b[b.rank - 1];
  return Checked(output);
}

Result<Shape> InferConvTranspose2dShape(const ConvTranspose2dParams& params,
                                        const Shape& input,
                                        const Shape& weights) {
  const Window2dParams& window = params.window;
  OCTET_RETURN_IF_ERROR(CheckShape(input));
  OCTET_RETURN_IF_ERROR(CheckShape(weights));
  OCTET_RETURN_IF_ERROR(CheckWindow(window));
  OCTET_RETURN_IF_ERROR(CheckOutputPads(params));
  if (input.rank != 4 || weights.rank != 4 || weights[1] != window.kernel_h ||
      weights[2] != window.kernel_w) {
    return InvalidModel("the weights " + weights.ToString() +
                        " do not match the input " + input.ToString() +
                        " and the kernel " + std::to_string(window.kernel_h) +
                        "x" + std::to_string(window.kernel_w));
  }
  const int32_t groups = params.groups;
  if (groups < 1 || weights[0] % groups != 0 || input[3] % groups != 0 ||
      weights[3] != input[3] / groups) {
    return InvalidModel(std::to_string(groups) + " groups do not divide " +
                        std::to_string(input[3]) +
                        " input channels for weights " + weights.ToString());
  }
  const int64_t h = TransposedSize(
      input[1], window.kernel_h, window.stride_h, window.dilation_h,
      int64_t{window.pad_top} + window.pad_bottom, params.output_pad_h);
  const int64_t w = TransposedSize(
      input[2], window.kernel_w, window.stride_w, window.dilation_w,
      int64_t{window.pad_left} + window.pad_right, params.output_pad_w);
  if (h > kMaxElements || w > kMaxElements) {
    return InvalidModel("the output is too large");
  }
  return Checked(Shape{input[0], static_cast<int32_t>(h),
                       static_cast<int32_t>(w), weights[0]});
}

Result<Shape> InferResizeShape(const Shape& input, const Shape& target) {
  OCTET_RETURN_IF_ERROR(CheckShape(input));
  if (input.rank == target.rank) return Checked(target);
  return InvalidModel("the input " + input.ToString() +
                      " cannot be resized to " + target.ToString());
}

Result<Shape> InferGatherShape(int32_t axis, const Shape& input,
                               const Shape& indices) {
  OCTET_RETURN_IF_ERROR(CheckAxis(axis, input));
  OCTET_RETURN_IF_ERROR(CheckShape(indices));
  OCTET_RETURN_IF_ERROR(CheckRankAtMost(input.rank - 1 + indices.rank));
  Shape output;
  Append(input, 0, axis, &output);
  Append(indices, 0, indices.rank, &output);
  Append(input, axis + 1, input.rank, &output);
  return Checked(output);
}

Result<Shape> InferGatherNdShape(int32_t batch_dims, const Shape& input,
                                 const Shape& indices) {
  OCTET_RETURN_IF_ERROR(CheckShape(input));
  OCTET_RETURN_IF_ERROR(CheckShape(indices));
  const int last = indices.rank - 1;
  bool fits = batch_dims >= 0 && batch_dims <= last &&
              batch_dims < input.rank &&
              indices[last] <= input.rank - batch_dims;
  for (int axis = 0; fits && axis < batch_dims; ++axis) {
    fits = input[axis] == indices[axis];
  }
  if (!fits) {
    return InvalidModel("indices " + indices.ToString() + " with " +
                        std::to_string(batch_dims) +
                        " batch dimensions do not fit the input " +
                        input.ToString());
  }
  const int first = batch_dims + indices[last];
  OCTET_RETURN_IF_ERROR(CheckRankAtMost(last + input.rank - first));
  Shape output;
  Append(indices, 0, last, &output);
  Append(input, first, input.rank, &output);
  return Checked(output);
}

Result<Shape> InferGatherElementsShape(int32_t axis, const Shape& input,
                                       const Shape& indices) {
  OCTET_RETURN_IF_ERROR(CheckAxis(axis, input));
  bool fits = input.rank == indices.rank;
  for (int i = 0; fits && i < input.rank; ++i) {
    fits = i == axis || indices[i] <= input[i];
  }
  if (fits) return Checked(indices);
  return InvalidModel("the indices " + indices.ToString() +
                      " do not fit the input " + input.ToString());
}

Result<Shape> InferReductionShape(const ReductionParams& params,
                                  const Shape& input) {
  Shape output;
  for (int axis = 0; axis < input.rank; ++axis) {
    if (!params.reduces[axis]) {
      output.dims[output.rank++] = input[axis];
    } else if (params.keep_dims) {
      output.dims[output.rank++] = 1;
    }
  }
  OCTET_RETURN_IF_ERROR(CheckShape(input));
  return output;
}

Result<Shape> InferArgExtremumShape(int32_t axis, bool keep_dims,
                                    const Shape& input) {
  OCTET_RETURN_IF_ERROR(CheckAxis(axis, input));
  ReductionParams params;
  params.keep_dims = keep_dims;
  params.reduces[axis] = true;
  return InferReductionShape(params, input);
}

Result<Shape> InferTopKShape(const TopKParams& params, const Shape& input) {
  OCTET_RETURN_IF_ERROR(CheckAxis(params.axis, input));
  if (params.k < 1 || params.k > input[params.axis]) {
    return InvalidModel("there are no " + std::to_string(params.k) +
                        " values along axis " + std::to_string(params.axis) +
                        " of " + input.ToString());
  }
  Shape output = input;
  output[params.axis] = params.k;
  return output;
}

Result<Shape> InferAlongAxisShape(int32_t axis, const Shape& input) {
  OCTET_RETURN_IF_ERROR(CheckAxis(axis, input));
  return input;
}

Result<Shape> InferRecurrentShape(const RecurrentParams& params, const Shape& x,
                                  const Shape& w, const Shape& r) {
  OCTET_RETURN_IF_ERROR(CheckShape(x));
  const int32_t directions = params.bidirectional ? 2 : 1;
  if (params.hidden_size < 1 || params.hidden_size > kMaxElements / 8) {
    return InvalidModel("hidden_size must lie in 1 ... 2^27");
  }
  const int32_t rows = params.num_gates * params.hidden_size;
  if (x.rank != 3 || w != Shape{directions, rows, x[2]} ||
      r != Shape{directions, rows, params.hidden_size}) {
    return InvalidModel("the weights " + w.ToString() + " and " + r.ToString() +
                        " do not fit the input " + x.ToString() + " and " +
                        std::to_string(params.hidden_size) + " hidden values");
  }
  if (!params.whole_sequence) {
    return Checked(Shape{directions, x[1], params.hidden_size});
  }
  return Checked(Shape{x[0], directions, x[1], params.hidden_size});
}

Result<Shape> InferNonMaxSuppressionShape(const Shape& boxes,
                                          const Shape& scores, int32_t rows) {
  OCTET_RETURN_IF_ERROR(CheckShape(boxes));
  OCTET_RETURN_IF_ERROR(CheckShape(scores));
  if (boxes.rank != 3 || boxes[2] != 4 || scores.rank != 3 ||
      scores[0] != boxes[0] || scores[2] != boxes[1]) {
    return InvalidModel("boxes " + boxes.ToString() + " and scores " +
                        scores.ToString() + " do not belong together");
  }
  if (rows < 1 || rows > scores.NumElements()) {
    return InvalidModel("the output must have 1 to " +
                        std::to_string(scores.NumElements()) + " rows");
  }
  return Checked(Shape{rows, 3});
}

}  // namespace octet
