#include <algorithm>
#include <cmath>

#include "converter/samples/open_samples.h"
#include "gtest/gtest.h"

namespace octet::converter {
namespace {

SampleOptions Synthetic() {
  SampleOptions options;
  options.format = SampleFormat::kSynthetic;
  return options;
}

TEST(SyntheticSamplesTest, AreRepeatablePicturesThatDiffer) {
  const std::vector<InputSpec> inputs = {{"x", {1, 30, 40, 3}}};
  const auto one = OpenSamples(Synthetic(), inputs);
  const auto two = OpenSamples(Synthetic(), inputs);
  ASSERT_TRUE(one.ok() && two.ok()) << one.status().message();
  EXPECT_EQ((*one)->size(), 64u);
  const auto first = (*one)->Read(0), again = (*two)->Read(0);
  const auto second = (*one)->Read(1);
  ASSERT_TRUE(first.ok() && again.ok() && second.ok());
  EXPECT_EQ(first->inputs, again->inputs);
  EXPECT_NE(first->inputs, second->inputs);
  EXPECT_EQ(first->inputs[0].size(), 30u * 40 * 3);
  EXPECT_EQ(first->label, kNoLabel);
}

// Neighbours are alike, and the set as a whole uses most of the pixels' range.
TEST(SyntheticSamplesTest, AreSmoothAndUseTheRange) {
  const std::vector<InputSpec> inputs = {{"x", {1, 32, 32, 3}}};
  const auto source = OpenSamples(Synthetic(), inputs);
  ASSERT_TRUE(source.ok());
  float least = 255.0f, most = 0.0f;
  double step = 0.0, distance = 0.0;
  for (size_t i = 0; i < (*source)->size(); ++i) {
    const auto sample = (*source)->Read(i);
    ASSERT_TRUE(sample.ok());
    const std::vector<float>& x = sample->inputs[0];
    for (size_t k = 0; k < x.size(); ++k) {
      least = std::min(least, x[k]);
      most = std::max(most, x[k]);
      step += std::abs(x[k] - x[k / 96 * 96 + (k + 3) % 96]);
      distance += std::abs(x[k] - x[(k + x.size() / 2) % x.size()]);
    }
  }
  EXPECT_LT(least, 15.0f);
  EXPECT_GT(most, 240.0f);
  EXPECT_LT(step, 0.5 * distance);
}

// How many of 12 pictures have most of their pixels at one end of the range.
int CountPlainGrounds(const SampleOptions& options) {
  const auto source = OpenSamples(options, {{"x", {1, 32, 32, 1}}});
  EXPECT_TRUE(source.ok());
  int count = 0;
  for (size_t i = 0; i < 12; ++i) {
    const auto sample = (*source)->Read(i);
    EXPECT_TRUE(sample.ok());
    const std::vector<float>& x = sample->inputs[0];
    const auto black = std::count(x.begin(), x.end(), 0.0f);
    const auto white = std::count(x.begin(), x.end(), 255.0f);
    // Ground and ink are both there, with little in between.
    count += std::min(black, white) > 0 && black + white > 800;
  }
  return count;
}

TEST(SyntheticSamplesTest, EveryThirdIsADrawingUnlessRecordsAreSigned) {
  SampleOptions options = Synthetic();
  EXPECT_EQ(CountPlainGrounds(options), 4);
  options.records.is_signed = true;
  EXPECT_EQ(CountPlainGrounds(options), 0);
}

TEST(SyntheticSamplesTest, LimitAndPreprocessing) {
  SampleOptions options = Synthetic();
  options.limit = 5;
  options.preprocessing.mean = {127.5f};
  options.preprocessing.std = {127.5f};
  const auto source = OpenSamples(options, {{"x", {1, 8, 8, 1}}});
  ASSERT_TRUE(source.ok()) << source.status().message();
  EXPECT_EQ((*source)->size(), 5u);
  const auto sample = (*source)->Read(4);
  ASSERT_TRUE(sample.ok());
  for (float value : sample->inputs[0]) {
    EXPECT_GE(value, -1.0f);
    EXPECT_LE(value, 1.0f);
  }
}

TEST(SyntheticSamplesTest, OnlyForNetworksThatTakeOnePicture) {
  EXPECT_FALSE(OpenSamples(Synthetic(), {{"x", {1, 7}}}).ok());
  EXPECT_FALSE(
      OpenSamples(Synthetic(), {{"x", {1, 8, 8, 3}}, {"y", {1, 2}}}).ok());
}

}  // namespace
}  // namespace octet::converter
