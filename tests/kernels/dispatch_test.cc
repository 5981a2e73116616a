// The choice of tables and kernels.

#include "kernels/dispatch.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "tests/kernels/guarded_buffer.h"

namespace octet {
namespace {

std::vector<IsaEntry> List() {
  size_t count = 0;
  const IsaEntry* list = IsaList(&count);
  return std::vector<IsaEntry>(list, list + count);
}

std::vector<const KernelTable*> SupportedTables() {
  std::vector<const KernelTable*> tables;
  for (const IsaEntry& entry : List()) {
    if (entry.cpu_supports()) tables.push_back(entry.table);
  }
  return tables;
}

// The tables whose kernels may run in a plan that `leading` leads, best first.
std::vector<const KernelTable*> TablesBehind(const KernelTable* leading) {
  std::vector<const KernelTable*> tables;
  bool reached = false;
  for (const KernelTable* table : SupportedTables()) {
    reached = reached || table == leading;
    const bool fits = table->form == leading->form || table->serves_both_forms;
    if (reached && fits) tables.push_back(table);
  }
  return tables;
}

TEST(DispatchTest, TheListEndsWithAWholeScalarTable) {
  const KernelTable& last = *List().back().table;
  EXPECT_STREQ(last.isa, "scalar");
  EXPECT_TRUE(List().back().cpu_supports());
  EXPECT_TRUE(last.serves_both_forms);
  EXPECT_GT(last.num_gemm, 0u);
  EXPECT_GT(last.num_depthwise_conv, 0u);
  for (bool present :
       {last.max_pool != nullptr, last.average_pool != nullptr,
        last.add != nullptr, last.mul != nullptr, last.requantize != nullptr,
        last.lookup != nullptr, last.softmax != nullptr,
        last.quantize != nullptr, last.dequantize != nullptr}) {
    EXPECT_TRUE(present);
  }
}

TEST(DispatchTest, NamesAreOfTheProjectAndDistinct) {
  const std::set<std::string> words = {
      "scalar", "avx2", "avxvnni", "avx512vnni", "neon", "neondot", "i8mm"};
  std::set<std::string> seen;
  for (const IsaEntry& entry : List()) {
    EXPECT_EQ(words.count(entry.table->isa), 1u) << entry.table->isa;
    EXPECT_TRUE(seen.insert(entry.table->isa).second) << entry.table->isa;
  }
}

TEST(DispatchTest, TheBestTableIsTheFirstThatTheCpuSupports) {
  EXPECT_EQ(BestTable(), SupportedTables().front());
}

TEST(DispatchTest, FindTable) {
  for (const IsaEntry& entry : List()) {
    EXPECT_EQ(FindTable(entry.table->isa),
              entry.cpu_supports() ? entry.table : nullptr);
  }
  for (const char* unknown : {"", "sse9", "SCALAR", "scalar ", "scala"}) {
    EXPECT_EQ(FindTable(unknown), nullptr) << unknown;
  }
}

TEST(DispatchTest, FormatSupportedIsas) {
  std::string expected;
  for (const KernelTable* table : SupportedTables()) {
    expected += (expected.empty() ? "" : ", ") + std::string(table->isa);
  }
  char text[256];
  FormatSupportedIsas(text, sizeof(text));
  EXPECT_EQ(text, expected);
  // A buffer that is too small gets a beginning and its final 0.
  for (size_t size = 1; size <= expected.size(); ++size) {
    const GuardedBuffer small(size, GuardedBuffer::Flush::kBack);
    char* buffer = reinterpret_cast<char*>(small.data());
    FormatSupportedIsas(buffer, size);
    EXPECT_EQ(buffer, expected.substr(0, size - 1));
  }
  FormatSupportedIsas(nullptr, 0);
}

// The entry of the first table that has one.
template <typename Function>
Function FirstOf(const std::vector<const KernelTable*>& tables,
                 Function KernelTable::*entry) {
  for (const KernelTable* table : tables) {
    if (table->*entry != nullptr) return table->*entry;
  }
  return nullptr;
}

TEST(DispatchTest, ResolvedKernelsAreThoseOfTheFirstTableThatHasThem) {
  for (const KernelTable* leading : SupportedTables()) {
    const KernelSet set = ResolveKernels(leading);
    const std::vector<const KernelTable*> tables = TablesBehind(leading);
    EXPECT_EQ(set.leading, leading);
    EXPECT_EQ(set.form, leading->form);
    EXPECT_EQ(set.max_pool, FirstOf(tables, &KernelTable::max_pool));
    EXPECT_EQ(set.average_pool, FirstOf(tables, &KernelTable::average_pool));
    EXPECT_EQ(set.add, FirstOf(tables, &KernelTable::add));
    EXPECT_EQ(set.mul, FirstOf(tables, &KernelTable::mul));
    EXPECT_EQ(set.requantize, FirstOf(tables, &KernelTable::requantize));
    EXPECT_EQ(set.lookup, FirstOf(tables, &KernelTable::lookup));
    EXPECT_EQ(set.softmax, FirstOf(tables, &KernelTable::softmax));
    EXPECT_EQ(set.quantize, FirstOf(tables, &KernelTable::quantize));
    EXPECT_EQ(set.dequantize, FirstOf(tables, &KernelTable::dequantize));
    for (bool present :
         {set.max_pool != nullptr, set.average_pool != nullptr,
          set.add != nullptr, set.mul != nullptr, set.requantize != nullptr,
          set.lookup != nullptr, set.softmax != nullptr,
          set.quantize != nullptr, set.dequantize != nullptr}) {
      EXPECT_TRUE(present) << leading->isa;
    }
  }
}

TEST(DispatchTest, SelectAccumulateGemm) {
  for (const KernelTable* leading : SupportedTables()) {
    const KernelSet set = ResolveKernels(leading);
    for (size_t m : {1, 2, 49}) {
      for (const WeightRange range :
           {WeightRange::kSymmetric, WeightRange::kInt8,
            WeightRange::kZeroPoint}) {
        const char* isa = nullptr;
        const GemmKernel* chosen =
            SelectAccumulateGemm(set, {m, 10, 1, 64}, range, &isa);
        ASSERT_NE(chosen, nullptr);
        const GemmDescriptor& kernel = chosen->descriptor;
        EXPECT_TRUE(kernel.max_m == 0 || m <= kernel.max_m) << kernel.name;
        EXPECT_TRUE(range == WeightRange::kSymmetric ||
                    kernel.weight_type == WeightType::kInt16 ||
                    (range == WeightRange::kInt8 && kernel.takes_minus_128))
            << kernel.name;
        bool found = false;  // in the table that is named, and that may serve
        for (const KernelTable* table : TablesBehind(leading)) {
          for (size_t i = 0; i < table->num_accumulate_gemm; ++i) {
            found = found || (&table->accumulate_gemm[i] == chosen &&
                              std::string(isa) == table->isa);
          }
        }
        EXPECT_TRUE(found) << isa;
      }
    }
  }
}

size_t Padded(size_t value, size_t multiple) {
  size_t padded = 0;
  while (padded < value) padded += multiple;
  return padded;
}

// m * n * k as the kernel computes them, tiles and blocks filled up.
size_t PaddedWork(const GemmDescriptor& kernel, size_t m, size_t n, size_t k) {
  const size_t step = kernel.int16_sums ? 8 : kernel.kr;
  return Padded(m, kernel.mr) * Padded(n, kernel.nr) * Padded(k, step) *
         kernel.cost_percent;
}

TEST(DispatchTest, SelectGemmPicksTheLeastPaddedWork) {
  for (const KernelTable* leading : SupportedTables()) {
    const KernelSet set = ResolveKernels(leading);
    const KernelTable* table = nullptr;
    for (const KernelTable* behind : TablesBehind(leading)) {
      if (table == nullptr && behind->num_gemm > 0) table = behind;
    }
    ASSERT_NE(table, nullptr);
    for (size_t m : {1, 2, 5, 6, 7, 49, 3136}) {
      for (size_t n : {1, 8, 17, 24, 1000}) {
        for (size_t k : {1, 3, 27, 512}) {
          const char* isa = nullptr;
          const GemmKernel* chosen =
              SelectGemm(set, {m, n, 1, k}, nullptr, &isa);
          ASSERT_NE(chosen, nullptr);
          EXPECT_STREQ(isa, table->isa);
          EXPECT_EQ(SelectGemm(set, {m, n, 1, k}, nullptr, nullptr), chosen);
          const size_t max_m = chosen->descriptor.max_m;
          EXPECT_TRUE(max_m == 0 || m <= max_m) << chosen->descriptor.name;
          const size_t max_n = chosen->descriptor.max_n;
          EXPECT_TRUE(max_n == 0 || n <= max_n) << chosen->descriptor.name;
          const size_t work = PaddedWork(chosen->descriptor, m, n, k);
          for (size_t i = 0; i < table->num_gemm; ++i) {
            const GemmDescriptor& other = table->gemm[i].descriptor;
            if (other.max_m != 0 && m > other.max_m) continue;
            if (other.max_n != 0 && n > other.max_n) continue;
            if (other.int16_sums) continue;
            const size_t other_work = PaddedWork(other, m, n, k);
            EXPECT_LE(work, other_work) << other.name;
            EXPECT_TRUE(work < other_work || &table->gemm[i] >= chosen);
          }
        }
      }
    }
  }
}

TEST(DispatchTest, SelectDepthwiseConvFindsAKernelForEveryShape) {
  const DepthwiseConvShape shapes[] = {
      {3, 3, 1, 1, 1, 1}, {3, 3, 2, 2, 1, 1}, {3, 3, 2, 1, 1, 1},
      {3, 3, 1, 1, 2, 2}, {5, 5, 1, 1, 1, 1}, {1, 1, 1, 1, 1, 1},
      {7, 2, 3, 3, 3, 1}, {2, 3, 1, 1, 1, 1}, {200, 200, 9, 9, 300, 300}};
  const auto takes = [](uint8_t only, size_t value) {
    return only == 0 || only == value;
  };
  for (const KernelTable* leading : SupportedTables()) {
    const KernelSet set = ResolveKernels(leading);
    for (const DepthwiseConvShape& shape : shapes) {
      const char* isa = nullptr;
      const DepthwiseConvKernel* chosen = SelectDepthwiseConv(set, shape, &isa);
      ASSERT_NE(chosen, nullptr);
      const DepthwiseConvDescriptor& kernel = chosen->descriptor;
      EXPECT_TRUE(takes(kernel.kernel_h, shape.kernel_h) &&
                  takes(kernel.kernel_w, shape.kernel_w) &&
                  takes(kernel.stride_h, shape.stride_h) &&
                  takes(kernel.stride_w, shape.stride_w) &&
                  takes(kernel.dilation_h, shape.dilation_h) &&
                  takes(kernel.dilation_w, shape.dilation_w))
          << kernel.name;
      // It is a kernel of the table that is named, and that may stand in.
      bool found = false;
      for (const KernelTable* table : TablesBehind(leading)) {
        for (size_t i = 0; i < table->num_depthwise_conv; ++i) {
          found = found || (&table->depthwise_conv[i] == chosen &&
                            std::string(isa) == table->isa);
        }
      }
      EXPECT_TRUE(found) << isa;
    }
  }
}

// Of a table that has such a kernel: small weights take it, and those that need
// an extra step everywhere do not.
TEST(DispatchTest, WeightsDecideAboutInt16Sums) {
  constexpr size_t kChannels = 64;
  for (const KernelTable* table : SupportedTables()) {
    bool has_int16_sums = false;
    for (size_t i = 0; i < table->num_gemm; ++i) {
      has_int16_sums |= table->gemm[i].descriptor.int16_sums;
    }
    if (!has_int16_sums) continue;
    const std::vector<int32_t> bias(kChannels, 0);
    for (const int8_t weight : {32, 127}) {
      const std::vector<int8_t> values(kChannels * kChannels, weight);
      LayerWeights weights = {};
      weights.n = kChannels;
      weights.weights = values.data();
      weights.channel_stride = kChannels;
      weights.bias = bias.data();
      const GemmKernel* chosen =
          SelectGemm(ResolveKernels(table), {49, kChannels, 1, kChannels},
                     &weights, nullptr);
      EXPECT_EQ(chosen->descriptor.int16_sums, weight == 32)
          << table->isa << ", weights of " << int{weight};
    }
  }
}

}  // namespace
}  // namespace octet
