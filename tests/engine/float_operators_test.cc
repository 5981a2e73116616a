// Unary, Binary, Softmax, Reduce and LayerNormalization of FLOAT32. The hashes
// prove the same bits on every CPU: they were computed on x86-64.

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/engine/float_network.h"

namespace octet {
namespace {

using reference::RealTensor;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(FloatOperators, UnaryFunctions) {
  FloatHash hash;
  Random random(1);
  for (const schema::UnaryFunction function :
       schema::EnumValuesUnaryFunction()) {
    if (function >= schema::UnaryFunction::NOT) continue;  // of or to BOOL
    SCOPED_TRACE(schema::EnumNameUnaryFunction(function));
    RealTensor input = RandomReals({3, 257}, -6, 6, random);
    for (size_t i = 0; i < 100; ++i) input.data[i] *= 16;
    for (size_t i = 100; i < 200; ++i) input.data[i] /= 4096;
    schema::UnaryT options;
    options.function = function;
    options.alpha = 0.75f;
    options.beta = 0.25f;
    RealTensor expected(input.shape);
    for (size_t i = 0; i < input.data.size(); ++i) {
      expected.data[i] = reference::Unary(function, 0.75, 0.25, input.data[i]);
    }
    // Beyond the range of floats.
    for (double& x : expected.data) {
      if (x > 3.5e38) x = kInfinity;
    }
    RealTensor finite_input = input, finite = expected;
    for (size_t i = 0; i < finite.data.size(); ++i) {
      if (std::isfinite(finite.data[i]) || std::isnan(finite.data[i])) continue;
      finite_input.data[i] = 1;
      finite.data[i] = reference::Unary(function, 0.75, 0.25, 1);
    }
    ExpectReals(std::move(options), {finite_input}, {}, finite, 4e-7, &hash);
  }
  EXPECT_EQ(hash.value(), 0x7ad06bdd20c5e673u);
}

// One operator with inputs and an output of any types.
template <typename Options, typename Out>
void ExpectValues(Options options,
                  const std::vector<std::pair<Shape, schema::DataType>>& types,
                  const std::vector<Bytes>& inputs, const Shape& shape,
                  schema::DataType type, const std::vector<Out>& expected,
                  const std::string& description) {
  ModelBuilder builder;
  std::vector<int> tensors;
  for (const auto& [input, input_type] : types) {
    tensors.push_back(builder.Input(input, input_type));
  }
  builder.Output(builder.Operator(std::move(options), tensors, shape, type));
  ExpectBytes(builder.Finish(), inputs, {BytesOf(expected)}, description);
}

TEST(FloatOperators, UnaryOfOtherTypes) {
  using Type = schema::DataType;
  const auto function = [](schema::UnaryFunction f) {
    schema::UnaryT options;
    options.function = f;
    return options;
  };
  const std::vector<int32_t> numbers = {3, -4, 0, INT32_MIN};
  ExpectValues(function(schema::UnaryFunction::ABS), {{{4}, Type::INT32}},
               {BytesOf(numbers)}, {4}, Type::INT32,
               std::vector<int32_t>{3, 4, 0, INT32_MIN}, "ABS");
  ExpectValues(function(schema::UnaryFunction::SIGN), {{{4}, Type::INT32}},
               {BytesOf(numbers)}, {4}, Type::INT32,
               std::vector<int32_t>{1, -1, 0, -1}, "SIGN");
  ExpectValues(function(schema::UnaryFunction::NEG), {{{2}, Type::INT64}},
               {BytesOf(std::vector<int64_t>{5, INT64_MIN})}, {2}, Type::INT64,
               std::vector<int64_t>{-5, INT64_MIN}, "NEG");
  ExpectValues(function(schema::UnaryFunction::NOT), {{{2}, Type::BOOL}},
               {{0, 1}}, {2}, Type::BOOL, std::vector<uint8_t>{1, 0}, "NOT");
  const std::vector<float> special = {NAN, INFINITY, -INFINITY, 1.0f};
  ExpectValues(function(schema::UnaryFunction::IS_NAN), {{{4}, Type::FLOAT32}},
               {BytesOf(special)}, {4}, Type::BOOL,
               std::vector<uint8_t>{1, 0, 0, 0}, "IS_NAN");
  schema::UnaryT minus = function(schema::UnaryFunction::IS_INF);
  minus.alpha = 1.0f;
  ExpectValues(minus, {{{4}, Type::FLOAT32}}, {BytesOf(special)}, {4},
               Type::BOOL, std::vector<uint8_t>{0, 0, 1, 0}, "IS_INF");
}

struct BinaryCase {
  schema::BinaryFunction function;
  double (*formula)(double, double);
};

double FlooredMod(double x, double y) { return x - y * std::floor(x / y); }

TEST(FloatOperators, BinaryBroadcasts) {
  using F = schema::BinaryFunction;
  const BinaryCase functions[] = {
      {F::ADD, [](double x, double y) { return x + y; }},
      {F::SUB, [](double x, double y) { return x - y; }},
      {F::MUL, [](double x, double y) { return x * y; }},
      {F::DIV, [](double x, double y) { return x / y; }},
      {F::MINIMUM, [](double x, double y) { return std::min(x, y); }},
      {F::MAXIMUM, [](double x, double y) { return std::max(x, y); }},
      {F::POW, [](double x, double y) { return std::pow(x, y); }},
      {F::MOD, FlooredMod},
      {F::FMOD, [](double x, double y) { return std::fmod(x, y); }},
      {F::PRELU, [](double x, double y) { return x < 0 ? x * y : x; }},
  };
  const Shape shapes[][3] = {{{2, 3, 5}, {2, 3, 5}, {2, 3, 5}},
                             {{2, 3, 5}, {5}, {2, 3, 5}},
                             {{3, 1}, {2, 1, 4}, {2, 3, 4}},
                             {{}, {7}, {7}},
                             {{6, 1, 2, 1}, {1, 3, 1, 9}, {6, 3, 2, 9}},
                             {{1, 5000}, {2, 1}, {2, 5000}}};
  FloatHash hash;
  Random random(2);
  for (const BinaryCase& c : functions) {
    for (const auto& shape : shapes) {
      SCOPED_TRACE(std::string(schema::EnumNameBinaryFunction(c.function)) +
                   shape[2].ToString());
      RealTensor a = RandomReals(shape[0], -4, 4, random);
      RealTensor b = RandomReals(shape[1], 0.5, 4, random);
      if (c.function == F::POW) {
        for (double& x : a.data) x = std::fabs(x) + 0.25;
      }
      schema::BinaryT options;
      options.function = c.function;
      ExpectReals(std::move(options), {a, b}, {},
                  reference::Broadcast(shape[2], a, b, c.formula), 1e-6, &hash);
    }
  }
  EXPECT_EQ(hash.value(), 0x2d39046192b9fbe8u);
}

TEST(FloatOperators, BinaryOfIntegers) {
  using F = schema::BinaryFunction;
  using Type = schema::DataType;
  const std::vector<int64_t> a = {7, -7, 7, -7, INT64_MIN, 5};
  const std::vector<int64_t> b = {3, 3, -3, -3, -1, 0};
  const auto expect = [&](F function, const std::vector<int64_t>& expected) {
    schema::BinaryT options;
    options.function = function;
    ExpectValues(options, {{{6}, Type::INT64}, {{6}, Type::INT64}},
                 {BytesOf(a), BytesOf(b)}, {6}, Type::INT64, expected,
                 schema::EnumNameBinaryFunction(function));
  };
  expect(F::ADD, {10, -4, 4, -10, INT64_MAX, 5});
  expect(F::DIV, {2, -2, -2, 2, INT64_MIN, 0});
  expect(F::MOD, {1, 2, -2, -1, 0, 0});
  expect(F::FMOD, {1, -1, 1, -1, 0, 0});
  expect(F::POW, {343, -343, 0, 0, 0, 1});
  schema::BinaryT less;
  less.function = F::LESS;
  ExpectValues(less, {{{6}, Type::INT64}, {{6}, Type::INT64}},
               {BytesOf(a), BytesOf(b)}, {6}, Type::BOOL,
               std::vector<uint8_t>{0, 1, 0, 1, 1, 0}, "LESS");
}

TEST(FloatOperators, Softmax) {
  FloatHash hash;
  Random random(3);
  for (const Shape& shape : {Shape{1, 10}, Shape{3, 4, 17}, Shape{5, 1}}) {
    for (const bool logarithm : {false, true}) {
      const RealTensor input = RandomReals(shape, -9, 9, random);
      schema::SoftmaxT options;
      options.logarithm = logarithm;
      ExpectReals(std::move(options), {input}, {},
                  reference::Softmax(logarithm, input), 5e-7, &hash);
    }
  }
  EXPECT_EQ(hash.value(), 0xee690708280879f1u);
}

TEST(FloatOperators, Reduce) {
  const std::vector<int> axes[] = {{0},    {1},       {2}, {0, 1},
                                   {1, 2}, {0, 1, 2}, {}};
  FloatHash hash;
  Random random(4);
  for (const schema::ReduceFunction function :
       schema::EnumValuesReduceFunction()) {
    for (const std::vector<int>& some : axes) {
      SCOPED_TRACE(schema::EnumNameReduceFunction(function));
      const RealTensor input = RandomReals({3, 4, 21}, 0.25, 1.5, random);
      schema::ReduceT options;
      options.function = function;
      options.axes.assign(some.begin(), some.end());
      options.keep_dims = true;
      ExpectReals(std::move(options), {input}, {},
                  reference::Reduce(function, some, input), 5e-7, &hash);
    }
  }
  EXPECT_EQ(hash.value(), 0xb35f249b8a1d0604u);
}

TEST(FloatOperators, LayerNormalization) {
  FloatHash hash;
  Random random(5);
  const RealTensor input = RandomReals({3, 4, 10}, -3, 5, random);
  for (const int axis : {1, 2}) {
    const Shape row = axis == 1 ? Shape{4, 10} : Shape{10};
    const RealTensor scale = RandomReals(row, -2, 2, random);
    const RealTensor bias = RandomReals(row, -1, 1, random);
    schema::LayerNormalizationT options;
    options.axis = axis;
    options.epsilon = 1e-3f;
    ExpectReals(
        std::move(options), {input}, {scale, bias},
        reference::LayerNormalization(axis, double{1e-3f}, input, scale, bias),
        1e-6, &hash);
  }
  EXPECT_EQ(hash.value(), 0xd77dd2df7cafe732u);
}

}  // namespace
}  // namespace octet
