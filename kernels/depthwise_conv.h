// Contract of the depthwise_conv family: each channel with its own kernel.
//
//   accumulator[y][x][c] = bias[c] + sum over ky, kx of
//       (input_rows[y * stride_h + ky * dilation_h]
//                  [(x * stride_w + kx * dilation_w) * pixel_stride + c]
//        - zero_point) * weights[ky][kx][c]
//   output[y * output_row_stride + x * output_pixel_stride + c] =
//       RequantizeQ15(accumulator[y][x][c], multiplier[c], shift[c])
//
// for y < output_rows, x < output_width, c < channels. The caller supplies rows
// of zero points for rows outside the picture. Columns outside it are the
// kernel's business if its descriptor says so (pads); otherwise the caller
// supplies patches with the zero point filled in for pixels whose kernel
// crosses the left or right edge.
//
// Weights are packed by pack.h into panels of nr channels:
//
//   panel: | bias int32[nr] | shift int32[nr] | multiplier int16[nr] | pad |
//          | for each group of kr taps: weights[nr][kr]              | pad |
//
// Taps count row by row (ky * kernel_w + kx) and lie in this order, or in the
// descriptor's tap_order; the last group is filled up with zero weights. Zero
// points and negative shifts are folded as in gemm.h.

#ifndef OCTET_KERNELS_DEPTHWISE_CONV_H_
#define OCTET_KERNELS_DEPTHWISE_CONV_H_

#include <cstddef>
#include <cstdint>

#include "kernels/activation_form.h"
#include "kernels/gemm.h"

namespace octet {

inline constexpr uint8_t kNoTap = 255;

struct DepthwiseConvDescriptor {
  const char* name;  // e.g. "3x3", "any"
  size_t nr;         // channels a panel
  size_t kr;         // taps of one channel that lie side by side
  WeightType weight_type;
  const uint8_t* accumulator_order;  // as in GemmDescriptor
  const uint8_t* multiplier_order;
  size_t max_rows;  // most output rows a call
  // The only kernel size, stride and dilation it takes; 0: any.
  uint8_t kernel_h, kernel_w;
  uint8_t stride_h, stride_w;
  uint8_t dilation_h, dilation_w;
  // The tap whose weights lie at each position, of a fixed kernel size, or
  // kNoTap for zeros; nullptr: row by row. It lets a kernel group the taps of a
  // column, and have a group more than once.
  const uint8_t* tap_order = nullptr;
  size_t tap_positions = 0;  // of tap_order; 0: one a tap
  // Takes columns outside the picture; see DepthwiseConvArgs::first_column.
  bool pads = false;
};

struct DepthwiseConvArgs {
  size_t channels;      // >= 1
  size_t output_rows;   // 1 ... max_rows
  size_t output_width;  // >= 1
  size_t kernel_h, kernel_w;
  size_t stride_h, stride_w;
  size_t dilation_h, dilation_w;
  // (output_rows - 1) * stride_h + (kernel_h - 1) * dilation_h + 1 pointers, to
  // column 0 of consecutive input rows.
  const void* const* input_rows;
  // The column of the leftmost tap of output column 0: 0, or, if the kernel
  // pads, any: columns outside 0 ... input_columns - 1 are not read and count
  // as zero_byte, the input's zero point as it lies in memory.
  ptrdiff_t first_column;
  size_t input_columns;
  uint8_t zero_byte;
  ptrdiff_t pixel_stride;      // bytes between neighbours in an input row
  const void* packed_weights;  // ceil(channels / nr) panels, 64-byte aligned
  size_t panel_bytes;
  void* output;  // exactly `channels` bytes a pixel are written
  ptrdiff_t output_row_stride;
  ptrdiff_t output_pixel_stride;
  LeftShifts left_shifts;
  OutputStage stage;
  ActivationForm form;  // one that the table serves
};

using DepthwiseConvFunction = void (*)(const DepthwiseConvArgs& args);

struct DepthwiseConvKernel {
  DepthwiseConvDescriptor descriptor;
  DepthwiseConvFunction run;
};

}  // namespace octet

#endif  // OCTET_KERNELS_DEPTHWISE_CONV_H_
