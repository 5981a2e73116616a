#include "kernels/i8mm/i8mm_kernels.h"
#include "kernels/instruction_sets.h"
#include "kernels/neon/gemm_panel.h"

namespace octet {
namespace {

constexpr GemmDescriptor Gemm(const char* name, size_t mr, size_t nr,
                              size_t cost_percent) {
  return {.name = name,
          .mr = mr,
          .nr = nr,
          .kr = 8,
          .weight_type = WeightType::kInt8,
          .accumulator_order = nullptr,
          .multiplier_order = nullptr,
          // Which is counted for one tile: all activations of a call.
          .workspace_bytes_per_k = neon::kMaxCallPixels / mr,
          .max_m = 0,
          .max_n = 0,
          .call_m = neon::kMaxCallPixels / mr * mr,
          .takes_minus_128 = true,
          .cost_percent = cost_percent};
}

constexpr GemmKernel kGemm[] = {
    {Gemm("6x16", 6, 16, 100), i8mm::Gemm6x16},
    // For layers of 8, 24, 40 ... channels.
    {Gemm("8x8", 8, 8, 120), i8mm::Gemm8x8},
};

constexpr GemmKernel kAccumulateGemm[] = {
    {kGemm[0].descriptor, i8mm::AccumulateGemm6x16},
    {kGemm[1].descriptor, i8mm::AccumulateGemm8x8},
};

}  // namespace

const KernelTable kI8mmTable = {
    .isa = "i8mm",
    .form = ActivationForm::kS8,
    .serves_both_forms = false,
    .gemm = kGemm,
    .num_gemm = sizeof(kGemm) / sizeof(kGemm[0]),
    .accumulate_gemm = kAccumulateGemm,
    .num_accumulate_gemm = sizeof(kAccumulateGemm) / sizeof(kAccumulateGemm[0]),
    // Not matrix products: the tables behind this one serve.
    .depthwise_conv = nullptr,
    .num_depthwise_conv = 0,
    .max_pool = nullptr,
    .average_pool = nullptr,
    .add = nullptr,
    .mul = nullptr,
    .requantize = nullptr,
    .lookup = nullptr,
    .softmax = nullptr,
    .quantize = nullptr,
    .dequantize = nullptr,
};

}  // namespace octet
