// The kernels of the avxvnni table: vpdpbusd on vectors of 256 bits, in the VEX
// form that CPUs without AVX-512 have. Activations are u8 (byte = q + 128); the
// contracts stand in kernels/*.h. What is left out here, the avx2 table has.

#ifndef OCTET_KERNELS_AVXVNNI_AVXVNNI_KERNELS_H_
#define OCTET_KERNELS_AVXVNNI_AVXVNNI_KERNELS_H_

#include "kernels/depthwise_conv.h"
#include "kernels/gemm.h"

namespace octet::avxvnni {

void Gemm3x32(const GemmArgs& args);
void Gemm6x16(const GemmArgs& args);
void AccumulateGemm3x32(const GemmArgs& args);
void DepthwiseConv3x3Stride1(const DepthwiseConvArgs& args);
void DepthwiseConv3x3Stride2(const DepthwiseConvArgs& args);
void DepthwiseConv5x5Stride1(const DepthwiseConvArgs& args);
void DepthwiseConv5x5Stride2(const DepthwiseConvArgs& args);
void DepthwiseConv7x7Stride1(const DepthwiseConvArgs& args);
void DepthwiseConv7x7Stride2(const DepthwiseConvArgs& args);

}  // namespace octet::avxvnni

#endif  // OCTET_KERNELS_AVXVNNI_AVXVNNI_KERNELS_H_
