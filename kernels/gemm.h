// Contract of the gemm family: one implicit GEMM for fully connected layers and
// convolutions.
//
//   accumulator[i][c] = bias[c] +
//       sum over runs r, sum over j < run_length of
//         (runs[r].base[i * runs[r].pixel_stride + j] - zero_point)
//         * weights[c][r * run_length + j]
//   output[i * output_stride + c] = RequantizeQ15(accumulator[i][c],
//                                                 multiplier[c], shift[c])
//
// or, with a residual,
//
//   output[i * output_stride + c] = RequantizeAddQ15(
//       accumulator[i][c], multiplier[c], shift[c],
//       ScaleAddend(residual.base[i * residual.pixel_stride + c]
//                     - residual.zero_point, residual.multiplier),
//       residual.fraction_bits)
//
// for i < m, c < n. A run is a stretch of input bytes that one pixel multiplies
// with consecutive weights:
//
//   fully connected, 1x1     one run of k bytes
//   3x3, dilation 1          three runs (kernel rows) of 3 * channels bytes:
//                            the columns of a row lie side by side in NHWC
//   dilated or grouped       one run of channels / groups bytes a tap
//
// so a convolution needs no im2col copy: pixel i + 1 of an output row starts
// stride_w * channels bytes behind pixel i. A kernel row outside the picture is
// a run of zero points with pixel_stride 0. Pixels whose kernel crosses the
// left or right edge are gathered by the caller.
//
// Weights are packed by pack.h into panels of nr channels, in the order that
// the kernel's descriptor states:
//
//   panel: | bias int32[nr] | shift int32[nr] | multiplier int16[nr] | pad |
//          | for each run, for each block of kr: weights[nr][kr]     | pad |
//
// each part 64-byte aligned. A run is padded to a multiple of kr by zero
// weights, so the bytes a kernel reads there do not matter. The input's zero
// point is folded into the bias. So is a negative shift into bias and int16
// weights, which are multiplied by 2^-shift, where all still fits: the shift of
// that channel is then 0, and the result the same.
//
// A table's accumulate_gemm kernels store their accumulators, int32, for layers
// with a second pass (tflite.h, float/accumulators.h):
//
//   output[i * output_stride + 4 * c ... + 3] = accumulator[i][c]
//
// `output` is aligned to 4 bytes; stage, left_shifts and residual are not used,
// and the shifts and multipliers of the panels are 0. With int16 weights they
// take weights of -128 and weights with a zero point, which is subtracted when
// they are packed. Otherwise weights are -127 ... 127, of both families, but
// for kernels with takes_minus_128.
//
// A kernel with int16_sums takes steps of two blocks of four weights, and adds
// the products of four weights of a channel before it widens them to int32:
//
//   step of 8 bytes:   | 0 1 | 2 3 | 4 5 | 6 7 |
//   sums in int16:     0 + 1 + 4 + 5 and 2 + 3 + 6 + 7
//
// Activations are 0 ... 255, so a sum fits if its positive weights add up to at
// most 128 and its negative ones to at least -128 (128 * 255 = 32640). The
// packer makes it so: what is too much goes to extra steps, which multiply the
// same activations once more. They follow the weights of their panel:
//
//   | ExtraSteps | ExtraStep[count] | pad | weights [count][2][nr][4] | pad |

#ifndef OCTET_KERNELS_GEMM_H_
#define OCTET_KERNELS_GEMM_H_

#include <cstddef>
#include <cstdint>

#include "kernels/activation_form.h"

namespace octet {

// The negative shifts in a layer's panels.
enum class LeftShifts : uint8_t {
  kNone = 0,
  kBounded = 1,     // accumulators times 2^-shift fit int32
  kSaturating = 2,  // accumulators may have to be clamped to int16 first
};

enum class WeightType : uint8_t { kInt8 = 1, kInt16 = 2 };  // bytes a weight

// How a kernel wants its weights. Everything that packing and planning need.
struct GemmDescriptor {
  const char* name;        // e.g. "6x16", for plans and benchmarks
  size_t mr;               // pixels of a tile; see call_m
  size_t nr;               // channels a panel
  size_t kr;               // weights of one channel that lie side by side
  WeightType weight_type;  // kInt16: widened by the packer
  // Channel (0 ... nr-1) whose bias, shift and weights lie at each position of
  // a panel, and the same for multipliers; nullptr: in order. They differ where
  // packing instructions permute between accumulator and result.
  const uint8_t* accumulator_order;
  const uint8_t* multiplier_order;
  // Bytes of scratch a call needs for each pixel and each k of the padded runs.
  size_t workspace_bytes_per_k;
  // Pixels of the largest layer that SelectGemm gives it; 0: any number. A
  // matrix-vector form wastes no rows, but it loads every weight once a pixel.
  size_t max_m = 0;
  // The same for its channels: a panel that narrow layers do not fill up.
  size_t max_n = 0;
  // Most pixels a call, a multiple of mr, of a kernel that walks tiles itself;
  // 0: mr.
  size_t call_m = 0;
  // A last panel of at most this many channels lies in order, so that the
  // kernel can leave out accumulators without channels.
  size_t in_order_up_to = 0;
  // Above. REQUIRES: kr is 4, weights are int8, activations u8.
  bool int16_sums = false;
  // Weights of -128, too, give the right sums.
  bool takes_minus_128 = false;
  // What a multiply-accumulate costs, in percent of the table's other kernels.
  size_t cost_percent = 100;
};

// Weights of a channel that a run is padded to a multiple of.
constexpr size_t StepOf(const GemmDescriptor& descriptor) {
  return descriptor.int16_sums ? 2 * descriptor.kr : descriptor.kr;
}

// The largest magnitude of the positive, or negative, weights of an int16 sum.
inline constexpr int kMostOfInt16Sum = 128;

struct ExtraSteps {
  int32_t count;
  int32_t weights_at;  // bytes from here
};

// Where the activations of a step's two blocks begin, in bytes from the pixel's
// first of the run.
struct ExtraStep {
  int32_t run;
  int32_t at[2];
};

constexpr size_t MaxPixelsOfCall(const GemmDescriptor& descriptor) {
  return descriptor.call_m == 0 ? descriptor.mr : descriptor.call_m;
}

// Where the parts of a panel of nr channels begin, in bytes; the bias is first.
struct PanelLayout {
  size_t shift;
  size_t multiplier;
  size_t weights;
};

constexpr PanelLayout PanelLayoutOf(size_t nr) {
  return {4 * nr, 8 * nr, (10 * nr + 63) / 64 * 64};
}

struct GemmRun {
  const void* base;        // first byte of pixel 0
  ptrdiff_t pixel_stride;  // bytes from pixel to pixel
};

// An activation that is added to the layer's output.
struct GemmResidual {
  const void* base;        // first byte of pixel 0; null: there is none
  ptrdiff_t pixel_stride;  // bytes from pixel to pixel
  int16_t multiplier;      // >= 0
  int8_t zero_point;       // in the domain of q
  int8_t fraction_bits;    // 0 ... 6
};

struct GemmArgs {
  size_t m;                    // pixels, 1 ... MaxPixelsOfCall
  size_t n;                    // channels, >= 1
  size_t num_runs;             // >= 1
  size_t run_length;           // bytes, >= 1
  const GemmRun* runs;         // [num_runs]
  const void* packed_weights;  // ceil(n / nr) panels, 64-byte aligned
  size_t panel_bytes;          // from one panel to the next
  void* output;                // exactly n values a pixel are written
  ptrdiff_t output_stride;     // bytes from pixel to pixel
  // It may be the output (the same address and stride), but must not overlap
  // it otherwise.
  GemmResidual residual;
  void* workspace;  // GemmWorkspaceBytes(), 64-byte aligned
  LeftShifts left_shifts;
  OutputStage stage;
  ActivationForm form;  // one that the table serves
  // How many calls have used the same weights just before: a kernel may load
  // what lies behind them piece by piece. No result depends on it.
  size_t earlier_calls;
};

using GemmFunction = void (*)(const GemmArgs& args);

struct GemmKernel {
  GemmDescriptor descriptor;
  GemmFunction run;
};

}  // namespace octet

#endif  // OCTET_KERNELS_GEMM_H_
