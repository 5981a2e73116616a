// The kernels of the avx512vnni table. Activations are u8 (byte = q + 128); the
// contracts stand in kernels/*.h. Only table.cc and the kernels' own files
// include this: hidden visibility keeps the names inside the library.

#ifndef OCTET_KERNELS_AVX512VNNI_AVX512VNNI_KERNELS_H_
#define OCTET_KERNELS_AVX512VNNI_AVX512VNNI_KERNELS_H_

#include "kernels/depthwise_conv.h"
#include "kernels/elementwise.h"
#include "kernels/gemm.h"
#include "kernels/pooling.h"

namespace octet::avx512vnni {

void Gemm6x64(const GemmArgs& args);
void Gemm8x32(const GemmArgs& args);
void Gemm8x16(const GemmArgs& args);
void AccumulateGemm6x64(const GemmArgs& args);
void DepthwiseConv3x3Stride1(const DepthwiseConvArgs& args);
void DepthwiseConv3x3Stride2(const DepthwiseConvArgs& args);
void DepthwiseConv5x5Stride1(const DepthwiseConvArgs& args);
void DepthwiseConv5x5Stride2(const DepthwiseConvArgs& args);
void DepthwiseConv7x7Stride1(const DepthwiseConvArgs& args);
void DepthwiseConv7x7Stride2(const DepthwiseConvArgs& args);
void DepthwiseConvAny(const DepthwiseConvArgs& args);
void MaxPool(const PoolArgs& args);
void AveragePool(const PoolArgs& args);
void Add(const AddArgs& args);
void Mul(const MulArgs& args);
void Requantize(const RequantizeArgs& args);
void Lookup(const LookupArgs& args);

}  // namespace octet::avx512vnni

#endif  // OCTET_KERNELS_AVX512VNNI_AVX512VNNI_KERNELS_H_
