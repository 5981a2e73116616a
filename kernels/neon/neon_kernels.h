// The kernels of the neon table, for ARMv7 with NEON and for AArch64.
// Activations are s8, as in the file; the contracts stand in kernels/*.h. Only
// table.cc and the kernels' own files include this: hidden visibility keeps the
// names inside the library.

#ifndef OCTET_KERNELS_NEON_NEON_KERNELS_H_
#define OCTET_KERNELS_NEON_NEON_KERNELS_H_

#include "kernels/depthwise_conv.h"
#include "kernels/elementwise.h"
#include "kernels/gemm.h"
#include "kernels/pooling.h"
#include "kernels/tflite.h"
#include "kernels/winograd_conv.h"

namespace octet::neon {

// AArch64 has twice the registers of ARMv7.
#if defined(__aarch64__)
void Gemm4x16(const GemmArgs& args);
void Gemm8x8(const GemmArgs& args);
void AccumulateGemm4x16(const GemmArgs& args);
void AccumulateGemm8x8(const GemmArgs& args);
#else
void Gemm4x8(const GemmArgs& args);
void AccumulateGemm4x8(const GemmArgs& args);
#endif
void AccumulateGemmWide(const GemmArgs& args);
void DepthwiseConv3x3Stride1(const DepthwiseConvArgs& args);
void DepthwiseConv3x3Stride2(const DepthwiseConvArgs& args);
void DepthwiseConv5x5Stride1(const DepthwiseConvArgs& args);
void DepthwiseConv5x5Stride2(const DepthwiseConvArgs& args);
void DepthwiseConv7x7Stride1(const DepthwiseConvArgs& args);
void DepthwiseConv7x7Stride2(const DepthwiseConvArgs& args);
void DepthwiseConvAny(const DepthwiseConvArgs& args);
void AccumulateDepthwiseConv(const DepthwiseConvArgs& args);
void WinogradConv(const WinogradConvArgs& args);
void MaxPool(const PoolArgs& args);
void AveragePool(const PoolArgs& args);
void Add(const AddArgs& args);
void Mul(const MulArgs& args);
void Requantize(const RequantizeArgs& args);
void Lookup(const LookupArgs& args);
#if defined(__aarch64__)
void Quantize(const QuantizeArgs& args);
void Dequantize(const DequantizeArgs& args);
#endif
void TfliteOutput(const TfliteOutputArgs& args);
void TfliteAdd(const TfliteAddArgs& args);
void TfliteRequantize(const TfliteRequantizeArgs& args);
void TfliteAveragePool(const PoolArgs& args);
void TfliteMean(const PoolArgs& args);

}  // namespace octet::neon

#endif  // OCTET_KERNELS_NEON_NEON_KERNELS_H_
