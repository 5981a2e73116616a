// The kernels of the neondot table: what SDOT makes faster than the neon table,
// which serves the rest. Activations are s8; the contracts stand in
// kernels/*.h.

#ifndef OCTET_KERNELS_NEONDOT_NEONDOT_KERNELS_H_
#define OCTET_KERNELS_NEONDOT_NEONDOT_KERNELS_H_

#include "kernels/depthwise_conv.h"
#include "kernels/gemm.h"

namespace octet::neondot {

void Gemm4x16(const GemmArgs& args);
void Gemm8x8(const GemmArgs& args);
void AccumulateGemm4x16(const GemmArgs& args);
void AccumulateGemm8x8(const GemmArgs& args);
void DepthwiseConv3x3Stride1(const DepthwiseConvArgs& args);
void DepthwiseConv3x3Stride2(const DepthwiseConvArgs& args);
void DepthwiseConvWindow(const DepthwiseConvArgs& args);

}  // namespace octet::neondot

#endif  // OCTET_KERNELS_NEONDOT_NEONDOT_KERNELS_H_
