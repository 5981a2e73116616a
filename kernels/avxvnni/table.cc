#include "kernels/avxvnni/avxvnni_kernels.h"
#include "kernels/instruction_sets.h"
#include "kernels/vnni/depthwise_columns.h"

namespace octet {
namespace {

// Channels at the positions of a panel of 32 with four accumulators, so that
// packing twice within 128-bit lanes puts them in order.
constexpr uint8_t kAccumulatorOrder32[32] = {
    0, 1, 2,  3,  16, 17, 18, 19, 4,  5,  6,  7,  20, 21, 22, 23,
    8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31};
// The same for the multipliers of the two vectors after the first packing.
constexpr uint8_t kMultiplierOrder32[32] = {
    0, 1, 2,  3,  4,  5,  6,  7,  16, 17, 18, 19, 20, 21, 22, 23,
    8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31};
// Two accumulators, packed once: in order.
constexpr uint8_t kAccumulatorOrder16[16] = {0, 1, 2, 3, 8,  9,  10, 11,
                                             4, 5, 6, 7, 12, 13, 14, 15};

constexpr GemmKernel kGemm[] = {
    {{.name = "3x32",
      .mr = 3,
      .nr = 32,
      .kr = 4,
      .weight_type = WeightType::kInt8,
      .accumulator_order = kAccumulatorOrder32,
      .multiplier_order = kMultiplierOrder32,
      .workspace_bytes_per_k = 0,
      .call_m = 96,
      .takes_minus_128 = true},
     avxvnni::Gemm3x32},
    {{.name = "6x16",
      .mr = 6,
      .nr = 16,
      .kr = 4,
      .weight_type = WeightType::kInt8,
      .accumulator_order = kAccumulatorOrder16,
      .multiplier_order = nullptr,
      .workspace_bytes_per_k = 0,
      .call_m = 96,
      .takes_minus_128 = true},
     avxvnni::Gemm6x16},
};

// Sums are stored as they are, so that no order is permuted.
constexpr GemmKernel kAccumulateGemm[] = {
    {{.name = "3x32",
      .mr = 3,
      .nr = 32,
      .kr = 4,
      .weight_type = WeightType::kInt8,
      .accumulator_order = nullptr,
      .multiplier_order = nullptr,
      .workspace_bytes_per_k = 0,
      .call_m = 96,
      .takes_minus_128 = true},
     avxvnni::AccumulateGemm3x32},
};

constexpr DepthwiseConvDescriptor kColumns = {
    .name = "",
    .nr = 32,
    .kr = 4,
    .weight_type = WeightType::kInt8,
    .accumulator_order = kAccumulatorOrder32,
    .multiplier_order = kMultiplierOrder32,
    .max_rows = 0,
    .kernel_h = 0,
    .kernel_w = 0,
    .stride_h = 0,
    .stride_w = 0,
    .dilation_h = 0,
    .dilation_w = 0,
    .pads = true};

constexpr auto kTapOrder3x3Stride1 = vnni::MakeColumnTapOrder<3, 1>();
constexpr auto kTapOrder3x3Stride2 = vnni::MakeColumnTapOrder<3, 2>();
constexpr auto kTapOrder5x5Stride1 = vnni::MakeColumnTapOrder<5, 1>();
constexpr auto kTapOrder5x5Stride2 = vnni::MakeColumnTapOrder<5, 2>();
constexpr auto kTapOrder7x7Stride1 = vnni::MakeColumnTapOrder<7, 1>();
constexpr auto kTapOrder7x7Stride2 = vnni::MakeColumnTapOrder<7, 2>();

constexpr DepthwiseConvKernel kDepthwiseConv[] = {
    {vnni::ColumnDescriptor<3, 1>(kColumns, "3x3s1", kTapOrder3x3Stride1),
     avxvnni::DepthwiseConv3x3Stride1},
    {vnni::ColumnDescriptor<3, 2>(kColumns, "3x3s2", kTapOrder3x3Stride2),
     avxvnni::DepthwiseConv3x3Stride2},
    {vnni::ColumnDescriptor<5, 1>(kColumns, "5x5s1", kTapOrder5x5Stride1),
     avxvnni::DepthwiseConv5x5Stride1},
    {vnni::ColumnDescriptor<5, 2>(kColumns, "5x5s2", kTapOrder5x5Stride2),
     avxvnni::DepthwiseConv5x5Stride2},
    {vnni::ColumnDescriptor<7, 1>(kColumns, "7x7s1", kTapOrder7x7Stride1),
     avxvnni::DepthwiseConv7x7Stride1},
    {vnni::ColumnDescriptor<7, 2>(kColumns, "7x7s2", kTapOrder7x7Stride2),
     avxvnni::DepthwiseConv7x7Stride2},
};

}  // namespace

// What is empty, the avx2 table has in the same form.
const KernelTable kAvxVnniTable = {
    .isa = "avxvnni",
    .form = ActivationForm::kU8,
    .serves_both_forms = false,
    .gemm = kGemm,
    .num_gemm = sizeof(kGemm) / sizeof(kGemm[0]),
    .accumulate_gemm = kAccumulateGemm,
    .num_accumulate_gemm = 1,
    .depthwise_conv = kDepthwiseConv,
    .num_depthwise_conv = sizeof(kDepthwiseConv) / sizeof(kDepthwiseConv[0]),
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
