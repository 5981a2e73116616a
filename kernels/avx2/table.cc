#include "kernels/avx2/avx2_kernels.h"
#include "kernels/instruction_sets.h"

namespace octet {
namespace {

// A panel of 16 has two accumulators. vpackssdw, which works within 128-bit
// lanes, brings either one of the two to this order and the other to 0 ... 15.
constexpr uint8_t kLaneOrder16[16] = {0, 1, 2, 3, 8,  9,  10, 11,
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
      .accumulator_order = nullptr,
      .multiplier_order = kLaneOrder16,
      .workspace_bytes_per_k = 2,
      .max_m = 0},
     avx2::Gemm6x16},
    {{.name = "int16_sums_4x16",
      .mr = 4,
      .nr = 16,
      .kr = 4,
      .weight_type = WeightType::kInt8,
      .accumulator_order = nullptr,
      .multiplier_order = kLaneOrder16,
      .workspace_bytes_per_k = 0,
      .call_m = 60,
      .int16_sums = true,
      .cost_percent = 70},
     avx2::GemmInt16Sums4x16},
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

// Sums are stored as they are, so that no order is permuted.
constexpr GemmKernel kAccumulateGemm[] = {
    {{.name = "6x16",
      .mr = 6,
      .nr = 16,
      .kr = 2,
      .weight_type = WeightType::kInt16,
      .accumulator_order = nullptr,
      .multiplier_order = nullptr,
      .workspace_bytes_per_k = 2},
     avx2::AccumulateGemm6x16},
    {{.name = "1x32",
      .mr = 1,
      .nr = 32,
      .kr = 2,
      .weight_type = WeightType::kInt8,
      .accumulator_order = nullptr,
      .multiplier_order = nullptr,
      .workspace_bytes_per_k = 2,
      .max_m = 1},
     avx2::AccumulateGemm1x32},
};

// Pairs of taps: see depthwise_conv_3x3.cc.
constexpr uint8_t kTapOrder3x3[9] = {0, 3, 1, 4, 2, 5, 8, 7, 6};

constexpr DepthwiseConvDescriptor Depthwise3x3(const char* name,
                                               uint8_t stride) {
  return {.name = name,
          .nr = 32,
          .kr = 2,
          .weight_type = WeightType::kInt16,
          .accumulator_order = kAccumulatorOrder32,
          .multiplier_order = kMultiplierOrder32,
          .max_rows = 1,
          .kernel_h = 3,
          .kernel_w = 3,
          .stride_h = stride,
          .stride_w = stride,
          .dilation_h = 1,
          .dilation_w = 1,
          .tap_order = kTapOrder3x3};
}

constexpr DepthwiseConvDescriptor kDepthwiseAny = {
    .name = "any",
    .nr = 16,
    .kr = 2,
    .weight_type = WeightType::kInt16,
    .accumulator_order = kLaneOrder16,
    .multiplier_order = nullptr,
    .max_rows = 1,
    .kernel_h = 0,
    .kernel_w = 0,
    .stride_h = 0,
    .stride_w = 0,
    .dilation_h = 0,
    .dilation_w = 0};

constexpr DepthwiseConvKernel kDepthwiseConv[] = {
    {Depthwise3x3("3x3s1", 1), avx2::DepthwiseConv3x3Stride1},
    {Depthwise3x3("3x3s2", 2), avx2::DepthwiseConv3x3Stride2},
    {kDepthwiseAny, avx2::DepthwiseConvAny},
};

constexpr DepthwiseConvKernel kAccumulateDepthwiseConv = {
    kDepthwiseAny, avx2::AccumulateDepthwiseConv};

constexpr WinogradConvKernel kWinogradConv[] = {
    {{.name = "6x16",
      .mr = 6,
      .nr = 16,
      .kr = 2,
      .accumulator_order = nullptr,
      .multiplier_order = kLaneOrder16,
      .max_tiles = 60,
      .workspace_c = 16,
      .input_work = 80,
      .output_work = 100},
     avx2::WinogradConv6x16},
};

}  // namespace

const KernelTable kAvx2Table = {
    .isa = "avx2",
    .form = ActivationForm::kU8,
    .serves_both_forms = false,
    .gemm = kGemm,
    .num_gemm = sizeof(kGemm) / sizeof(kGemm[0]),
    .accumulate_gemm = kAccumulateGemm,
    .num_accumulate_gemm = sizeof(kAccumulateGemm) / sizeof(kAccumulateGemm[0]),
    .depthwise_conv = kDepthwiseConv,
    .num_depthwise_conv = sizeof(kDepthwiseConv) / sizeof(kDepthwiseConv[0]),
    .winograd_conv = kWinogradConv,
    .num_winograd_conv = sizeof(kWinogradConv) / sizeof(kWinogradConv[0]),
    .max_pool = avx2::MaxPool,
    .average_pool = avx2::AveragePool,
    .add = avx2::Add,
    .mul = avx2::Mul,
    .requantize = avx2::Requantize,
    .lookup = avx2::Lookup,
    .softmax = nullptr,
    .quantize = avx2::Quantize,
    .dequantize = avx2::Dequantize,
    .tflite = {.accumulate_depthwise_conv = &kAccumulateDepthwiseConv,
               .output = avx2::TfliteOutput,
               .add = avx2::TfliteAdd,
               .requantize = avx2::TfliteRequantize,
               .softmax = nullptr,
               .average_pool = nullptr,
               .mean = nullptr},
};

}  // namespace octet
