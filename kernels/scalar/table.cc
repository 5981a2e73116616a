#include "kernels/instruction_sets.h"
#include "kernels/scalar/scalar_kernels.h"

namespace octet {
namespace {

constexpr GemmKernel kGemm[] = {
    {{"4x8", 4, 8, 1, WeightType::kInt8, nullptr, nullptr, 0}, scalar::Gemm4x8},
};

constexpr DepthwiseConvKernel kDepthwiseConv[] = {
    {{"any", 8, 1, WeightType::kInt8, nullptr, nullptr, /*max_rows=*/1, 0, 0, 0,
      0, 0, 0},
     scalar::DepthwiseConvAny},
};

constexpr GemmKernel kAccumulateGemm[] = {
    {{"4x8", 4, 8, 1, WeightType::kInt16, nullptr, nullptr, 0},
     scalar::AccumulateGemm4x8},
};

constexpr DepthwiseConvKernel kAccumulateDepthwiseConv = {
    {"any", 8, 1, WeightType::kInt16, nullptr, nullptr, /*max_rows=*/1, 0, 0, 0,
     0, 0, 0},
    scalar::AccumulateDepthwiseConvAny};

}  // namespace

const KernelTable kScalarTable = {
    .isa = "scalar",
    .form = ActivationForm::kS8,
    .serves_both_forms = true,
    .gemm = kGemm,
    .num_gemm = 1,
    .accumulate_gemm = kAccumulateGemm,
    .num_accumulate_gemm = 1,
    .depthwise_conv = kDepthwiseConv,
    .num_depthwise_conv = 1,
    .max_pool = scalar::MaxPool,
    .average_pool = scalar::AveragePool,
    .add = scalar::Add,
    .mul = scalar::Mul,
    .requantize = scalar::Requantize,
    .lookup = scalar::Lookup,
    .softmax = scalar::Softmax,
    .quantize = scalar::Quantize,
    .dequantize = scalar::Dequantize,
    .tflite =
        {
            .accumulate_depthwise_conv = &kAccumulateDepthwiseConv,
            .output = scalar::TfliteOutput,
            .add = scalar::TfliteAdd,
            .requantize = scalar::TfliteRequantize,
            .softmax = scalar::TfliteSoftmax,
            .average_pool = scalar::TfliteAveragePool,
            .mean = scalar::TfliteMean,
        },
};

}  // namespace octet
