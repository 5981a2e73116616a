// gemm for one pixel, a matrix times a vector: bound by the memory that the
// weights come from, so they stay int8 and are widened on the way to the
// multiplication. A panel of 32 channels is read as one stream.

#include <immintrin.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "kernels/avx2/avx2_kernels.h"
#include "kernels/avx2/vector_stage.h"
#include "kernels/avx2/widen.h"

namespace octet::avx2 {
namespace {

constexpr size_t kNr = 32;
constexpr size_t kKr = 2;
constexpr PanelLayout kLayout = PanelLayoutOf(kNr);

// The sums of 32 channels, in the panel's order.
struct Sums {
  __m256i sum0, sum1, sum2, sum3;
};

static inline __m256i MultiplyAdd(__m256i sum, __m256i pair,
                                  const uint8_t* weights) {
  const __m256i wide = _mm256_cvtepi8_epi16(Load128(weights));
  return _mm256_add_epi32(sum, _mm256_madd_epi16(pair, wide));
}

static inline Sums Accumulate(const uint8_t* activations, size_t pairs,
                              const uint8_t* panel) {
  Sums s = {Load256(panel), Load256(panel + 32), Load256(panel + 64),
            Load256(panel + 96)};
  const uint8_t* weights = panel + kLayout.weights;
  for (size_t k = 0; k < pairs; ++k, activations += 4, weights += kNr * kKr) {
    const __m256i pair = BroadcastPair(activations);
    s.sum0 = MultiplyAdd(s.sum0, pair, weights);
    s.sum1 = MultiplyAdd(s.sum1, pair, weights + 16);
    s.sum2 = MultiplyAdd(s.sum2, pair, weights + 32);
    s.sum3 = MultiplyAdd(s.sum3, pair, weights + 48);
  }
  return s;
}

// The residual's bytes, where there is one, are those of the panel.
template <bool kLeft>
static inline __m256i PanelToBytes(const Sums& s, const uint8_t* panel,
                                   const VectorStage& stage,
                                   const VectorResidual& residual) {
  const uint8_t* shift = panel + kLayout.shift;
  const uint8_t* multiplier = panel + kLayout.multiplier;
  const __m256i r0 = ScaleSums<kLeft>(s.sum0, s.sum1, Load256(shift),
                                      Load256(shift + 32), Load256(multiplier));
  const __m256i r1 =
      ScaleSums<kLeft>(s.sum2, s.sum3, Load256(shift + 64), Load256(shift + 96),
                       Load256(multiplier + 32));
  if (residual.bytes == nullptr) {
    return ToBytes(RoundToWords(r0, stage), RoundToWords(r1, stage), stage);
  }
  const Words words = Widen(Load256(residual.bytes));
  return ToBytes(AddResidual(r0, words.part0, residual, stage),
                 AddResidual(r1, words.part1, residual, stage), stage);
}

}  // namespace

void Gemm1x32(const GemmArgs& args) {
  const size_t pairs = WidenRuns(args, kKr) / kKr;
  const VectorStage stage = MakeVectorStage(args);
  VectorResidual residual = MakeVectorResidual(args.residual);
  const uint8_t* activations = static_cast<const uint8_t*>(args.workspace);
  const uint8_t* panel = static_cast<const uint8_t*>(args.packed_weights);
  uint8_t* output = static_cast<uint8_t*>(args.output);
  for (size_t c = 0; c < args.n; c += kNr, panel += args.panel_bytes) {
    const Sums s = Accumulate(activations, pairs, panel);
    const __m256i bytes = AnyLeftShift(args.left_shifts)
                              ? PanelToBytes<true>(s, panel, stage, residual)
                              : PanelToBytes<false>(s, panel, stage, residual);
    StoreUpTo32(output + c, bytes, args.n - c);
    if (residual.bytes != nullptr) residual.bytes += kNr;
  }
}

// The panel's channels lie in order: nothing is packed behind the sums.
void AccumulateGemm1x32(const GemmArgs& args) {
  const size_t pairs = WidenRuns(args, kKr) / kKr;
  const uint8_t* activations = static_cast<const uint8_t*>(args.workspace);
  const uint8_t* panel = static_cast<const uint8_t*>(args.packed_weights);
  uint8_t* output = static_cast<uint8_t*>(args.output);
  for (size_t left = args.n;;) {
    const Sums s = Accumulate(activations, pairs, panel);
    StoreUpTo8Sums(output, s.sum0, left);
    if (left > 8) StoreUpTo8Sums(output + 32, s.sum1, left - 8);
    if (left > 16) StoreUpTo8Sums(output + 64, s.sum2, left - 16);
    if (left > 24) StoreUpTo8Sums(output + 96, s.sum3, left - 24);
    if (left <= kNr) return;
    left -= kNr;
    panel += args.panel_bytes;
    output += 4 * kNr;
  }
}

}  // namespace octet::avx2
