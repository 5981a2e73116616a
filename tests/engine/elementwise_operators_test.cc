// Add, Requantize, Lookup and Softmax, whole, against the naive definition.

#include <gtest/gtest.h>

#include <cmath>

#include "tests/engine/model_builder.h"
#include "tests/engine/run_network.h"
#include "tests/reference/elementwise.h"
#include "tests/test_seed.h"

namespace octet {
namespace {

const Shape kShapes[] = {{1}, {3, 5}, {1, 7, 9, 5}, {2, 64}, {1, 30, 1, 1, 11}};

reference::AddLayer RandomAdd(Random& random) {
  reference::AddLayer layer;
  layer.zero_point_a = static_cast<int>(random.Between(-128, 127));
  layer.zero_point_b = static_cast<int>(random.Between(-128, 127));
  layer.multiplier_a = static_cast<int>(random.Between(0, 32767));
  layer.multiplier_b = static_cast<int>(random.Between(0, 32767));
  layer.fraction_bits = static_cast<int>(random.Between(0, 6));
  layer.output = {static_cast<int>(random.Between(-128, 127)), -120, 125};
  return layer;
}

schema::AddT AddOptions(const reference::AddLayer& layer) {
  schema::AddT add;
  add.multiplier_1 = static_cast<int16_t>(layer.multiplier_a);
  add.multiplier_2 = static_cast<int16_t>(layer.multiplier_b);
  add.fraction_bits = layer.fraction_bits;
  add.clamp = ToSchema(layer.output);
  return add;
}

TEST(AddTest, TwoActivations) {
  for (const Shape& shape : kShapes) {
    Random random(CaseSeed(shape.ToString()));
    const reference::AddLayer layer = RandomAdd(random);
    const auto a = RandomValues(shape.NumElements(), random);
    const auto b = RandomValues(shape.NumElements(), random);
    ModelBuilder builder;
    const int first = builder.Input(shape, {1, layer.zero_point_a});
    const int second = builder.Input(shape, {1, layer.zero_point_b});
    builder.Output(builder.Operator(AddOptions(layer), {first, second}, shape,
                                    {1, layer.output.zero_point}));
    ExpectOutputs(builder.Finish(), {a, b}, {reference::Add(layer, a, b)},
                  shape.ToString() + "; " + ReplayHint());
  }
}

TEST(AddTest, ConstantOperand) {
  for (const bool constant_first : {false, true}) {
    const Shape shape = {2, 3, 50};
    Random random(TestSeed());
    const reference::AddLayer layer = RandomAdd(random);
    const auto a = RandomValues(shape.NumElements(), random);
    const auto b = RandomValues(shape.NumElements(), random);
    ModelBuilder builder;
    int first, second;
    if (constant_first) {
      first = builder.Constant(shape, a, {1, layer.zero_point_a});
      second = builder.Input(shape, {1, layer.zero_point_b});
    } else {
      first = builder.Input(shape, {1, layer.zero_point_a});
      second = builder.Constant(shape, b, {1, layer.zero_point_b});
    }
    builder.Output(builder.Operator(AddOptions(layer), {first, second}, shape,
                                    {1, layer.output.zero_point}));
    ExpectOutputs(builder.Finish(), {constant_first ? b : a},
                  {reference::Add(layer, a, b)}, ReplayHint());
  }
}

TEST(AddTest, SameOperandTwice) {
  const Shape shape = {70};
  Random random(TestSeed());
  reference::AddLayer layer = RandomAdd(random);
  layer.zero_point_b = layer.zero_point_a;
  const auto a = RandomValues(shape.NumElements(), random);
  ModelBuilder builder;
  const int from = builder.Input(shape, {1, layer.zero_point_a});
  builder.Output(builder.Operator(AddOptions(layer), {from, from}, shape,
                                  {1, layer.output.zero_point}));
  ExpectOutputs(builder.Finish(), {a}, {reference::Add(layer, a, a)},
                ReplayHint());
}

TEST(RequantizeTest, MatchesReference) {
  for (const Shape& shape : kShapes) {
    Random random(CaseSeed(shape.ToString()));
    const auto input = RandomValues(shape.NumElements(), random);
    const reference::Requantization requantization = {
        {static_cast<int16_t>(random.Between(1 << 14, 32767))},
        {static_cast<int8_t>(random.Between(-7, -5))}};
    const reference::OutputParams output = {4, -128, 100};
    ModelBuilder builder;
    schema::RequantizeT options;
    options.requantization = ToSchema(requantization);
    options.clamp = ToSchema(output);
    const int from = builder.Input(shape, {1, -9});
    builder.Output(builder.Operator(std::move(options), {from}, shape, {1, 4}));
    ExpectOutputs(
        builder.Finish(), {input},
        {reference::Requantize(input, -9, requantization.multiplier[0],
                               requantization.shift[0], output)},
        shape.ToString() + "; " + ReplayHint());
  }
}

TEST(LookupTest, MatchesReference) {
  Random random(TestSeed());
  const Shape shape = {3, 100};
  const auto values = RandomValues(256, random);
  const auto input = RandomValues(shape.NumElements(), random);
  ModelBuilder builder;
  schema::LookupT options;
  options.values = values;
  const int from = builder.Input(shape, {1, 0});
  builder.Output(builder.Operator(std::move(options), {from}, shape, {1, 0}));
  ExpectOutputs(builder.Finish(), {input}, {reference::Lookup(input, values)},
                ReplayHint());
}

TEST(SoftmaxTest, MatchesReference) {
  std::vector<uint16_t> table;
  for (int d = 0; d < 256; ++d) {
    table.push_back(
        static_cast<uint16_t>(std::lround(65535 * std::exp(-d * 0.06))));
  }
  for (const Shape& shape :
       {Shape{1, 10}, Shape{7, 1000}, Shape{2, 3, 1}, Shape{5}}) {
    Random random(CaseSeed(shape.ToString()));
    const auto input = RandomValues(shape.NumElements(), random);
    ModelBuilder builder;
    schema::SoftmaxT options;
    options.table = table;
    const int from = builder.Input(shape, {0.06f, 3});
    builder.Output(builder.Operator(std::move(options), {from}, shape,
                                    {1.0f / 256, -128}));
    const size_t n = static_cast<size_t>(shape[shape.rank - 1]);
    ExpectOutputs(builder.Finish(), {input},
                  {reference::Softmax(input, n, table)},
                  shape.ToString() + "; " + ReplayHint());
  }
}

}  // namespace
}  // namespace octet
