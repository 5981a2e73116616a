// The kernels of the i8mm table: what SMMLA makes faster than the neondot
// table, which serves the rest. Activations are s8; the contracts stand in
// kernels/*.h.

#ifndef OCTET_KERNELS_I8MM_I8MM_KERNELS_H_
#define OCTET_KERNELS_I8MM_I8MM_KERNELS_H_

#include "kernels/gemm.h"

namespace octet::i8mm {

void Gemm6x16(const GemmArgs& args);
void Gemm8x8(const GemmArgs& args);
void AccumulateGemm6x16(const GemmArgs& args);
void AccumulateGemm8x8(const GemmArgs& args);

}  // namespace octet::i8mm

#endif  // OCTET_KERNELS_I8MM_I8MM_KERNELS_H_
