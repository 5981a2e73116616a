// MatMul of INT8: on every instruction set and several divisions into parts,
// exact sums in double precision, then reference_requantize.h or one float
// multiplication; and what a file must fulfil.

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "tests/engine/damaged_file.h"
#include "tests/engine/float_network.h"
#include "tests/test_seed.h"

namespace octet {
namespace {

using reference::RealTensor;

struct Case {
  Shape a, b, output;
  int zero_point_a = 0, zero_point_b = 0;
  int16_t multiplier = 30000;
  int8_t shift = 4;
};

// How operands are filled.
enum class Fill { kRandom, kLargestSums, kSmallestSums };

std::vector<int8_t> Values(const Shape& shape, Fill fill, bool is_second,
                           int zero_point, Random& random) {
  std::vector<int8_t> values = RandomValues(shape.NumElements(), random);
  if (fill == Fill::kRandom) return values;
  // As far from the zero point as possible; the second one on the same side,
  // or on the other one.
  int8_t far = zero_point < 0 ? 127 : -128;
  if (is_second && fill == Fill::kSmallestSums) {
    far = static_cast<int8_t>(-1 - far);
  }
  std::fill(values.begin(), values.end(), far);
  return values;
}

constexpr float kScaleA = 0.37f, kScaleB = 0.011f;

void TestCase(const Case& c, Fill fill, bool to_float) {
  const std::string description =
      c.a.ToString() + " x " + c.b.ToString() + ", zero points " +
      std::to_string(c.zero_point_a) + " and " +
      std::to_string(c.zero_point_b) + ", shift " + std::to_string(c.shift) +
      ", fill " + std::to_string(static_cast<int>(fill)) +
      (to_float ? " to float" : "");
  Random random(CaseSeed(description));
  const auto a = Values(c.a, fill, false, c.zero_point_a, random);
  const auto b = Values(c.b, fill, true, c.zero_point_b, random);
  ModelBuilder builder;
  schema::MatMulT options;
  const reference::Requantization scales = {{c.multiplier}, {c.shift}};
  const reference::OutputParams stage = {-9, -120, 125};
  if (to_float) {
    options.float_clamp = std::make_unique<schema::FloatClamp>(-2e3f, 3e6f);
  } else {
    options.clamp = ToSchema(stage);
    options.requantization = ToSchema(scales);
  }
  const int first = builder.Input(c.a, {kScaleA, c.zero_point_a});
  const int second = builder.Input(c.b, {kScaleB, c.zero_point_b});
  const RealTensor sums =
      reference::MatMul(c.output, Centered(c.a, a, c.zero_point_a),
                        Centered(c.b, b, c.zero_point_b));
  if (to_float) {
    builder.Output(builder.Operator(std::move(options), {first, second},
                                    c.output, schema::DataType::FLOAT32));
    std::vector<float> expected;
    for (const double sum : sums.data) {
      const float real = static_cast<float>(sum) * (kScaleA * kScaleB);
      expected.push_back(std::clamp(real, -2e3f, 3e6f));
    }
    ExpectBytes(builder.Finish(), {BytesOf(a), BytesOf(b)}, {BytesOf(expected)},
                description);
    return;
  }
  builder.Output(builder.Operator(std::move(options), {first, second}, c.output,
                                  TestQuantization{0.125f, -9}));
  std::vector<int8_t> expected;
  for (const double sum : sums.data) {
    expected.push_back(reference::RequantizeExactly(static_cast<int64_t>(sum),
                                                    scales.MultiplierOf(0),
                                                    scales.ShiftOf(0), stage));
  }
  ExpectOutputs(builder.Finish(), {a, b}, {expected}, description);
}

void TestBoth(const Case& c, Fill fill = Fill::kRandom) {
  TestCase(c, fill, false);
  TestCase(c, fill, true);
}

TEST(MatMulInt8, TailsOfAllThreeDimensions) {
  for (const int m : {1, 2, 7, 33}) {
    for (const int n : {1, 9, 31, 65, 130}) {
      for (const int k : {1, 3, 8, 67}) {
        TestBoth({{m, k}, {k, n}, {m, n}, 5, 0});
        TestBoth({{m, k}, {k, n}, {m, n}, -17, 21});
      }
    }
  }
}

TEST(MatMulInt8, ZeroPointsAtTheEnds) {
  for (const int a : {-128, 0, 127}) {
    for (const int b : {-128, -1, 0, 127}) {
      for (const Fill fill :
           {Fill::kRandom, Fill::kLargestSums, Fill::kSmallestSums}) {
        TestBoth({{7, 40}, {40, 19}, {7, 19}, a, b, 20000, 9}, fill);
      }
    }
  }
}

TEST(MatMulInt8, Shifts) {
  for (const int8_t shift : {-15, -3, -1, 0, 1, 31}) {
    for (const int b : {0, 3}) {
      TestCase({{6, 10}, {10, 70}, {6, 70}, 0, b, 16384, shift}, Fill::kRandom,
               false);
    }
  }
}

// As many products as a file may add up, all of them the largest.
TEST(MatMulInt8, SumsAtTheBound) {
  const int k = 1 << 15;
  for (const int zero_point : {-128, 127}) {
    for (const Fill fill : {Fill::kLargestSums, Fill::kSmallestSums}) {
      TestBoth({{3, k}, {k, 2}, {3, 2}, zero_point, zero_point, 30000, 18},
               fill);
      TestBoth({{3, k}, {k, 2}, {3, 2}, zero_point, 0, 30000, 18}, fill);
    }
  }
}

TEST(MatMulInt8, BatchesAreBroadcast) {
  TestBoth({{2, 1, 4, 9}, {3, 9, 5}, {2, 3, 4, 5}, 1, 2});
  TestBoth({{4, 9}, {2, 3, 9, 5}, {2, 3, 4, 5}, 1, 0});
  TestBoth({{2, 3, 4, 9}, {9, 5}, {2, 3, 4, 5}, -3, 0});
  TestBoth({{2, 1, 1, 8, 9}, {1, 3, 2, 9, 20}, {2, 3, 2, 8, 20}, 4, -5});
}

// More columns than a piece holds, and one batch that threads share.
TEST(MatMulInt8, PiecesOfColumnsAndRows) {
  TestBoth({{50, 600}, {600, 300}, {50, 300}, 11, 0, 30000, 12});
  TestBoth({{50, 600}, {600, 300}, {50, 300}, 11, 6, 30000, 12});
  TestBoth({{301, 20}, {20, 3}, {301, 3}, 11, 6});
}

// "": the file is fine.
std::string ErrorOf(const TestQuantization& a, const TestQuantization& b,
                    schema::DataType output,
                    const std::function<void(schema::MatMulT&)>& damage) {
  ModelBuilder builder;
  schema::MatMulT options;
  options.clamp = ToSchema(reference::OutputParams{0, -128, 127});
  options.requantization = ToSchema(reference::Requantization{{30000}, {4}});
  damage(options);
  const int first = builder.Input({2, 3}, a);
  const int second = builder.Input({3, 4}, b);
  if (output == schema::DataType::INT8) {
    builder.Output(builder.Operator(std::move(options), {first, second}, {2, 4},
                                    TestQuantization{1.0f, 0}));
  } else {
    builder.Output(
        builder.Operator(std::move(options), {first, second}, {2, 4}, output));
  }
  const Status status = LoadAndRun(builder.Finish());
  return status.ok() ? "" : status.message();
}

TEST(MatMulInt8, Refused) {
  using Type = schema::DataType;
  const TestQuantization unit = {1.0f, 0};
  const auto fine = [](schema::MatMulT&) {};
  EXPECT_EQ(ErrorOf(unit, unit, Type::INT8, fine), "");
  EXPECT_EQ(ErrorOf(unit, unit, Type::FLOAT32, fine), "");
  const auto expect = [](const std::string& error, const std::string& part) {
    EXPECT_NE(error.find(part), std::string::npos) << error;
  };
  expect(ErrorOf(unit, unit, Type::INT32, fine), "must be");
  expect(ErrorOf({1e30f, 0}, {1e30f, 0}, Type::FLOAT32, fine), "scales");
  expect(ErrorOf(unit, unit, Type::INT8,
                 [](schema::MatMulT& o) { o.requantization = nullptr; }),
         "multipliers");
  expect(ErrorOf(unit, unit, Type::INT8,
                 [](schema::MatMulT& o) { o.requantization->shift = {32}; }),
         "shift");
  expect(ErrorOf(unit, unit, Type::INT8,
                 [](schema::MatMulT& o) { o.clamp = nullptr; }),
         "clamp");
  expect(ErrorOf(unit, unit, Type::FLOAT32,
                 [](schema::MatMulT& o) {
                   o.float_clamp =
                       std::make_unique<schema::FloatClamp>(2.0f, 1.0f);
                 }),
         "clamp");
}

}  // namespace
}  // namespace octet
