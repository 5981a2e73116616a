// THE packer: lays weights out as a kernel's descriptor asks for. Portable and
// the same for every instruction set. The layout is drawn in gemm.h and
// depthwise_conv.h.

#ifndef OCTET_KERNELS_PACK_H_
#define OCTET_KERNELS_PACK_H_

#include <cstddef>
#include <cstdint>

#include "kernels/activation_form.h"
#include "kernels/depthwise_conv.h"
#include "kernels/gemm.h"
#include "kernels/winograd_conv.h"

namespace octet {

// What a layer multiplies with, as it lies in the file.
struct LayerWeights {
  size_t n;  // output channels
  // Weight j of channel c is weights[c * channel_stride + j].
  const int8_t* weights;
  size_t channel_stride;
  const int32_t* bias;  // [n]
  // Null for kernels that store accumulators (tflite.h): 0 in the panels.
  const int16_t* multiplier;  // [n], or [1] if !per_channel
  const int8_t* shift;        // [n], or [1] if !per_channel
  bool per_channel;
  int32_t input_zero_point;  // of q, -128 ... 127
  // Not 0 for kernels with int16 weights alone.
  int32_t weight_zero_point;
};

// k after each run is padded to whole steps.
size_t PaddedK(const GemmDescriptor& descriptor, size_t num_runs,
               size_t run_length);

// The extra steps that a layer's weights need; none but for int16_sums.
struct ExtraStepCount {
  size_t most = 0;   // of a panel
  size_t total = 0;  // of all
};
ExtraStepCount CountExtraSteps(const GemmDescriptor& descriptor,
                               const LayerWeights& layer, size_t num_runs,
                               size_t run_length);

// `extra_steps`: the most that a panel has room for.
size_t GemmPanelBytes(const GemmDescriptor& descriptor, size_t num_runs,
                      size_t run_length, size_t extra_steps);
// Of ceil(n / nr) panels.
size_t PackedGemmBytes(const GemmDescriptor& descriptor, size_t n,
                       size_t num_runs, size_t run_length, size_t extra_steps);
// Scratch for one call of the kernel; a multiple of 64.
size_t GemmWorkspaceBytes(const GemmDescriptor& descriptor, size_t num_runs,
                          size_t run_length);

// Packs weights[c][r * run_length + j]. `packed`: PackedGemmBytes, 64-byte
// aligned; every byte is written.
// REQUIRES: extra_steps >= CountExtraSteps(...).most
void PackGemm(const GemmDescriptor& descriptor, ActivationForm form,
              const LayerWeights& layer, size_t num_runs, size_t run_length,
              size_t extra_steps, void* packed);

size_t DepthwiseConvPanelBytes(const DepthwiseConvDescriptor& descriptor,
                               size_t taps);
size_t PackedDepthwiseConvBytes(const DepthwiseConvDescriptor& descriptor,
                                size_t channels, size_t taps);

// Packs weights[c][tap]: OHWI with I = 1. `layer.n` is the channel count.
void PackDepthwiseConv(const DepthwiseConvDescriptor& descriptor,
                       ActivationForm form, const LayerWeights& layer,
                       size_t taps, void* packed);

// Whether winograd_conv computes the layer exactly: for every channel
//   4 * (max(zero_point + 128, 127 - zero_point) * sum |w| + |bias|) < 2^31
// and shift >= -2. `layer.weights` are those of a 3x3 convolution of c input
// channels, OHWI.
bool WinogradConvFits(const LayerWeights& layer, size_t c);

size_t WinogradConvPanelBytes(const WinogradConvDescriptor& descriptor,
                              size_t c);
size_t PackedWinogradConvBytes(const WinogradConvDescriptor& descriptor,
                               size_t n, size_t c);
// Scratch for a call with `tiles` tiles; a multiple of 64.
size_t WinogradConvWorkspaceBytes(const WinogradConvDescriptor& descriptor,
                                  size_t c, size_t tiles);
// REQUIRES: WinogradConvFits.
void PackWinogradConv(const WinogradConvDescriptor& descriptor,
                      ActivationForm form, const LayerWeights& layer, size_t c,
                      void* packed);

// The negative shifts in the layer's panels (args.left_shifts).
// k: weights a channel, num_runs * run_length or taps.
LeftShifts LeftShiftsOf(WeightType weight_type, const LayerWeights& layer,
                        size_t k);

}  // namespace octet

#endif  // OCTET_KERNELS_PACK_H_
