#include "kernels/avx2/avx2_kernels.h"
#include "kernels/instruction_sets.h"

namespace octet {
namespace {

// Channels at the positions of a panel of 16 with two accumulators, so that
// vpackssdw, which works within 128-bit lanes, puts them in order.
constexpr uint8_t kAccumulatorOrder16[16] = {0, 1, 2, 3, 8,  9,  10, 11,
                                             4, 5, 6, 7, 12, 13, 14, 15};

// The same for a panel of 32 with four accumulators and vpackuswb behind it.
constexpr uint8_t kAccumulatorOrder32[32] = {
    0, 1, 2,  3,  16, 17, 18, 19, 4,  5,  6,  7,  20, 21, 22, 23,
    8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31};
constexpr uint8_t kMultiplierOrder32[32] = {
    0, 1, 2,  3,  4,  5,  6,  7,  16, 17, 18, 19, 20, 21, 22, 23,
    8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31};

constexpr GemmKernel kGemm[] = {
    {{.name = "6x16",
      .mr = 6,
      .nr = 16,
      .kr = 2,
      .weight_type = WeightType::kInt16,
      .accumulator_order = kAccumulatorOrder16,
      .multiplier_order = nullptr,
      .workspace_bytes_per_k = 2,
      .max_m = 0},
     avx2::Gemm6x16},
    {{.name = "1x32",
      .mr = 1,
      .nr = 32,
      .kr = 2,
      .weight_type = WeightType::kInt8,
      .accumulator_order = kAccumulatorOrder32,
      .multiplier_order = kMultiplierOrder32,
      .workspace_bytes_per_k = 2,
      .max_m = 1},
     avx2::Gemm1x32},
};

}  // namespace

const KernelTable kAvx2Table = {
    .isa = "avx2",
    .form = ActivationForm::kU8,
    .serves_both_forms = false,
    .gemm = kGemm,
    .num_gemm = sizeof(kGemm) / sizeof(kGemm[0]),
    .depthwise_conv = nullptr,
    .num_depthwise_conv = 0,
    .max_pool = nullptr,
    .average_pool = nullptr,
    .add = nullptr,
    .requantize = nullptr,
    .lookup = nullptr,
    .softmax = nullptr,
    .quantize = nullptr,
    .dequantize = nullptr,
};

}  // namespace octet
