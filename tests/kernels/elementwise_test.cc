// Every elementwise function of every table against the reference: all values,
// all pairs of values, lengths around the widths of vectors.

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "tests/kernels/elementwise_tester.h"
#include "tests/kernels/tested_kernels.h"
#include "tests/random.h"
#include "tests/test_seed.h"

namespace octet {
namespace {

constexpr size_t kLengths[] = {1,  2,  3,  7,  8,  15,  16,  17,  31,
                               32, 33, 63, 64, 65, 127, 129, 1000};

std::vector<int8_t> RandomValues(size_t n) {
  Random random(TestSeed() + n);
  std::vector<int8_t> values;
  for (size_t i = 0; i < n; ++i) {
    values.push_back(static_cast<int8_t>(random.Between(-128, 127)));
  }
  return values;
}

// -128 ... 127, so that result i is that of q = i - 128.
std::vector<int8_t> AllValues() {
  std::vector<int8_t> values;
  for (int q = -128; q <= 127; ++q) values.push_back(static_cast<int8_t>(q));
  return values;
}

template <typename Function>
class FunctionTest : public testing::TestWithParam<Tested<Function>> {
 protected:
  Function function() const { return this->GetParam().kernel; }
  ActivationForm form() const { return this->GetParam().form; }
};

using AddTest = FunctionTest<AddFunction>;
using MulTest = FunctionTest<MulFunction>;
using RequantizeTest = FunctionTest<RequantizeFunction>;
using LookupTest = FunctionTest<LookupFunction>;
using SoftmaxTest = FunctionTest<SoftmaxFunction>;
using QuantizeTest = FunctionTest<QuantizeFunction>;
using DequantizeTest = FunctionTest<DequantizeFunction>;

reference::AddLayer TypicalAdd() {
  reference::AddLayer layer;
  layer.zero_point_a = -11;
  layer.zero_point_b = 40;
  layer.multiplier_a = 13001;
  layer.multiplier_b = 9973;
  layer.output.zero_point = 7;
  return layer;
}

TEST_P(AddTest, LengthsAndPlaces) {
  const reference::AddLayer layer = TypicalAdd();
  for (size_t n : kLengths) {
    const std::vector<int8_t> a = RandomValues(n);
    const std::vector<int8_t> b(a.rbegin(), a.rend());
    const auto test = [&](const ElementwiseTester& tester) {
      tester.TestAdd(function(), form(), layer, a, b);
    };
    test(ElementwiseTester());
    test(ElementwiseTester().in_place(0));
    test(ElementwiseTester().in_place(1).misalignment(5));
    test(ElementwiseTester().misalignment(n % 31));
  }
}

TEST_P(AddTest, AllPairsOfValues) {
  std::vector<int8_t> a, b;
  for (int8_t q_a : AllValues()) {
    for (int8_t q_b : AllValues()) {
      a.push_back(q_a);
      b.push_back(q_b);
    }
  }
  const int multipliers[][2] = {
      {13001, 9973}, {16384, 16384}, {32767, 32767}, {0, 20000}, {1, 32767}};
  for (int fraction_bits = 0; fraction_bits <= 6; ++fraction_bits) {
    for (const auto& pair : multipliers) {
      reference::AddLayer layer = TypicalAdd();
      layer.fraction_bits = fraction_bits;
      layer.multiplier_a = pair[0];
      layer.multiplier_b = pair[1];
      ElementwiseTester().TestAdd(function(), form(), layer, a, b);
    }
  }
  for (int zero_point : {-128, 0, 127}) {
    reference::AddLayer layer = TypicalAdd();
    layer.zero_point_a = zero_point;
    layer.zero_point_b = -1 - zero_point;
    layer.output = {zero_point, -100, 90};
    ElementwiseTester().TestAdd(function(), form(), layer, a, b);
    layer.multiplier_a = 32767;
    layer.multiplier_b = 32767;
    ElementwiseTester().TestAdd(function(), form(), layer, a, b);
  }
}

TEST_P(MulTest, LengthsAndPlaces) {
  const reference::MulLayer layer = {-11, 40, 25001, 2, {7, -128, 127}};
  for (size_t n : kLengths) {
    const std::vector<int8_t> a = RandomValues(3 * n);
    const std::vector<int8_t> b(a.rbegin(), a.rend());
    const std::vector<int8_t> row(b.begin(), b.begin() + ptrdiff_t(n));
    const auto test = [&](const ElementwiseTester& tester) {
      tester.TestMul(function(), form(), layer, 3, a, b);
      tester.TestMul(function(), form(), layer, 1, a, b);
    };
    test(ElementwiseTester());
    test(ElementwiseTester().in_place(0));
    test(ElementwiseTester().in_place(1).misalignment(5));
    test(ElementwiseTester().misalignment(n % 31));
    for (const auto& tester :
         {ElementwiseTester(), ElementwiseTester().in_place(0),
          ElementwiseTester().misalignment(n % 29)}) {
      tester.TestMul(function(), form(), layer, 3, a, row);
    }
  }
}

TEST_P(MulTest, AllPairsOfValues) {
  std::vector<int8_t> a, b;
  for (int8_t q_a : AllValues()) {
    for (int8_t q_b : AllValues()) {
      a.push_back(q_a);
      b.push_back(q_b);
    }
  }
  for (int shift = -15; shift <= 31; ++shift) {
    for (int multiplier : {0, 1 << 14, 23170, 32767}) {
      ElementwiseTester().TestMul(function(), form(),
                                  {-3, 5, multiplier, shift, {4, -20, 100}},
                                  256, a, b);
    }
  }
  for (int zero_point : {-128, 0, 127}) {
    for (int shift : {-15, -1, 0, 1, 8}) {
      for (int other : {zero_point, -1 - zero_point}) {
        ElementwiseTester().TestMul(
            function(), form(),
            {zero_point, other, 32767, shift, {other, -128, 127}}, 1, a, b);
      }
    }
  }
}

TEST_P(RequantizeTest, LengthsAndPlaces) {
  for (size_t n : kLengths) {
    const auto test = [&](const ElementwiseTester& tester) {
      tester.TestRequantize(function(), form(), 3, 29000, -6, {5, -128, 127},
                            RandomValues(n));
    };
    test(ElementwiseTester());
    test(ElementwiseTester().in_place(0));
    test(ElementwiseTester().in_place(0).misalignment(n % 31));
  }
}

TEST_P(RequantizeTest, AllValuesShiftsAndZeroPoints) {
  for (int shift = -15; shift <= 31; ++shift) {
    for (int multiplier : {0, 1 << 14, 23170, 32767}) {
      for (int zero_point : {-128, 0, 127}) {
        ElementwiseTester().TestRequantize(
            function(), form(), zero_point, multiplier, shift,
            {-1 - zero_point, -128, 127}, AllValues());
      }
      ElementwiseTester().TestRequantize(function(), form(), -2, multiplier,
                                         shift, {4, -20, 100}, AllValues());
    }
  }
}

TEST_P(LookupTest, LengthsAndPlaces) {
  // No two values alike, so that a wrong entry shows.
  std::vector<int8_t> values;
  for (int i = 0; i < 256; ++i) values.push_back(static_cast<int8_t>(i * 37));
  for (size_t n : kLengths) {
    const auto test = [&](const ElementwiseTester& tester) {
      tester.TestLookup(function(), form(), values, RandomValues(n));
    };
    test(ElementwiseTester());
    test(ElementwiseTester().in_place(0).misalignment(n % 31));
  }
  ElementwiseTester().TestLookup(function(), form(), values, AllValues());
}

std::vector<uint16_t> ExpTable(double scale) {
  std::vector<uint16_t> table;
  for (int d = 0; d < 256; ++d) {
    table.push_back(
        static_cast<uint16_t>(std::lround(65535 * std::exp(-d * scale))));
  }
  return table;
}

TEST_P(SoftmaxTest, RowsAndLengths) {
  for (double scale : {0.001, 0.03, 0.1, 1.0}) {
    for (size_t n : kLengths) {
      for (size_t rows : {1, 3}) {
        const auto test = [&](const ElementwiseTester& tester) {
          tester.TestSoftmax(function(), form(), n, ExpTable(scale),
                             RandomValues(rows * n));
        };
        test(ElementwiseTester());
        test(ElementwiseTester().in_place(0).misalignment(n % 31));
      }
    }
  }
}

TEST_P(SoftmaxTest, Extremes) {
  const std::vector<uint16_t> sharp = ExpTable(100);  // all but d = 0 are 0
  const std::vector<uint16_t> flat(256, 65535);
  std::vector<uint16_t> tiny(256, 0);
  tiny[0] = 1;
  for (const auto& table : {sharp, flat, tiny}) {
    for (int8_t q : {-128, 0, 127}) {
      for (size_t n : {1, 2, 255, 1000}) {
        ElementwiseTester().TestSoftmax(function(), form(), n, table,
                                        std::vector<int8_t>(n, q));
      }
    }
    ElementwiseTester().TestSoftmax(function(), form(), 256, table,
                                    AllValues());
    ElementwiseTester().TestSoftmax(function(), form(), 2, table,
                                    {-128, 127, 127, -128});
  }
  // 65535 * 70000 needs 33 bits.
  ElementwiseTester().TestSoftmax(function(), form(), 70000, flat,
                                  std::vector<int8_t>(70000, 5));
}

TEST_P(QuantizeTest, HalvesLimitsAndNoNumbers) {
  const float infinity = std::numeric_limits<float>::infinity();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  std::vector<float> input = {0.0f,
                              -0.0f,
                              nan,
                              -nan,
                              infinity,
                              -infinity,
                              1e30f,
                              -1e30f,
                              std::numeric_limits<float>::max(),
                              std::numeric_limits<float>::lowest(),
                              std::numeric_limits<float>::denorm_min(),
                              1023.5f,
                              1024.0f,
                              -1024.5f};
  for (int i = -1100; i <= 1100; ++i) {
    const float half = static_cast<float>(i) * 0.5f;
    input.push_back(half);
    input.push_back(std::nextafter(half, infinity));
    input.push_back(std::nextafter(half, -infinity));
  }
  for (float scale : {1.0f, 0.5f, 2.0f, 0.0123f, 3.7e-5f, 1e20f, 1e-30f}) {
    for (int zero_point : {-128, -3, 0, 127}) {
      ElementwiseTester().TestQuantize(function(), form(), scale, zero_point,
                                       input);
      std::vector<float> scaled = input;
      for (float& value : scaled) value *= scale;
      ElementwiseTester().TestQuantize(function(), form(), scale, zero_point,
                                       scaled);
    }
  }
}

TEST_P(QuantizeTest, LengthsAndPlaces) {
  for (size_t n : kLengths) {
    std::vector<float> input;
    for (int8_t q : RandomValues(n)) {
      input.push_back(static_cast<float>(q) * 0.0371f);
    }
    for (size_t misalignment : {0, 4, 12, 28}) {
      ElementwiseTester()
          .misalignment(misalignment)
          .TestQuantize(function(), form(), 0.0311f, -5, input);
    }
  }
}

TEST_P(DequantizeTest, AllValuesLengthsAndPlaces) {
  for (float scale : {1.0f, 0.0123f, 3.7e-39f, 1e36f}) {
    for (int zero_point : {-128, 0, 127}) {
      ElementwiseTester().TestDequantize(function(), form(), scale, zero_point,
                                         AllValues());
    }
  }
  for (size_t n : kLengths) {
    ElementwiseTester().misalignment(n % 31).TestDequantize(
        function(), form(), 0.37f, 11, RandomValues(n));
  }
}

#define OCTET_TEST_FUNCTIONS(Suite, entry)                                    \
  INSTANTIATE_TEST_SUITE_P(                                                   \
      Tables, Suite, testing::ValuesIn(TestedFunctions(&KernelTable::entry)), \
      NameOfTested())

OCTET_TEST_FUNCTIONS(AddTest, add);
OCTET_TEST_FUNCTIONS(MulTest, mul);
OCTET_TEST_FUNCTIONS(RequantizeTest, requantize);
OCTET_TEST_FUNCTIONS(LookupTest, lookup);
OCTET_TEST_FUNCTIONS(SoftmaxTest, softmax);
OCTET_TEST_FUNCTIONS(QuantizeTest, quantize);
OCTET_TEST_FUNCTIONS(DequantizeTest, dequantize);

}  // namespace
}  // namespace octet
