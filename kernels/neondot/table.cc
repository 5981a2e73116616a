#include "kernels/instruction_sets.h"
#include "kernels/neon/gemm_panel.h"
#include "kernels/neondot/neondot_kernels.h"
#include "kernels/vnni/depthwise_columns.h"

namespace octet {
namespace {

constexpr GemmDescriptor Gemm(const char* name, size_t mr, size_t nr) {
  return {.name = name,
          .mr = mr,
          .nr = nr,
          .kr = 4,
          .weight_type = WeightType::kInt8,
          .accumulator_order = nullptr,
          .multiplier_order = nullptr,
          .workspace_bytes_per_k = 0,
          .max_m = 0,
          .max_n = 0,
          .call_m = neon::kMaxCallPixels,
          .takes_minus_128 = true};
}

constexpr GemmKernel kGemm[] = {
    {Gemm("4x16", 4, 16), neondot::Gemm4x16},
    // For layers of 8, 24, 40 ... channels.
    {Gemm("8x8", 8, 8), neondot::Gemm8x8},
};

constexpr GemmKernel kAccumulateGemm[] = {
    {kGemm[0].descriptor, neondot::AccumulateGemm4x16},
    {kGemm[1].descriptor, neondot::AccumulateGemm8x8},
};

// Groups of four taps: see depthwise_conv_3x3.cc.
constexpr uint8_t kTapOrder3x3Stride1[24] = {
    0,      3, 6, kNoTap,  // column 0, output row a
    kNoTap, 0, 3, 6,       // output row b
    1,      4, 7, kNoTap,  // column 1
    kNoTap, 1, 4, 7,       //
    2,      5, 8, kNoTap,  // column 2
    kNoTap, 2, 5, 8};
// A column a group.
constexpr uint8_t kTapOrder3x3Stride2[12] = {0, 3, 6, kNoTap,  //
                                             1, 4, 7, kNoTap,  //
                                             2, 5, 8, kNoTap};

constexpr DepthwiseConvDescriptor Depthwise3x3(const char* name, size_t nr,
                                               uint8_t stride,
                                               const uint8_t* tap_order,
                                               size_t tap_positions) {
  return {.name = name,
          .nr = nr,
          .kr = 4,
          .weight_type = WeightType::kInt8,
          .accumulator_order = nullptr,
          .multiplier_order = nullptr,
          .max_rows = 8,
          .kernel_h = 3,
          .kernel_w = 3,
          .stride_h = stride,
          .stride_w = stride,
          .dilation_h = 1,
          .dilation_w = 1,
          .tap_order = tap_order,
          .tap_positions = tap_positions,
          .pads = true};
}

// vnni::ColumnDescriptor says for which size and stride.
constexpr DepthwiseConvDescriptor kColumns =
    Depthwise3x3("columns", 16, 0, nullptr, 0);
constexpr auto kTapOrder5x5Stride1 = vnni::MakeColumnTapOrder<5, 1>();
constexpr auto kTapOrder5x5Stride2 = vnni::MakeColumnTapOrder<5, 2>();
constexpr auto kTapOrder7x7Stride1 = vnni::MakeColumnTapOrder<7, 1>();
constexpr auto kTapOrder7x7Stride2 = vnni::MakeColumnTapOrder<7, 2>();

constexpr DepthwiseConvKernel kDepthwiseConv[] = {
    {Depthwise3x3("3x3s1", 8, 1, kTapOrder3x3Stride1,
                  sizeof(kTapOrder3x3Stride1)),
     neondot::DepthwiseConv3x3Stride1},
    {Depthwise3x3("3x3s2", 16, 2, kTapOrder3x3Stride2,
                  sizeof(kTapOrder3x3Stride2)),
     neondot::DepthwiseConv3x3Stride2},
    {vnni::ColumnDescriptor<5, 1>(kColumns, "5x5s1", kTapOrder5x5Stride1),
     neondot::DepthwiseConvWindow},
    {vnni::ColumnDescriptor<5, 2>(kColumns, "5x5s2", kTapOrder5x5Stride2),
     neondot::DepthwiseConvWindow},
    {vnni::ColumnDescriptor<7, 1>(kColumns, "7x7s1", kTapOrder7x7Stride1),
     neondot::DepthwiseConvWindow},
    {vnni::ColumnDescriptor<7, 2>(kColumns, "7x7s2", kTapOrder7x7Stride2),
     neondot::DepthwiseConvWindow},
};

}  // namespace

const KernelTable kNeonDotTable = {
    .isa = "neondot",
    .form = ActivationForm::kS8,
    .serves_both_forms = false,
    .gemm = kGemm,
    .num_gemm = sizeof(kGemm) / sizeof(kGemm[0]),
    .accumulate_gemm = kAccumulateGemm,
    .num_accumulate_gemm = sizeof(kAccumulateGemm) / sizeof(kAccumulateGemm[0]),
    .depthwise_conv = kDepthwiseConv,
    .num_depthwise_conv = sizeof(kDepthwiseConv) / sizeof(kDepthwiseConv[0]),
    // Without dot products: the neon table's.
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
