// Kernels with int16_sums (gemm.h): the packer splits weights so that no sum of
// four products leaves int16. Checked by a reader of its own, and by running
// every gemm kernel on weights around the bound with activations of 255.

#include "kernels/int16_sums.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "kernels/pack.h"
#include "tests/kernels/gemm_tester.h"
#include "tests/kernels/tested_kernels.h"
#include "tests/random.h"

namespace octet {
namespace {

constexpr size_t kStep = 8;

// Sums of two or four neighbours of a step around the bound of 128, of either
// sign, and the most extreme weights; a row is a step of a run.
constexpr int8_t kSteps[][kStep] = {
    {64, 63, 0, 0, 0, 0, 0, 0},
    {64, 64, -64, -64, 0, 0, 0, 0},
    {65, 64, -65, -64, 0, 0, 0, 0},
    {127, 1, 127, 0, 0, 0, 0, 0},
    {127, 2, -127, -1, 0, 0, 0, 0},
    {-127, -2, 0, 0, 0, 0, 0, 0},
    {127, 127, -127, -127, 0, 0, 0, 0},
    {32, 32, 32, 32, 32, 32, 32, 32},
    {32, 32, 32, 32, 33, 32, 32, 33},
    {-32, -32, -32, -32, -32, -32, -33, 0},
    {127, 127, 127, 127, 127, 127, 127, 127},
    {-127, -127, -127, -127, -127, -127, -127, -127},
    {127, -127, 127, -127, 127, -127, 127, -127},
    {0, 0, 0, 0, 127, 127, -127, -127},
    {100, 0, 0, 100, 29, 0, 0, 28},
    {-100, 127, -28, 127, -29, 1, 0, 2},
    {1, 0, 0, 0, 0, 127, 1, 0},
};
constexpr size_t kNumSteps = sizeof(kSteps) / sizeof(kSteps[0]);

GemmDescriptor Descriptor(size_t nr) {
  GemmDescriptor descriptor = {};
  descriptor.name = "test";
  descriptor.mr = 6;
  descriptor.nr = nr;
  descriptor.kr = 4;
  descriptor.weight_type = WeightType::kInt8;
  descriptor.int16_sums = true;
  return descriptor;
}

struct Layer {
  size_t n, num_runs, run_length;
  std::vector<int8_t> weights;
};

// Channel c: the steps of kSteps from the c-th on, over and over; cut at the
// end of a run.
Layer BoundaryLayer(size_t n, size_t num_runs, size_t run_length) {
  Layer layer = {n, num_runs, run_length, {}};
  for (size_t c = 0; c < n; ++c) {
    for (size_t r = 0; r < num_runs; ++r) {
      for (size_t j = 0; j < run_length; ++j) {
        layer.weights.push_back(kSteps[(c + r + j / kStep) % kNumSteps][j % 8]);
      }
    }
  }
  return layer;
}

Layer RandomLayer(size_t n, size_t num_runs, size_t run_length,
                  Random& random) {
  Layer layer = {n, num_runs, run_length, {}};
  for (size_t i = 0; i < n * num_runs * run_length; ++i) {
    layer.weights.push_back(static_cast<int8_t>(random.Between(-127, 127)));
  }
  return layer;
}

// The sums of the positive and negative weights among the given four.
void ExpectFits(const int8_t* block0, const int8_t* block1) {
  int positive = 0;
  int negative = 0;
  for (const int8_t weight : {block0[0], block0[1], block1[0], block1[1]}) {
    (weight > 0 ? positive : negative) += weight;
  }
  EXPECT_LE(positive * 255, INT16_MAX);
  EXPECT_GE(negative * 255, INT16_MIN);
}

void ExpectStepFits(const int8_t* step, size_t nr) {
  for (size_t lane = 0; lane < nr; ++lane) {
    for (size_t half : {0, 2}) {
      ExpectFits(step + lane * 4 + half, step + nr * 4 + lane * 4 + half);
    }
  }
}

// Adds the weights of a step to those of one channel's run.
void AddStep(const int8_t* step, size_t nr, size_t lane, size_t at0, size_t at1,
             std::vector<int>& run) {
  for (size_t j = 0; j < 4; ++j) {
    run.at(at0 + j) += step[lane * 4 + j];
    run.at(at1 + j) += step[nr * 4 + lane * 4 + j];
  }
}

// Reads a panel back as [lane][run][byte], with all extra steps added, and
// checks every step on the way.
std::vector<int> ReadPanel(const uint8_t* panel, size_t nr,
                           const Layer& layer) {
  const size_t padded = (layer.run_length + kStep - 1) / kStep * kStep;
  const int8_t* weights =
      reinterpret_cast<const int8_t*>(panel + PanelLayoutOf(nr).weights);
  std::vector<int> all;
  for (size_t lane = 0; lane < nr; ++lane) {
    for (size_t r = 0; r < layer.num_runs; ++r) {
      std::vector<int> run(padded, 0);
      const int8_t* main = weights + r * padded * nr;
      for (size_t at = 0; at < padded; at += kStep, main += kStep * nr) {
        ExpectStepFits(main, nr);
        AddStep(main, nr, lane, at, at + 4, run);
      }
      const int8_t* behind = weights + layer.num_runs * padded * nr;
      ExtraSteps header;
      std::memcpy(&header, behind, sizeof(header));
      for (int i = 0; i < header.count; ++i) {
        ExtraStep step;
        std::memcpy(
            &step,
            behind + sizeof(header) + static_cast<size_t>(i) * sizeof(step),
            sizeof(step));
        if (step.run != static_cast<int>(r)) continue;
        const int8_t* extra =
            behind + header.weights_at + static_cast<size_t>(i) * kStep * nr;
        ExpectStepFits(extra, nr);
        AddStep(extra, nr, lane, static_cast<size_t>(step.at[0]),
                static_cast<size_t>(step.at[1]), run);
      }
      all.insert(all.end(), run.begin(), run.end());
    }
  }
  return all;
}

void ExpectSplitExactly(const Layer& layer, size_t nr) {
  const GemmDescriptor descriptor = Descriptor(nr);
  const size_t k = layer.num_runs * layer.run_length;
  const std::vector<int32_t> bias(layer.n, 0);
  LayerWeights weights = {};
  weights.n = layer.n;
  weights.weights = layer.weights.data();
  weights.channel_stride = k;
  weights.bias = bias.data();
  const size_t extra =
      CountExtraSteps(descriptor, weights, layer.num_runs, layer.run_length)
          .most;
  const size_t panel_bytes =
      GemmPanelBytes(descriptor, layer.num_runs, layer.run_length, extra);
  std::vector<uint8_t> packed(PackedGemmBytes(
      descriptor, layer.n, layer.num_runs, layer.run_length, extra));
  PackGemm(descriptor, ActivationForm::kU8, weights, layer.num_runs,
           layer.run_length, extra, packed.data());
  const size_t padded = (layer.run_length + kStep - 1) / kStep * kStep;
  for (size_t c = 0; c < layer.n; ++c) {
    const std::vector<int> panel =
        ReadPanel(packed.data() + c / nr * panel_bytes, nr, layer);
    for (size_t r = 0; r < layer.num_runs; ++r) {
      for (size_t j = 0; j < padded; ++j) {
        const int expected =
            j < layer.run_length
                ? layer.weights[c * k + r * layer.run_length + j]
                : 0;
        ASSERT_EQ(panel[(c % nr * layer.num_runs + r) * padded + j], expected)
            << "channel " << c << ", run " << r << ", byte " << j;
      }
    }
  }
}

TEST(Int16SumsTest, EveryStepFitsAndAllStepsAddUpToTheWeights) {
  Random random(1);
  for (size_t nr : {4, 16}) {
    for (size_t run_length : {1, 4, 5, 8, 9, 27, 64}) {
      for (size_t num_runs : {1, 3}) {
        ExpectSplitExactly(BoundaryLayer(nr + 3, num_runs, run_length), nr);
        ExpectSplitExactly(RandomLayer(nr + 3, num_runs, run_length, random),
                           nr);
      }
    }
  }
}

TEST(Int16SumsTest, WeightsWithinTheBoundNeedNoExtraSteps) {
  LayerWeights weights = {};
  weights.n = 1;
  weights.channel_stride = kStep;
  const int8_t fits[kStep] = {64, 32, -128, 127, 32, 0, 0, 1};
  const int8_t exceeds[kStep] = {64, 32, -127, 127, 33, 0, -2, 1};
  weights.weights = fits;
  EXPECT_EQ(CountExtraSteps(Descriptor(16), weights, 1, kStep).total, 0u);
  weights.weights = exceeds;
  EXPECT_EQ(CountExtraSteps(Descriptor(16), weights, 1, kStep).total, 1u);
}

class GemmOfBoundaryWeightsTest
    : public testing::TestWithParam<Tested<const GemmKernel*>> {};

// Activations of 255 and 0, where sums are largest; every kernel gives the
// reference's bytes.
TEST_P(GemmOfBoundaryWeightsTest, AreExact) {
  const GemmDescriptor& descriptor = GetParam().kernel->descriptor;
  const size_t m = descriptor.mr;
  const size_t n = descriptor.nr + 9;
  Random random(2);
  for (size_t run_length : {8, 20, 136}) {
    const size_t num_runs = 2;
    const size_t k = num_runs * run_length;
    reference::WeightedLayer layer;
    layer.weights.shape = {static_cast<int32_t>(n), static_cast<int32_t>(k)};
    layer.weights.data = BoundaryLayer(n, num_runs, run_length).weights;
    layer.bias.assign(n, 0);
    layer.requantization.multiplier.assign(n, 20000);
    layer.requantization.shift.assign(n, 6);
    layer.input_zero_point = -128;
    layer.output.zero_point = 0;
    std::vector<int8_t> inputs(m * k);
    for (int8_t& q : inputs) q = random.Between(0, 3) == 0 ? -128 : 127;
    std::vector<uint8_t> bytes(m * k + kOverreadBytes);
    for (size_t i = 0; i < inputs.size(); ++i) {
      bytes[i] = static_cast<uint8_t>(static_cast<uint8_t>(inputs[i]) ^
                                      FormMask(GetParam().form));
    }
    std::vector<uint8_t> output(m * n);
    GemmCall call = {
        m, run_length, {}, output.data(), static_cast<ptrdiff_t>(n), {}};
    for (size_t r = 0; r < num_runs; ++r) {
      call.runs.push_back(
          {bytes.data() + r * run_length, static_cast<ptrdiff_t>(k)});
    }
    CallGemm(*GetParam().kernel, GetParam().form, layer, call);
    const std::vector<int8_t> expected =
        reference::FullyConnected(layer, inputs);
    for (size_t i = 0; i < expected.size(); ++i) {
      ASSERT_EQ(static_cast<uint8_t>(output[i] ^ FormMask(GetParam().form)),
                static_cast<uint8_t>(expected[i]))
          << "pixel " << i / n << ", channel " << i % n;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Tables, GemmOfBoundaryWeightsTest,
                         testing::ValuesIn(TestedGemms()), NameOfTested());

}  // namespace
}  // namespace octet
