// accumulate_gemm with int16 weights, for layers of rounding TFLITE whose
// weights have a zero point or are -128. Activations are widened into the
// workspace once a call, each pixel's runs one behind the other.

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

#include "kernels/gemm.h"
#include "kernels/neon/gemm_panel.h"
#include "kernels/neon/neon_kernels.h"
#include "kernels/neon/wide_products.h"

namespace octet::neon {
namespace {

constexpr size_t kNr = kWideNr;

// A store may spill into what the next run overwrites; behind the last one the
// workspace has slack.
void WidenRuns(const GemmArgs& args) {
  int16_t* to = static_cast<int16_t*>(args.workspace);
  for (size_t i = 0; i < args.m; ++i) {
    for (size_t r = 0; r < args.num_runs; ++r, to += args.run_length) {
      const int8_t* from =
          static_cast<const int8_t*>(args.runs[r].base) +
          static_cast<ptrdiff_t>(i) * args.runs[r].pixel_stride;
      for (size_t j = 0; j < args.run_length; j += 16) {
        const int8x16_t bytes = LoadBytes(from + j);
        vst1q_s16(to + j, WidenLow(bytes));
        vst1q_s16(to + j + 8, WidenHigh(bytes));
      }
    }
  }
}

}  // namespace

void AccumulateGemmWide(const GemmArgs& args) {
  WidenRuns(args);
  WideOperands in = {};
  in.activations = static_cast<const uint8_t*>(args.workspace);
  in.k = args.num_runs * args.run_length;
  in.row_bytes = 2 * in.k;
  const uint8_t* panel = static_cast<const uint8_t*>(args.packed_weights);
  uint8_t* to = static_cast<uint8_t*>(args.output);
  for (size_t c = 0; c < args.n; c += kNr, panel += args.panel_bytes) {
    in.start = panel;
    in.weights = panel + PanelLayoutOf(kNr).weights;
    if (args.n - c >= kNr) {
      MultiplyWide(in, args.m, to, static_cast<size_t>(args.output_stride));
    } else {
      int32_t sums[kWideMr * kNr];
      MultiplyWide(in, args.m, reinterpret_cast<uint8_t*>(sums), 4 * kNr);
      CopySums<kNr>(sums, args.m, args.n - c, to, args.output_stride);
    }
    to += 4 * kNr;
  }
}

}  // namespace octet::neon
