// Operators that write into the output of the Concat behind them, Slices that
// are views of their input, and layers that apply the table of the Lookup
// behind them: that they do, and that the bytes are those of a plan in which
// every tensor has a place of its own.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "engine/model_contents.h"
#include "engine/plan.h"
#include "octet/model.h"
#include "octet/session.h"
#include "tests/engine/model_builder.h"
#include "tests/engine/run_network.h"
#include "tests/kernels/layer_data.h"
#include "tests/test_seed.h"

namespace octet {
namespace {

constexpr TestQuantization kQuantization = {0.1f, -7};
const Window2dParams kPointwise;
const Window2dParams kDilated = {3, 3, 1, 1, 2, 2, 2, 2, 2, 2};
const Window2dParams kSame3x3 = {3, 3, 1, 1, 1, 1, 1, 1, 1, 1};

class Network {
 public:
  // `checked`: the operators whose kernels Check returns.
  explicit Network(
      schema::OperatorOptions checked = schema::OperatorOptions::Concat)
      : checked_(checked), random_(TestSeed()) {}

  int Input(int32_t channels) {
    const Shape shape = Picture(channels);
    inputs_.push_back(RandomValues(shape.NumElements(), random_));
    return Track(builder_.Input(shape, kQuantization), channels);
  }

  int Conv(int input, int32_t channels, const Window2dParams& window,
           int groups = 1) {
    LayerOptions options;
    options.input_zero_point = kQuantization.zero_point;
    options.output.zero_point = kQuantization.zero_point;
    const Shape weights = {channels, window.kernel_h, window.kernel_w,
                           ChannelsOf(input) / groups};
    const reference::WeightedLayer layer =
        RandomLayer(options, weights, random_);
    return Append(
        Conv2dOptions(layer, window, groups),
        {input, builder_.Weights(layer.weights), builder_.Bias(layer.bias)},
        channels);
  }

  int MaxPool(int input) {
    schema::MaxPool2dT pool;
    pool.window = std::make_unique<schema::Window2d>(ToSchema(kSame3x3));
    pool.clamp = std::make_unique<schema::Clamp>(-128, 127);
    return Append(std::move(pool), {input}, ChannelsOf(input));
  }

  int Negate(int input) {
    schema::LookupT lookup;
    for (int q = 127; q >= -128; --q) {
      lookup.values.push_back(static_cast<int8_t>(q));
    }
    return Append(std::move(lookup), {input}, ChannelsOf(input));
  }

  // Every `step`-th of some neighbouring channels.
  int Slice(int input, int32_t begin, int32_t channels, int32_t step = 1) {
    schema::SliceT slice;
    slice.begin = {0, 0, 0, begin};
    slice.step = {1, 1, 1, step};
    return Append(std::move(slice), {input}, channels);
  }

  int Concat(const std::vector<int>& inputs) {
    schema::ConcatT concat;
    concat.axis = 3;
    int32_t channels = 0;
    for (const int input : inputs) channels += ChannelsOf(input);
    return Append(std::move(concat), inputs, channels);
  }

  void Output(int tensor) { builder_.Output(tensor); }

  // Loads the network, compares plans on every instruction set with one that
  // keeps every tensor apart, and returns the kernels of the checked operators
  // as the plan names them, in order.
  std::vector<std::string> Check() const {
    const std::vector<uint8_t> bytes = builder_.Finish();
    auto model = Model::FromMemory(bytes.data(), bytes.size());
    EXPECT_TRUE(model.ok()) << model.status().message();
    if (!model.ok()) return {};
    ExpectOutputs(bytes, inputs_, RunApart(*model), ReplayHint());
    PlanOptions options;
    options.table = BestTable();
    options.allocator = DefaultAllocator();
    const auto& network = (*model)->contents().network;
    auto plan = Plan::Create(network, options);
    EXPECT_TRUE(plan.ok()) << plan.status().message();
    std::vector<std::string> kernels;
    for (int step = 0; step < (*plan)->num_steps(); ++step) {
      if (network.nodes[size_t(step)].type == checked_) {
        kernels.push_back((*plan)->step(step).plan().kernel);
      }
    }
    return kernels;
  }

 private:
  static Shape Picture(int32_t channels) { return {2, 5, 6, channels}; }

  int Track(int tensor, int32_t channels) {
    if (channels_.size() <= size_t(tensor))
      channels_.resize(size_t(tensor) + 1);
    channels_[size_t(tensor)] = channels;
    return tensor;
  }
  int32_t ChannelsOf(int tensor) const { return channels_[size_t(tensor)]; }

  template <typename Options>
  int Append(Options options, const std::vector<int>& inputs,
             int32_t channels) {
    return Track(builder_.Operator(std::move(options), inputs,
                                   Picture(channels), kQuantization),
                 channels);
  }

  std::vector<std::vector<int8_t>> RunApart(
      std::shared_ptr<const Model> model) const {
    auto session =
        Session::Create(model, {.isa = "scalar", .keep_intermediates = true});
    EXPECT_TRUE(session.ok()) << session.status().message();
    EXPECT_EQ((*session)->DescribePlan().find("in place"), std::string::npos);
    for (size_t i = 0; i < inputs_.size(); ++i) {
      EXPECT_TRUE((*session)
                      ->SetInput(int(i), inputs_[i].data(), inputs_[i].size())
                      .ok());
    }
    EXPECT_TRUE((*session)->Run().ok());
    std::vector<std::vector<int8_t>> outputs;
    for (size_t i = 0; i < model->outputs().size(); ++i) {
      outputs.emplace_back(model->outputs()[i].NumElements());
      EXPECT_TRUE((*session)
                      ->GetOutput(int(i), outputs[i].data(), outputs[i].size())
                      .ok());
    }
    return outputs;
  }

  schema::OperatorOptions checked_;
  Random random_;
  ModelBuilder builder_;
  std::vector<int32_t> channels_;
  std::vector<std::vector<int8_t>> inputs_;
};

using Kernels = std::vector<std::string>;

TEST(JoinedPlacesTest, LayersAndPools) {
  Network network;
  const int x = network.Input(9);
  const int squeezed = network.Conv(x, 20, kPointwise);
  network.Output(network.Concat({network.Conv(squeezed, 70, kPointwise),
                                 network.Conv(squeezed, 33, kSame3x3),
                                 network.Conv(squeezed, 20, kSame3x3, 20),
                                 network.MaxPool(squeezed),
                                 network.Conv(squeezed, 8, kSame3x3, 4)}));
  EXPECT_EQ(network.Check(), (Kernels{"in place"}));
}

TEST(JoinedPlacesTest, WhatCannotWriteThereIsCopied) {
  Network network;
  const int x = network.Input(9);
  const int read_twice = network.Conv(x, 5, kPointwise);
  const int output = network.Conv(x, 6, kPointwise);
  const int twice = network.Conv(x, 7, kPointwise);
  network.Output(network.Concat({x, read_twice, network.Conv(x, 8, kSame3x3),
                                 network.Negate(network.MaxPool(x)), output,
                                 twice, twice}));
  network.Output(network.Negate(read_twice));
  network.Output(output);
  EXPECT_EQ(network.Check(), (Kernels{"copy 6 of 7"}));
}

TEST(JoinedPlacesTest, ConcatsOfConcats) {
  Network network;
  const int x = network.Input(9);
  const int inner =
      network.Concat({network.Conv(x, 5, kSame3x3), x, network.MaxPool(x)});
  const int middle = network.Concat({network.Conv(x, 17, kPointwise), inner});
  network.Output(network.Negate(
      network.Concat({network.Conv(x, 3, kSame3x3), middle, x})));
  EXPECT_EQ(network.Check(),
            (Kernels{"copy 1 of 3", "in place", "copy 1 of 3"}));
}

// As in a DenseNet: the joined channels are read by the next layer, too.
TEST(JoinedPlacesTest, ADenseBlock) {
  Network network;
  int joined = network.Input(16);
  for (int i = 0; i < 3; ++i) {
    const int next =
        network.Conv(network.Conv(joined, 12, kPointwise), 8, kSame3x3);
    joined = network.Concat({joined, next});
  }
  network.Output(joined);
  EXPECT_EQ(network.Check(), Kernels(3, "copy 1 of 2"));
}

constexpr char kFused[] = "in the layer before";

TEST(LookupPlacesTest, LayersApplyTheTable) {
  Network network(schema::OperatorOptions::Lookup);
  const int x = network.Input(40);
  network.Output(network.Negate(network.Conv(x, 70, kPointwise)));
  network.Output(network.Negate(network.Conv(x, 33, kSame3x3)));
  network.Output(network.Negate(network.Conv(x, 40, kSame3x3, 40)));
  network.Output(network.Negate(network.Conv(x, 8, kSame3x3, 4)));
  EXPECT_EQ(network.Check(), Kernels(4, kFused));
}

// 3x3 layers large enough for Winograd's form.
TEST(LookupPlacesTest, ManyChannels) {
  Network network(schema::OperatorOptions::Lookup);
  const int x = network.Negate(network.Conv(network.Input(96), 64, kSame3x3));
  const int y = network.Negate(network.Conv(x, 64, kSame3x3));
  network.Output(network.Concat({y, network.Conv(x, 7, kPointwise)}));
  EXPECT_EQ(network.Check(), Kernels(2, kFused));
}

TEST(LookupPlacesTest, OnlyTheLookupMayReadTheLayer) {
  Network network(schema::OperatorOptions::Lookup);
  const int read_twice = network.Conv(network.Input(9), 5, kPointwise);
  const int output = network.Conv(read_twice, 6, kPointwise);
  network.Output(network.Negate(read_twice));
  network.Output(network.Negate(network.MaxPool(output)));
  network.Output(output);
  network.Output(network.Negate(output));
  const Kernels kernels = network.Check();
  ASSERT_EQ(kernels.size(), 3u);
  for (const std::string& kernel : kernels) EXPECT_NE(kernel, kFused);
}

// As in a ShuffleNet: one half goes on as it is, the other through layers.
TEST(SlicePlacesTest, AreViewsForLayersAndConcats) {
  Network network(schema::OperatorOptions::Slice);
  const int x = network.Conv(network.Input(9), 58, kPointwise);
  const int left = network.Slice(x, 0, 29);
  const int right = network.Slice(x, 29, 29);
  const int dilated = network.Conv(right, 7, kDilated);
  const int depthwise = network.Conv(network.Slice(x, 3, 40), 40, kSame3x3, 40);
  network.Output(network.Concat({left, network.Conv(right, 20, kPointwise)}));
  network.Output(network.Concat({dilated, depthwise, right}));
  EXPECT_EQ(network.Check(), Kernels(3, "view"));
}

TEST(SlicePlacesTest, OfTheInputAndOfAConcat) {
  Network network(schema::OperatorOptions::Slice);
  const int x = network.Input(30);
  const int joined =
      network.Concat({network.Conv(network.Slice(x, 11, 19), 24, kPointwise),
                      network.Conv(x, 8, kPointwise)});
  network.Output(network.Conv(network.Slice(joined, 20, 12), 6, kPointwise));
  network.Output(network.Conv(network.Slice(joined, 0, 32), 6, kPointwise));
  EXPECT_EQ(network.Check(), Kernels(3, "view"));
}

TEST(SlicePlacesTest, WhatNeedsDenseValuesIsCopied) {
  Network network(schema::OperatorOptions::Slice);
  const int x = network.Input(30);
  const int both = network.Slice(x, 4, 9);
  network.Output(network.Concat({network.MaxPool(both), both}));
  network.Output(network.Slice(x, 1, 12));
  network.Output(network.Conv(network.Slice(x, 3, 8, 2), 5, kPointwise));
  network.Output(network.Conv(network.Slice(x, 5, 24), 16, kSame3x3));
  const Kernels kernels = network.Check();
  ASSERT_EQ(kernels.size(), 4u);
  for (const std::string& kernel : kernels) EXPECT_EQ(kernel, "copy");
}

TEST(LookupPlacesTest, BeforeAConcat) {
  Network network;
  const int x = network.Input(24);
  network.Output(network.Concat(
      {network.Negate(network.Conv(x, 70, kPointwise)),
       network.Negate(network.Conv(x, 40, kSame3x3)),
       network.Negate(network.Conv(x, 24, kSame3x3, 24)),
       network.Negate(network.Negate(network.Conv(x, 3, kPointwise)))}));
  EXPECT_EQ(network.Check(), (Kernels{"copy 1 of 4"}));
}

}  // namespace
}  // namespace octet
