#include "kernels/instruction_sets.h"

namespace octet {

const KernelTable kAvx2Table = {
    .isa = "avx2",
    .form = ActivationForm::kU8,
    .serves_both_forms = false,
    .gemm = nullptr,
    .num_gemm = 0,
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
