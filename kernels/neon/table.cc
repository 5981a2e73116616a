#include "kernels/instruction_sets.h"
#include "kernels/neon/gemm_panel.h"
#include "kernels/neon/neon_kernels.h"
#include "kernels/neon/wide_products.h"

namespace octet {
namespace {

constexpr GemmDescriptor Gemm(const char* name, size_t mr, size_t nr) {
  return {.name = name,
          .mr = mr,
          .nr = nr,
          .kr = 2,
          .weight_type = WeightType::kInt8,
          .accumulator_order = nullptr,
          .multiplier_order = nullptr,
          .workspace_bytes_per_k = 0,
          .max_m = 0,
          .max_n = 0,
          .call_m = neon::kMaxCallPixels};
}

constexpr GemmKernel kGemm[] = {
#if defined(__aarch64__)
    {Gemm("4x16", 4, 16), neon::Gemm4x16},
    // For layers of 8, 24, 40 ... channels.
    {Gemm("8x8", 8, 8), neon::Gemm8x8},
#else
    {Gemm("4x8", 4, 8), neon::Gemm4x8},
#endif
};

constexpr GemmKernel kAccumulateGemm[] = {
#if defined(__aarch64__)
    {kGemm[0].descriptor, neon::AccumulateGemm4x16},
    {kGemm[1].descriptor, neon::AccumulateGemm8x8},
#else
    {kGemm[0].descriptor, neon::AccumulateGemm4x8},
#endif
    {{.name = "wide",
      .mr = neon::kWideMr,
      .nr = neon::kWideNr,
      .kr = 1,
      .weight_type = WeightType::kInt16,
      .accumulator_order = nullptr,
      .multiplier_order = nullptr,
      .workspace_bytes_per_k = 2,
      // Instructions a product.
      .cost_percent = 140},
     neon::AccumulateGemmWide},
};

// kernel_size 0: any kernel, stride and dilation.
constexpr DepthwiseConvDescriptor Depthwise(const char* name,
                                            uint8_t kernel_size, uint8_t stride,
                                            size_t max_rows) {
  return {.name = name,
          .nr = 16,
          .kr = 1,
          .weight_type = WeightType::kInt8,
          .accumulator_order = nullptr,
          .multiplier_order = nullptr,
          .max_rows = max_rows,
          .kernel_h = kernel_size,
          .kernel_w = kernel_size,
          .stride_h = stride,
          .stride_w = stride,
          .dilation_h = uint8_t{kernel_size != 0},
          .dilation_w = uint8_t{kernel_size != 0},
          .pads = true};
}

constexpr DepthwiseConvKernel kDepthwiseConv[] = {
    {Depthwise("3x3s1", 3, 1, 8), neon::DepthwiseConv3x3Stride1},
    {Depthwise("3x3s2", 3, 2, 8), neon::DepthwiseConv3x3Stride2},
    {Depthwise("5x5s1", 5, 1, 8), neon::DepthwiseConv5x5Stride1},
    {Depthwise("5x5s2", 5, 2, 8), neon::DepthwiseConv5x5Stride2},
    {Depthwise("7x7s1", 7, 1, 8), neon::DepthwiseConv7x7Stride1},
    {Depthwise("7x7s2", 7, 2, 8), neon::DepthwiseConv7x7Stride2},
    {Depthwise("any", 0, 0, 1), neon::DepthwiseConvAny},
};

constexpr DepthwiseConvDescriptor WideWeights(DepthwiseConvDescriptor d) {
  d.weight_type = WeightType::kInt16;
  return d;
}

constexpr DepthwiseConvKernel kAccumulateDepthwiseConv = {
    WideWeights(Depthwise("any", 0, 0, 1)), neon::AccumulateDepthwiseConv};

constexpr WinogradConvKernel kWinogradConv[] = {
    {{
#if defined(__aarch64__)
         .name = "4x16",
         .mr = 4,
         .nr = 16,
#else
         .name = "4x8",
         .mr = 4,
         .nr = 8,
#endif
         .kr = 1,
         .accumulator_order = nullptr,
         .multiplier_order = nullptr,
         .max_tiles = 64,
         .workspace_c = 8,
         .input_work = 60,
         .output_work = 60,
         // 0.34 against 0.26 cycles in the models of A53 and A55.
         .product_percent = 130},
     neon::WinogradConv},
};

}  // namespace

const KernelTable kNeonTable = {
    .isa = "neon",
    .form = ActivationForm::kS8,
    .serves_both_forms = false,
    .gemm = kGemm,
    .num_gemm = sizeof(kGemm) / sizeof(kGemm[0]),
    .accumulate_gemm = kAccumulateGemm,
    .num_accumulate_gemm = sizeof(kAccumulateGemm) / sizeof(kAccumulateGemm[0]),
    .depthwise_conv = kDepthwiseConv,
    .num_depthwise_conv = sizeof(kDepthwiseConv) / sizeof(kDepthwiseConv[0]),
    .winograd_conv = kWinogradConv,
    .num_winograd_conv = sizeof(kWinogradConv) / sizeof(kWinogradConv[0]),
    .max_pool = neon::MaxPool,
    .average_pool = neon::AveragePool,
    .add = neon::Add,
    .mul = neon::Mul,
    .requantize = neon::Requantize,
#if defined(__aarch64__)
    .lookup = neon::Lookup,
    .softmax = nullptr,
    .quantize = neon::Quantize,
    .dequantize = neon::Dequantize,
#else
    // ARMv7: tables of 32 bytes are slower than loads, and NEON's floats are
    // not IEEE's.
    .lookup = nullptr,
    .softmax = nullptr,
    .quantize = nullptr,
    .dequantize = nullptr,
#endif
    .tflite = {.accumulate_depthwise_conv = &kAccumulateDepthwiseConv,
               .output = neon::TfliteOutput,
               .add = neon::TfliteAdd,
               .requantize = neon::TfliteRequantize,
               .softmax = nullptr,
               .average_pool = neon::TfliteAveragePool,
               .mean = neon::TfliteMean},
};

}  // namespace octet
