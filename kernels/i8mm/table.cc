#include "kernels/i8mm/i8mm_kernels.h"
#include "kernels/instruction_sets.h"

namespace octet {
namespace {

constexpr GemmKernel kGemm[] = {
    {{.name = "6x16",
      // Four tiles of 6 pixels: the workspace, and so a call, holds mr pixels.
      .mr = 24,
      .nr = 16,
      .kr = 8,
      .weight_type = WeightType::kInt8,
      .accumulator_order = nullptr,
      .multiplier_order = nullptr,
      .workspace_bytes_per_k = 1},
     i8mm::Gemm6x16},
};

}  // namespace

const KernelTable kI8mmTable = {
    .isa = "i8mm",
    .form = ActivationForm::kS8,
    .serves_both_forms = false,
    .gemm = kGemm,
    .num_gemm = sizeof(kGemm) / sizeof(kGemm[0]),
    // Not matrix products: the tables behind this one serve.
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
