// Contract of the winograd_conv family: 3x3 convolutions of stride 1 and
// dilation 1 by Winograd's F(2x2, 3x3), in integers and exact: the bytes are
// those of the direct form.
//
// A tile is 4x4 input cells and the 2x2 output pixels that they determine. With
// d the cells of one input channel and g the 3x3 weights between it and an
// output channel,
//
//   4 * (the channel's share of the 2x2 sums)
//       = At [ (Wt g W) .* (Bt d B) ] A        .*: element by element
//
//        1  0 -1  0             2  0  0
//   Bt = 0  1  1  0        Wt = 1  1  1        At = 1  1  1  0
//        0 -1  1  0             1 -1  1             0  1 -1 -1
//        0  1  0 -1             0  0  2
//
// so that 16 products stand for 36. The packer computes Wt g W; At and A are
// applied once to the sums over the input channels. Bounds:
//
//   |Bt d B| <= 4 * 255 and |Wt g W| <= 9 * 127: both fit int16;
//   sums are taken modulo 2^32, which 4 * accumulator fits if the accumulator's
//   bound is below 2^29: WinogradConvFits asks that of every channel.
//
// The factor 4 goes into the shift:
//   floor(accumulator * 2^-shift) = floor(4 * accumulator * 2^-(shift + 2)).
//
// Weights are packed by pack.h into panels of nr channels:
//
//   panel: | bias int32[nr] | shift int32[nr] | multiplier int16[nr] | pad |
//          | for each of 16 positions, row by row, for each block of kr    |
//          | input channels: weights int16[nr][kr]                   | pad |
//
// The bias is 4 * (bias - zero_point * sum of weights) and the shift is
// shift + 2 >= 0. Added to the sum at position (1, 1), the bias reaches all
// four pixels.

#ifndef OCTET_KERNELS_WINOGRAD_CONV_H_
#define OCTET_KERNELS_WINOGRAD_CONV_H_

#include <cstddef>
#include <cstdint>

#include "kernels/activation_form.h"
#include "kernels/gemm.h"

namespace octet {

inline constexpr size_t kWinogradPositions = 16;
// The position (1, 1), to which the bias is added.
inline constexpr size_t kWinogradBiasPosition = 5;
// log2 of the factor in sums, bias and shift.
inline constexpr int kWinogradFactorBits = 2;

struct WinogradConvDescriptor {
  const char* name;                  // e.g. "6x16"
  size_t mr;                         // tiles that are multiplied at a time
  size_t nr;                         // output channels a panel
  size_t kr;                         // input channels that lie side by side
  const uint8_t* accumulator_order;  // as in GemmDescriptor
  const uint8_t* multiplier_order;
  size_t max_tiles;  // most tiles a call, a multiple of mr
  // Input channels to a multiple of which the workspace is laid out.
  size_t workspace_c;
  // What a tile costs beside its products, in multiply-accumulates of the
  // table's gemm: for each input channel and for each output channel.
  size_t input_work, output_work;
  // What a product costs, in percent of one of the table's gemm.
  size_t product_percent = 100;
};

struct WinogradTile {
  // The first channel of each cell, row by row. The caller supplies cells of
  // zero points for those outside the picture.
  const void* cells[kWinogradPositions];
  void* output;  // the first channel of the upper left pixel
  // The same of the residual, whose pixels lie as those of the output do.
  const void* residual;
  // Of the 2x2 pixels those that exist, 1 or 2 each. No other is written.
  uint8_t output_rows, output_columns;
};

struct WinogradConvArgs {
  size_t num_tiles;            // 1 ... max_tiles
  const WinogradTile* tiles;   // [num_tiles]
  size_t c;                    // input channels, >= 1
  size_t n;                    // output channels, >= 1
  const void* packed_weights;  // ceil(n / nr) panels, 64-byte aligned
  size_t panel_bytes;          // from one panel to the next
  ptrdiff_t output_row_stride;
  ptrdiff_t output_pixel_stride;  // exactly n bytes a pixel are written
  // The residual is added as in gemm.h; where it lies, the tiles say. It may be
  // the output, but must not overlap it otherwise.
  bool adds_residual;
  GemmResidual residual;
  void* workspace;  // WinogradConvWorkspaceBytes(), 64-byte aligned
  OutputStage stage;
  ActivationForm form;  // one that the table serves
};

using WinogradConvFunction = void (*)(const WinogradConvArgs& args);

struct WinogradConvKernel {
  WinogradConvDescriptor descriptor;
  WinogradConvFunction run;
};

}  // namespace octet

#endif  // OCTET_KERNELS_WINOGRAD_CONV_H_
