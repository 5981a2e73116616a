#include "kernels/avx512vnni/avx512vnni_kernels.h"
#include "kernels/instruction_sets.h"
#include "kernels/vnni/depthwise_columns.h"

namespace octet {
namespace {

struct Order64 {
  uint8_t at[64];
};

// Channels at the positions of a panel of 64 with four accumulators, so that
// packing twice within 128-bit lanes puts them in order: accumulator v holds
// channels 16 i + 4 v ... + 3 in lane i.
constexpr Order64 MakeAccumulatorOrder() {
  Order64 order = {};
  for (int v = 0; v < 4; ++v) {
    for (int i = 0; i < 16; ++i) {
      order.at[16 * v + i] = static_cast<uint8_t>(16 * (i / 4) + 4 * v + i % 4);
    }
  }
  return order;
}

// The same for the multipliers of the two vectors after the first packing.
constexpr Order64 MakeMultiplierOrder() {
  Order64 order = {};
  for (int v = 0; v < 2; ++v) {
    for (int i = 0; i < 32; ++i) {
      order.at[32 * v + i] = static_cast<uint8_t>(16 * (i / 8) + 8 * v + i % 8);
    }
  }
  return order;
}

constexpr Order64 kAccumulatorOrder = MakeAccumulatorOrder();
constexpr Order64 kMultiplierOrder = MakeMultiplierOrder();

constexpr size_t kCallPixels = 96;

constexpr GemmKernel kGemm[] = {
    {{.name = "6x64",
      .mr = 6,
      .nr = 64,
      .kr = 4,
      .weight_type = WeightType::kInt8,
      .accumulator_order = kAccumulatorOrder.at,
      .multiplier_order = kMultiplierOrder.at,
      .workspace_bytes_per_k = 0,
      .max_m = 0,
      .max_n = 0,
      .call_m = kCallPixels,
      .in_order_up_to = 48,
      .takes_minus_128 = true},
     avx512vnni::Gemm6x64},
    {{.name = "8x32",
      .mr = 8,
      .nr = 32,
      .kr = 4,
      .weight_type = WeightType::kInt8,
      .accumulator_order = nullptr,
      .multiplier_order = nullptr,
      .workspace_bytes_per_k = 0,
      .max_m = 0,
      .max_n = 32,
      .call_m = kCallPixels,
      .takes_minus_128 = true},
     avx512vnni::Gemm8x32},
    {{.name = "8x16",
      .mr = 8,
      .nr = 16,
      .kr = 4,
      .weight_type = WeightType::kInt8,
      .accumulator_order = nullptr,
      .multiplier_order = nullptr,
      .workspace_bytes_per_k = 0,
      .max_m = 0,
      .max_n = 16,
      .call_m = kCallPixels,
      .takes_minus_128 = true},
     avx512vnni::Gemm8x16},
};

// Sums are stored as they are, so that no order is permuted.
constexpr GemmKernel kAccumulateGemm[] = {
    {{.name = "6x64",
      .mr = 6,
      .nr = 64,
      .kr = 4,
      .weight_type = WeightType::kInt8,
      .accumulator_order = nullptr,
      .multiplier_order = nullptr,
      .workspace_bytes_per_k = 0,
      .max_m = 0,
      .max_n = 0,
      .call_m = kCallPixels,
      .takes_minus_128 = true},
     avx512vnni::AccumulateGemm6x64},
};

// Groups of four taps: see depthwise_conv_3x3.cc.
constexpr uint8_t kTapOrder3x3Stride1[24] = {
    0,      3, 6, kNoTap,  // column 0, output row a
    kNoTap, 0, 3, 6,       // output row b
    1,      4, 7, kNoTap,  // column 1
    kNoTap, 1, 4, 7,       //
    2,      5, 8, kNoTap,  // column 2
    kNoTap, 2, 5, 8};

constexpr uint8_t kTapOrder3x3Stride2[12] = {0, 3,      6, kNoTap, 1, 4,
                                             7, kNoTap, 2, 5,      8, kNoTap};

constexpr DepthwiseConvDescriptor kDepthwiseAny = {
    .name = "any",
    .nr = 64,
    .kr = 4,
    .weight_type = WeightType::kInt8,
    .accumulator_order = kAccumulatorOrder.at,
    .multiplier_order = kMultiplierOrder.at,
    .max_rows = 1,
    .kernel_h = 0,
    .kernel_w = 0,
    .stride_h = 0,
    .stride_w = 0,
    .dilation_h = 0,
    .dilation_w = 0,
    .pads = true};

constexpr DepthwiseConvDescriptor Depthwise3x3(const char* name, uint8_t stride,
                                               size_t max_rows,
                                               const uint8_t* tap_order,
                                               size_t tap_positions) {
  DepthwiseConvDescriptor descriptor = kDepthwiseAny;
  descriptor.name = name;
  descriptor.max_rows = max_rows;
  descriptor.kernel_h = descriptor.kernel_w = 3;
  descriptor.stride_h = descriptor.stride_w = stride;
  descriptor.dilation_h = descriptor.dilation_w = 1;
  descriptor.tap_order = tap_order;
  descriptor.tap_positions = tap_positions;
  return descriptor;
}

constexpr auto kTapOrder5x5Stride1 = vnni::MakeColumnTapOrder<5, 1>();
constexpr auto kTapOrder5x5Stride2 = vnni::MakeColumnTapOrder<5, 2>();
constexpr auto kTapOrder7x7Stride1 = vnni::MakeColumnTapOrder<7, 1>();
constexpr auto kTapOrder7x7Stride2 = vnni::MakeColumnTapOrder<7, 2>();

constexpr DepthwiseConvKernel kDepthwiseConv[] = {
    {Depthwise3x3("3x3s1", 1, 2, kTapOrder3x3Stride1,
                  sizeof(kTapOrder3x3Stride1)),
     avx512vnni::DepthwiseConv3x3Stride1},
    {Depthwise3x3("3x3s2", 2, 2, kTapOrder3x3Stride2,
                  sizeof(kTapOrder3x3Stride2)),
     avx512vnni::DepthwiseConv3x3Stride2},
    {vnni::ColumnDescriptor<5, 1>(kDepthwiseAny, "5x5s1", kTapOrder5x5Stride1),
     avx512vnni::DepthwiseConv5x5Stride1},
    {vnni::ColumnDescriptor<5, 2>(kDepthwiseAny, "5x5s2", kTapOrder5x5Stride2),
     avx512vnni::DepthwiseConv5x5Stride2},
    {vnni::ColumnDescriptor<7, 1>(kDepthwiseAny, "7x7s1", kTapOrder7x7Stride1),
     avx512vnni::DepthwiseConv7x7Stride1},
    {vnni::ColumnDescriptor<7, 2>(kDepthwiseAny, "7x7s2", kTapOrder7x7Stride2),
     avx512vnni::DepthwiseConv7x7Stride2},
    {kDepthwiseAny, avx512vnni::DepthwiseConvAny},
};

}  // namespace

const KernelTable kAvx512VnniTable = {
    .isa = "avx512vnni",
    .form = ActivationForm::kU8,
    .serves_both_forms = false,
    .gemm = kGemm,
    .num_gemm = sizeof(kGemm) / sizeof(kGemm[0]),
    .accumulate_gemm = kAccumulateGemm,
    .num_accumulate_gemm = 1,
    .depthwise_conv = kDepthwiseConv,
    .num_depthwise_conv = sizeof(kDepthwiseConv) / sizeof(kDepthwiseConv[0]),
    .max_pool = avx512vnni::MaxPool,
    .average_pool = avx512vnni::AveragePool,
    .add = avx512vnni::Add,
    .mul = avx512vnni::Mul,
    .requantize = avx512vnni::Requantize,
    .lookup = avx512vnni::Lookup,
    // The tables behind this one are as fast.
    .softmax = nullptr,
    .quantize = nullptr,
    .dequantize = nullptr,
};

}  // namespace octet
