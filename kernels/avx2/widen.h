// Activations of the gemm kernels as pairs of int16 in the workspace.

#ifndef OCTET_KERNELS_AVX2_WIDEN_H_
#define OCTET_KERNELS_AVX2_WIDEN_H_

#include <immintrin.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "kernels/avx2/vector_stage.h"
#include "kernels/gemm.h"

namespace octet::avx2 {

// Widens the runs of all pixels into the workspace, a pixel behind the other,
// each run padded to a multiple of kr. Returns the int16 from pixel to pixel.
// What lies in the padding meets zero weights.
static inline size_t WidenRuns(const GemmArgs& args, size_t kr) {
  const size_t padded_run = (args.run_length + kr - 1) / kr * kr;
  int16_t* to = static_cast<int16_t*>(args.workspace);
  for (size_t i = 0; i < args.m; ++i) {
    for (size_t r = 0; r < args.num_runs; ++r, to += padded_run) {
      const uint8_t* from =
          static_cast<const uint8_t*>(args.runs[r].base) +
          static_cast<ptrdiff_t>(i) * args.runs[r].pixel_stride;
      // A store may spill into what the next run overwrites; behind the last
      // one the workspace has slack.
      for (size_t j = 0; j < args.run_length; j += 16) {
        Store256(to + j, _mm256_cvtepu8_epi16(Load128(from + j)));
      }
    }
  }
  return args.num_runs * padded_run;
}

static inline __m256i BroadcastPair(const void* pair) {
  int32_t both;
  std::memcpy(&both, pair, sizeof(both));
  return _mm256_set1_epi32(both);
}

}  // namespace octet::avx2

#endif  // OCTET_KERNELS_AVX2_WIDEN_H_
