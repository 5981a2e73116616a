#include "schema/shape_inference.h"

#include <string>

namespace octet {
namespace {

constexpr int32_t kMaxWindowValue = 1 << 15;

Status CheckRank(const Shape& shape, int rank, const char* what) {
  if (shape.rank == rank) return OkStatus();
  return InvalidModel(std::string(what) + " " + shape.ToString() +
                      " must have " + std::to_string(rank) + " dimensions");
}

Result<Shape> Checked(const Shape& shape) {
  OCTET_RETURN_IF_ERROR(CheckShape(shape));
  return shape;
}

// The spatial output of `window` over `input`, with `channels` channels.
Result<Shape> WindowShape(const Window2dParams& window, const Shape& input,
                          int32_t channels) {
  const int32_t h =
      WindowOutputSize(input[1], window.kernel_h, window.stride_h,
                       window.dilation_h, window.pad_top, window.pad_bottom);
  const int32_t w =
      WindowOutputSize(input[2], window.kernel_w, window.stride_w,
                       window.dilation_w, window.pad_left, window.pad_right);
  if (h < 1 || w < 1) {
    return InvalidModel("the kernel " + std::to_string(window.kernel_h) + "x" +
                        std::to_string(window.kernel_w) +
                        " does not fit the padded input " + input.ToString());
  }
  return Checked(Shape{input[0], h, w, channels});
}

bool InRange(int32_t value, int32_t low) {
  return value >= low && value <= kMaxWindowValue;
}

// Whether the window that begins at `start` has a tap in the picture.
bool WindowCovers(int64_t start, int32_t input, int32_t kernel,
                  int32_t dilation) {
  const int64_t first_tap = start >= 0 ? 0 : (-start + dilation - 1) / dilation;
  return first_tap < kernel && start + first_tap * dilation < input;
}

// Whether each of the `output` windows along one axis has a tap in the picture.
// A window that begins in the picture has; so only those in front of it and the
// last one need a look.
bool EveryWindowCovers(int32_t input, int32_t output, int32_t kernel,
                       int32_t stride, int32_t dilation, int32_t pad_begin) {
  for (int64_t i = 0; i < output && i * stride < pad_begin; ++i) {
    if (!WindowCovers(i * stride - pad_begin, input, kernel, dilation)) {
      return false;
    }
  }
  const int64_t last = (int64_t{output} - 1) * stride - pad_begin;
  return WindowCovers(last, input, kernel, dilation);
}

}  // namespace

Status CheckShape(const Shape& shape) {
  int64_t product = 1;
  for (int axis = 0; axis < shape.rank; ++axis) {
    if (shape[axis] < 1) {
      return InvalidModel("shape " + shape.ToString() +
                          " has a dimension below 1");
    }
    product *= shape[axis];  // < 2^30 * 2^31: no overflow
    if (product > kMaxElements) {
      return InvalidModel("shape " + shape.ToString() +
                          " has more than 2^30 elements");
    }
  }
  return OkStatus();
}

int32_t WindowOutputSize(int32_t input, int32_t kernel, int32_t stride,
                         int32_t dilation, int32_t pad_begin, int32_t pad_end) {
  const int64_t reach = int64_t{dilation} * (kernel - 1) + 1;
  const int64_t free_cells = int64_t{input} + pad_begin + pad_end - reach;
  if (free_cells < 0) return 0;
  return static_cast<int32_t>(free_cells / stride + 1);
}

Status CheckWindow(const Window2dParams& window) {
  const bool valid =
      InRange(window.kernel_h, 1) && InRange(window.kernel_w, 1) &&
      InRange(window.stride_h, 1) && InRange(window.stride_w, 1) &&
      InRange(window.dilation_h, 1) && InRange(window.dilation_w, 1) &&
      InRange(window.pad_top, 0) && InRange(window.pad_left, 0) &&
      InRange(window.pad_bottom, 0) && InRange(window.pad_right, 0);
  if (valid) return OkStatus();
  return InvalidModel(
      "kernel sizes, strides and dilations must lie in 1 ... 32768 and pads "
      "in 0 ... 32768");
}

Result<Shape> InferConv2dShape(const Window2dParams& window, int32_t groups,
                               const Shape& input, const Shape& weights) {
  OCTET_RETURN_IF_ERROR(CheckRank(input, 4, "the input"));
  OCTET_RETURN_IF_ERROR(CheckRank(weights, 4, "the weights"));
  OCTET_RETURN_IF_ERROR(CheckShape(input));
  OCTET_RETURN_IF_ERROR(CheckShape(weights));
  OCTET_RETURN_IF_ERROR(CheckWindow(window));
  if (weights[1] != window.kernel_h || weights[2] != window.kernel_w) {
    return InvalidModel("the weights " + weights.ToString() +
                        " do not match the kernel " +
                        std::to_string(window.kernel_h) + "x" +
                        std::to_string(window.kernel_w));
  }
  if (groups < 1 || weights[0] % groups != 0 || input[3] % groups != 0 ||
      weights[3] != input[3] / groups) {
    return InvalidModel(std::to_string(groups) + " groups do not divide " +
                        std::to_string(input[3]) + " input channels for " +
                        "weights " + weights.ToString());
  }
  return WindowShape(window, input, weights[0]);
}

Result<Shape> InferFullyConnectedShape(const Shape& input,
                                       const Shape& weights) {
  OCTET_RETURN_IF_ERROR(CheckRank(weights, 2, "the weights"));
  OCTET_RETURN_IF_ERROR(CheckShape(input));
  OCTET_RETURN_IF_ERROR(CheckShape(weights));
  if (input.rank < 1 || input[input.rank - 1] != weights[1]) {
    return InvalidModel("the last dimension of the input " + input.ToString() +
                        " differs from that of the weights " +
                        weights.ToString());
  }
  Shape output = input;
  output[output.rank - 1] = weights[0];
  return Checked(output);
}

Result<Shape> InferPool2dShape(const Window2dParams& window,
                               const Shape& input) {
  OCTET_RETURN_IF_ERROR(CheckRank(input, 4, "the input"));
  OCTET_RETURN_IF_ERROR(CheckShape(input));
  OCTET_RETURN_IF_ERROR(CheckWindow(window));
  OCTET_ASSIGN_OR_RETURN(const Shape output,
                         WindowShape(window, input, input[3]));
  if (!EveryWindowCovers(input[1], output[1], window.kernel_h, window.stride_h,
                         window.dilation_h, window.pad_top) ||
      !EveryWindowCovers(input[2], output[2], window.kernel_w, window.stride_w,
                         window.dilation_w, window.pad_left)) {
    return InvalidModel("a pooling window lies wholly in the padding");
  }
  return output;
}

Result<Shape> InferElementwiseShape(const Shape& a, const Shape& b) {
  OCTET_RETURN_IF_ERROR(CheckShape(a));
  if (a == b) return a;
  return InvalidModel("the inputs " + a.ToString() + " and " + b.ToString() +
                      " differ in shape");
}

Result<Shape> InferConcatShape(const ConcatParams& params, const Shape* inputs,
                               int num_inputs) {
  if (num_inputs < 1) return InvalidModel("there is nothing to concatenate");
  Shape output = inputs[0];
  if (params.axis < 0 || params.axis >= output.rank) {
    return InvalidModel("axis " + std::to_string(params.axis) + " is outside " +
                        output.ToString());
  }
  OCTET_RETURN_IF_ERROR(CheckShape(output));
  for (int i = 1; i < num_inputs; ++i) {
    OCTET_RETURN_IF_ERROR(CheckShape(inputs[i]));
    Shape rest = inputs[i];
    if (rest.rank == output.rank) rest[params.axis] = output[params.axis];
    if (rest != output) {
      return InvalidModel("the inputs " + inputs[0].ToString() + " and " +
                          inputs[i].ToString() +
                          " cannot be joined along axis " +
                          std::to_string(params.axis));
    }
    const int64_t size = int64_t{output[params.axis]} + inputs[i][params.axis];
    if (size > kMaxElements) return InvalidModel("the output is too large");
    output[params.axis] = static_cast<int32_t>(size);
    OCTET_RETURN_IF_ERROR(CheckShape(output));
  }
  return output;
}

Result<Shape> InferReshapeShape(const Shape& input, const Shape& target) {
  OCTET_RETURN_IF_ERROR(CheckShape(input));
  OCTET_RETURN_IF_ERROR(CheckShape(target));
  if (input.NumElements() == target.NumElements()) return target;
  return InvalidModel("the input " + input.ToString() +
                      " cannot be reshaped to " + target.ToString());
}

Result<Shape> InferTransposeShape(const TransposeParams& params,
                                  const Shape& input) {
  OCTET_RETURN_IF_ERROR(CheckShape(input));
  Shape output = input;
  unsigned seen = 0;
  for (int axis = 0; axis < input.rank; ++axis) {
    const int32_t from = params.permutation[axis];
    if (from < 0 || from >= input.rank || (seen >> from & 1u) != 0) {
      return InvalidModel("the permutation of a transpose of " +
                          input.ToString() + " must name every dimension once");
    }
    seen |= 1u << from;
    output[axis] = input[from];
  }
  return output;
}

Result<Shape> InferPadShape(const PadParams& params, const Shape& input) {
  OCTET_RETURN_IF_ERROR(CheckShape(input));
  Shape output = input;
  for (int axis = 0; axis < input.rank; ++axis) {
    const int64_t size =
        int64_t{input[axis]} + params.begin[axis] + params.end[axis];
    if (params.begin[axis] < 0 || params.end[axis] < 0 || size > kMaxElements) {
      return InvalidModel("pads must be >= 0 and the output below 2^30");
    }
    output[axis] = static_cast<int32_t>(size);
  }
  return Checked(output);
}

int64_t SliceSizeOfCut(int32_t input, int32_t begin, int32_t step,
                       int32_t cut) {
  const int64_t span = int64_t{input} - cut - begin;
  return span <= 0 ? 0 : (span + step - 1) / step;
}

Result<Shape> InferSliceShape(const SliceParams& params, const Shape& input) {
  OCTET_RETURN_IF_ERROR(CheckShape(input));
  Shape output = input;
  for (int axis = 0; axis < input.rank; ++axis) {
    const int64_t first = params.begin[axis];
    const int64_t last =
        first + (int64_t{params.size[axis]} - 1) * params.step[axis];
    if (params.size[axis] < 1 || params.step[axis] == 0 || first < 0 ||
        first >= input[axis] || last < 0 || last >= input[axis]) {
      return InvalidModel("a slice leaves dimension " + std::to_string(axis) +
                          " of " + input.ToString());
    }
    const int32_t cut = params.cut[axis];
    if (cut < -1 ||
        (cut >= 0 &&
         (params.step[axis] < 0 ||
          SliceSizeOfCut(input[axis], params.begin[axis], params.step[axis],
                         cut) != params.size[axis]))) {
      return InvalidModel(
          "a slice's cut of " + std::to_string(cut) + " does not give " +
          std::to_string(params.size[axis]) + " elements of dimension " +
          std::to_string(axis) + " of " + input.ToString());
    }
    output[axis] = params.size[axis];
  }
  return Checked(output);
}

}  // namespace octet
