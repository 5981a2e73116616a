// Weights that AVX2 multiplies fastest (--avx2-safe-weights).
//
// vpmaddubsw multiplies bytes, but adds them in int16. The engine's kernel adds
// four products of a channel so, of neighbours in memory: positions 0, 1, 4, 5
// and 2, 3, 6, 7 of every 8 bytes of a run (kernels/gemm.h, int16_sums). With
// activations of 0 ... 255 that is exact if the positive ones of four weights
// add up to at most 128, and the negative ones to at least -128. Where they do
// not, the kernel takes extra steps, or another kernel runs: the result is the
// same, later.

#ifndef OCTET_CONVERTER_QUANTIZE_INT16_SUMS_H_
#define OCTET_CONVERTER_QUANTIZE_INT16_SUMS_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "converter/ir/operators.h"
#include "octet/shape.h"

namespace octet::converter {

// The weights of a run, which lie next to inputs that lie side by side: a
// kernel row, a tap of a dilated or grouped convolution, or all of a fully
// connected layer. 0 for a depthwise convolution, which has kernels of its own.
// `weights`: {n,k} or OHWI. REQUIRES: IsWeightedLayer(op).
size_t Int16SumRun(const Operator& op, const Shape& weights);

// Moves the integers of one channel towards 0 until every sum fits: step by
// step that of the four which loses least. `weights` are the real ones.
// REQUIRES: run > 0; weights.size() a multiple of it.
void FitInt16Sums(std::span<const float> weights, float scale, size_t run,
                  std::span<int8_t> values);

// `scale`, or the larger one, of a few tried, with which integers that fit have
// the smallest squared error. `weights`: a channel's, or those of all.
float ScaleForInt16Sums(std::span<const float> weights, float scale,
                        size_t run);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_QUANTIZE_INT16_SUMS_H_
