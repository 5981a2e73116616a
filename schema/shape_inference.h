// Shape inference: THE definition of every operator's output shape, used by
// the converter when it builds a graph and by the engine when it verifies a
// file. Each function also checks that the operator can be applied at all; the
// error says which rule is broken.

#ifndef OCTET_SCHEMA_SHAPE_INFERENCE_H_
#define OCTET_SCHEMA_SHAPE_INFERENCE_H_

#include <cstdint>

#include "octet/shape.h"
#include "octet/status.h"
#include "schema/operators.h"

namespace octet {

// The largest number of elements of one tensor: sizes and offsets in bytes
// then fit int32 everywhere, with room for padding.
inline constexpr int64_t kMaxElements = int64_t{1} << 30;

// OK if every dimension is >= 1 and the product is at most kMaxElements.
Status CheckShape(const Shape& shape);

// Positions of a kernel along one axis:
//   floor((input + pads - dilation * (kernel - 1) - 1) / stride) + 1
// or 0 where the kernel does not fit. REQUIRES: the ranges that CheckWindow
// checks.
int32_t WindowOutputSize(int32_t input, int32_t kernel, int32_t stride,
                         int32_t dilation, int32_t pad_begin, int32_t pad_end);

// OK if kernel, stride and dilation are in 1 ... 2^15, pads in 0 ... 2^15.
Status CheckWindow(const Window2dParams& window);

// input {n, h, w, c}, weights {o, kernel_h, kernel_w, c / groups}.
Result<Shape> InferConv2dShape(const Window2dParams& window, int32_t groups,
                               const Shape& input, const Shape& weights);

// input {..., k}, weights {n, k} -> {..., n}.
Result<Shape> InferFullyConnectedShape(const Shape& input,
                                       const Shape& weights);

// input {n, h, w, c}. Every window must cover at least one cell of the
// picture, so pads are smaller than the (dilated) kernel.
Result<Shape> InferPool2dShape(const Window2dParams& window,
                               const Shape& input);

// The shapes must be equal; the result has the same.
Result<Shape> InferElementwiseShape(const Shape& a, const Shape& b);

// At least one input; all dimensions but `axis` equal.
Result<Shape> InferConcatShape(const ConcatParams& params, const Shape* inputs,
                               int num_inputs);

// The numbers of elements must be equal.
Result<Shape> InferReshapeShape(const Shape& input, const Shape& target);

Result<Shape> InferTransposeShape(const TransposeParams& params,
                                  const Shape& input);
Result<Shape> InferPadShape(const PadParams& params, const Shape& input);
Result<Shape> InferSliceShape(const SliceParams& params, const Shape& input);
// SliceParams::size along a dimension of `input` elements with a cut >= 0; 0 or
// less: nothing is taken. REQUIRES: step > 0.
int64_t SliceSizeOfCut(int32_t input, int32_t begin, int32_t step, int32_t cut);

// Aligned at the last dimensions; of two sizes one may be 1 or missing. Also
// that of Expand (b: the target, which must be the result) and, twice, Where.
Result<Shape> InferBroadcastShape(const Shape& a, const Shape& b);
Result<Shape> InferExpandShape(const Shape& input, const Shape& target);

// a {..., m, k}, b {..., k, n} -> {..., m, n}, the rest broadcast.
Result<Shape> InferMatMulShape(const Shape& a, const Shape& b);
// The most products that MatMul's INT8 form adds up: 255 * 255 each, they fit
// int32.
inline constexpr int32_t kMaxInt8MatMulK = 1 << 15;

// input {n, h, w, c}, weights {o, kernel_h, kernel_w, c / groups}.
Result<Shape> InferConvTranspose2dShape(const ConvTranspose2dParams& params,
                                        const Shape& input,
                                        const Shape& weights);

// The target has as many dimensions as the input.
Result<Shape> InferResizeShape(const Shape& input, const Shape& target);

// input {i..., n, l...}, indices {j...} -> {i..., j..., l...}.
Result<Shape> InferGatherShape(int32_t axis, const Shape& input,
                               const Shape& indices);
// input {b..., n..., l...}, indices {b..., j..., r} -> {b..., j..., l...},
// with r dimensions n.
Result<Shape> InferGatherNdShape(int32_t batch_dims, const Shape& input,
                                 const Shape& indices);
// The indices' shape, nowhere larger than the input but along `axis`.
Result<Shape> InferGatherElementsShape(int32_t axis, const Shape& input,
                                       const Shape& indices);

Result<Shape> InferReductionShape(const ReductionParams& params,
                                  const Shape& input);
// ArgExtremum: a reduction along one axis.
Result<Shape> InferArgExtremumShape(int32_t axis, bool keep_dims,
                                    const Shape& input);
// 1 <= k <= the size of the axis.
Result<Shape> InferTopKShape(const TopKParams& params, const Shape& input);

// The shape of what an operator along `axis` (CumSum) or from `axis` on
// (LayerNormalization) gives: the input's.
Result<Shape> InferAlongAxisShape(int32_t axis, const Shape& input);

// x {steps, batch, inputs}, w {d, gates * hidden_size, inputs}, r {d, gates *
// hidden_size, hidden_size} -> {steps, d, batch, hidden_size}, or without
// steps.
Result<Shape> InferRecurrentShape(const RecurrentParams& params, const Shape& x,
                                  const Shape& w, const Shape& r);

// boxes {batch, n, 4}, scores {batch, classes, n} -> {rows, 3}; at most
// batch * classes * n rows are asked for.
Result<Shape> InferNonMaxSuppressionShape(const Shape& boxes,
                                          const Shape& scores, int32_t rows);

}  // namespace octet

#endif  // OCTET_SCHEMA_SHAPE_INFERENCE_H_
