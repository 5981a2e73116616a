// The kernels of the avx2 table. Activations are u8 (byte = q + 128); the
// contracts stand in kernels/*.h. Only table.cc and the kernels' own files
// include this: hidden visibility keeps the names inside the library.

#ifndef OCTET_KERNELS_AVX2_AVX2_KERNELS_H_
#define OCTET_KERNELS_AVX2_AVX2_KERNELS_H_

#include "kernels/depthwise_conv.h"
#include "kernels/elementwise.h"
#include "kernels/gemm.h"
#include "kernels/pooling.h"
#include "kernels/tflite.h"
#include "kernels/winograd_conv.h"

namespace octet::avx2 {

void Gemm6x16(const GemmArgs& args);
void GemmInt16Sums4x16(const GemmArgs& args);
void Gemm1x32(const GemmArgs& args);
void AccumulateGemm6x16(const GemmArgs& args);
void AccumulateGemm1x32(const GemmArgs& args);
void DepthwiseConv3x3Stride1(const DepthwiseConvArgs& args);
void DepthwiseConv3x3Stride2(const DepthwiseConvArgs& args);
void DepthwiseConvAny(const DepthwiseConvArgs& args);
void AccumulateDepthwiseConv(const DepthwiseConvArgs& args);
void TfliteAdd(const TfliteAddArgs& args);
void TfliteRequantize(const TfliteRequantizeArgs& args);
void TfliteOutput(const TfliteOutputArgs& args);
void WinogradConv6x16(const WinogradConvArgs& args);
void MaxPool(const PoolArgs& args);
void AveragePool(const PoolArgs& args);
void Add(const AddArgs& args);
void Mul(const MulArgs& args);
void Requantize(const RequantizeArgs& args);
void Lookup(const LookupArgs& args);
void Quantize(const QuantizeArgs& args);
void Dequantize(const DequantizeArgs& args);

}  // namespace octet::avx2

#endif  // OCTET_KERNELS_AVX2_AVX2_KERNELS_H_
