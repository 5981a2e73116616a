// Layers with a residual, whole: verified, planned and run, against the naive
// definition; and where the plan lets the output take the residual's place.

#include <gtest/gtest.h>

#include <memory>

#include "engine/model_contents.h"
#include "engine/plan.h"
#include "octet/model.h"
#include "tests/engine/model_builder.h"
#include "tests/engine/run_network.h"
#include "tests/kernels/layer_data.h"
#include "tests/reference/elementwise.h"
#include "tests/reference/layers.h"
#include "tests/test_seed.h"

namespace octet {
namespace {

constexpr int kZeroPoint = -9;  // of all activations but the output

// What is added to the layer's output.
enum class Source {
  kInput,  // a second input of the model: it stays
  kDies,   // an activation that nothing else reads
  kConstant,
  kOwnInput,  // what the layer itself reads
};

struct Case {
  Shape input;
  int32_t output_channels;
  int groups;
  Window2dParams window;
  int fraction_bits;

  std::string ToString(Source source) const {
    return input.ToString() + " to " + std::to_string(output_channels) +
           " channels, kernel " + std::to_string(window.kernel_h) +
           ", stride " + std::to_string(window.stride_h) + ", groups " +
           std::to_string(groups) + ", F " + std::to_string(fraction_bits) +
           ", source " + std::to_string(static_cast<int>(source));
  }
};

std::vector<int8_t> NegatedTable() {
  std::vector<int8_t> values;
  for (int q = -128; q < 128; ++q) {
    values.push_back(static_cast<int8_t>(-1 - q));
  }
  return values;
}

struct Made {
  std::vector<uint8_t> bytes;
  std::vector<std::vector<int8_t>> inputs;
  std::vector<int8_t> expected;
};

constexpr TestQuantization kQuantization = {0.5f, kZeroPoint};

// An activation of the file with its values.
struct Activation {
  int tensor;
  std::vector<int8_t> values;
};

// An input of the model, or that behind an operator: an activation that may be
// overwritten.
Activation AddActivation(const Shape& shape, bool may_be_overwritten,
                         Random& random, ModelBuilder& builder, Made& made) {
  Activation made_here = {builder.Input(shape, kQuantization),
                          RandomValues(shape.NumElements(), random)};
  made.inputs.push_back(made_here.values);
  if (!may_be_overwritten) return made_here;
  schema::LookupT negate;
  negate.values = NegatedTable();
  made_here.tensor = builder.Operator(std::move(negate), {made_here.tensor},
                                      shape, kQuantization);
  made_here.values = reference::Lookup(made_here.values, NegatedTable());
  return made_here;
}

Activation AddConstant(const Shape& shape, Random& random,
                       ModelBuilder& builder) {
  const std::vector<int8_t> values = RandomValues(shape.NumElements(), random);
  return {builder.Constant(shape, values, kQuantization), values};
}

// A convolution with a residual from `source`.
Made Make(const Case& test, Source source) {
  Random random(CaseSeed(test.ToString(source)));
  LayerOptions options;
  options.input_zero_point = kZeroPoint;
  options.output = {20, -100, 127};
  options.fraction_bits = test.fraction_bits;
  const Shape weights = {test.output_channels, test.window.kernel_h,
                         test.window.kernel_w, test.input[3] / test.groups};
  const reference::WeightedLayer layer = RandomLayer(options, weights, random);
  const Shape shape =
      reference::WindowedShape(test.window, test.input, test.output_channels);
  Made made;
  ModelBuilder builder;
  const Activation input = AddActivation(
      test.input, source == Source::kOwnInput, random, builder, made);
  Activation added = input;
  if (source == Source::kConstant) {
    added = AddConstant(shape, random, builder);
  } else if (source != Source::kOwnInput) {
    added =
        AddActivation(shape, source == Source::kDies, random, builder, made);
  }
  const reference::Residual residual = {added.values, kZeroPoint, 11000,
                                        test.fraction_bits};
  schema::Conv2dT conv = Conv2dOptions(layer, test.window, test.groups);
  conv.residual = std::make_unique<schema::ResidualAddT>();
  conv.residual->multiplier = static_cast<int16_t>(residual.multiplier);
  conv.residual->fraction_bits = residual.fraction_bits;
  builder.Output(builder.Operator(std::move(conv),
                                  {input.tensor, builder.Weights(layer.weights),
                                   builder.Bias(layer.bias), added.tensor},
                                  shape, {0.25f, options.output.zero_point}));
  made.bytes = builder.Finish();
  made.expected = reference::Conv2d(layer, test.window, test.groups,
                                    {test.input, input.values}, &residual)
                      .data;
  return made;
}

void Check(const Case& test, Source source) {
  const Made made = Make(test, source);
  ExpectOutputs(made.bytes, made.inputs, {made.expected},
                test.ToString(source) + "; " + ReplayHint());
}

const Window2dParams kPointwise;
const Window2dParams kSame3x3 = {3, 3, 1, 1, 1, 1, 1, 1, 1, 1};
const Window2dParams kHalf3x3 = {3, 3, 2, 2, 1, 1, 1, 1, 1, 1};
const Window2dParams kDilated = {3, 3, 1, 1, 2, 2, 2, 2, 2, 2};

TEST(ResidualTest, MatchesReference) {
  const Case cases[] = {{{1, 7, 5, 24}, 40, 1, kPointwise, 6},
                        {{2, 4, 4, 16}, 100, 1, kPointwise, 4},
                        {{1, 9, 11, 8}, 16, 1, kSame3x3, 5},
                        {{2, 12, 13, 70}, 33, 1, kHalf3x3, 6},
                        {{1, 7, 7, 128}, 72, 1, kSame3x3, 0},
                        {{1, 6, 7, 8}, 12, 2, kSame3x3, 6},
                        {{1, 9, 10, 4}, 8, 1, kDilated, 3},
                        {{1, 9, 7, 64}, 64, 1, kSame3x3, 6},
                        // Several blocks of columns.
                        {{1, 3, 4, 200}, 180, 1, kSame3x3, 6}};
  for (const Case& test : cases) {
    for (const Source source :
         {Source::kInput, Source::kDies, Source::kConstant}) {
      Check(test, source);
    }
  }
}

// x + conv(x), where no other operator needs x.
TEST(ResidualTest, OfTheLayersOwnInput) {
  Check({{1, 7, 5, 24}, 24, 1, kPointwise, 6}, Source::kOwnInput);
  Check({{1, 7, 5, 100}, 100, 1, kPointwise, 6}, Source::kOwnInput);
  Check({{1, 9, 8, 17}, 17, 1, kSame3x3, 5}, Source::kOwnInput);
  Check({{1, 9, 8, 64}, 64, 1, kSame3x3, 5}, Source::kOwnInput);
}

// Whether the output lies where the residual does.
bool OverwritesResidual(const Case& test, Source source,
                        bool keep_intermediates = false) {
  const Made made = Make(test, source);
  auto model = Model::FromMemory(made.bytes.data(), made.bytes.size());
  EXPECT_TRUE(model.ok()) << model.status().message();
  PlanOptions options;
  options.table = BestTable();
  options.allocator = DefaultAllocator();
  options.keep_intermediates = keep_intermediates;
  const Network& network = (*model)->contents().network;
  auto plan = Plan::Create(network, options);
  EXPECT_TRUE(plan.ok()) << plan.status().message();
  const Node& conv = network.nodes.back();
  EXPECT_NE((*plan)->Describe().find(" + add"), std::string::npos);
  return (*plan)->tensor(conv.output) == (*plan)->tensor(conv.inputs[3]);
}

TEST(ResidualTest, TheOutputTakesThePlaceOfADyingResidual) {
  const Case test = {{1, 8, 8, 24}, 24, 1, kPointwise, 6};
  EXPECT_TRUE(OverwritesResidual(test, Source::kDies));
  EXPECT_FALSE(OverwritesResidual(test, Source::kDies, true));
  EXPECT_FALSE(OverwritesResidual(test, Source::kInput));
  EXPECT_FALSE(OverwritesResidual(test, Source::kConstant));
  // The layer reads neighbours of what it has written.
  EXPECT_FALSE(OverwritesResidual(test, Source::kOwnInput));
}

}  // namespace
}  // namespace octet
