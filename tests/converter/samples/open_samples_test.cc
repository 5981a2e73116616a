// Which samples are taken, and how the format is told.

#include "converter/samples/open_samples.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "converter/samples/sources.h"
#include "engine/image/npy.h"
#include "tests/engine/image/temporary_folder.h"

namespace octet::converter {
namespace {

using octet::testing::TemporaryFolder;

TEST(ChooseSamplesTest, AllWithoutALimit) {
  const std::vector<size_t> all = {0, 1, 2};
  EXPECT_EQ(ChooseSamples(3, 0, std::nullopt), all);
  EXPECT_EQ(ChooseSamples(3, 3, 7), all);
  EXPECT_EQ(ChooseSamples(3, 100, 7), all);
}

TEST(ChooseSamplesTest, TheFirstWithoutASeed) {
  EXPECT_EQ(ChooseSamples(10, 2, std::nullopt), (std::vector<size_t>{0, 1}));
}

TEST(ChooseSamplesTest, ASeedChoosesDistinctAscendingSamples) {
  std::set<std::vector<size_t>> choices;
  std::vector<int> uses(100, 0);
  for (uint64_t seed = 0; seed < 200; ++seed) {
    const std::vector<size_t> chosen = ChooseSamples(100, 10, seed);
    ASSERT_EQ(chosen.size(), 10u);
    EXPECT_TRUE(std::is_sorted(chosen.begin(), chosen.end()));
    EXPECT_EQ(std::set<size_t>(chosen.begin(), chosen.end()).size(), 10u);
    EXPECT_EQ(ChooseSamples(100, 10, seed), chosen);
    choices.insert(chosen);
    for (size_t index : chosen) ++uses.at(index);
  }
  EXPECT_EQ(choices.size(), 200u);
  // Each is chosen 20 times on average.
  EXPECT_GT(*std::min_element(uses.begin(), uses.end()), 4);
  EXPECT_LT(*std::max_element(uses.begin(), uses.end()), 45);
}

TEST(ChooseSamplesTest, TheSameOnEveryMachine) {
  EXPECT_EQ(ChooseSamples(1000, 4, 1),
            (std::vector<size_t>{242, 465, 582, 627}));
}

TEST(OpenSamplesTest, LimitKeepsNamesLabelsAndValuesTogether) {
  TemporaryFolder folder;
  SampleOptions options;
  options.path = folder.Path("x.npy");
  options.labels_path = folder.Path("y.npy");
  NpyArray x{"u1", {50, 1}, {}}, y{"u1", {50}, {}};
  for (uint8_t i = 0; i < 50; ++i) {
    x.data.push_back(i);
    y.data.push_back(uint8_t(100 + i));
  }
  ASSERT_TRUE(WriteNpy(options.path, x).ok());
  ASSERT_TRUE(WriteNpy(options.labels_path, y).ok());
  options.limit = 8;
  options.seed = 3;
  const auto source = OpenSamples(options, {{"x", {1, 1}}});
  ASSERT_TRUE(source.ok()) << source.status().message();
  ASSERT_EQ((*source)->size(), 8u);
  for (size_t i = 0; i < 8; ++i) {
    const Result<Sample> sample = (*source)->Read(i);
    ASSERT_TRUE(sample.ok());
    const int value = int(sample->inputs[0][0]);
    EXPECT_EQ(sample->label, 100 + value);
    EXPECT_EQ((*source)->Name(i), "x.npy[" + std::to_string(value) + "]");
  }
}

TEST(OpenSamplesTest, UnknownFilesAskForTheFormat) {
  TemporaryFolder folder;
  SampleOptions options;
  options.path = folder.Write("data.bin", std::string(491, 'x'));
  const auto source = OpenSamples(options, {{"x", {1, 49, 10, 1}}});
  ASSERT_FALSE(source.ok());
  EXPECT_NE(source.status().message().find("data.bin"), std::string::npos);
  EXPECT_NE(source.status().message().find("name the format"),
            std::string::npos);
}

TEST(OpenSamplesTest, PicturesAreForOneInput) {
  TemporaryFolder folder;
  SampleOptions options;
  options.path = folder.Write("a.png", std::string("x"));
  const auto source =
      OpenSamples(options, {{"a", {1, 2, 2, 3}}, {"b", {1, 2}}});
  ASSERT_FALSE(source.ok());
  EXPECT_NE(source.status().message().find(".npz"), std::string::npos);
  EXPECT_FALSE(OpenSamples(options, {}).ok());
}

TEST(OpenSamplesTest, NoSampleIsAnError) {
  TemporaryFolder folder;
  SampleOptions options;
  options.path = folder.Path("x.npy");
  ASSERT_TRUE(WriteNpy(options.path, {"f4", {0, 3}, {}}).ok());
  const auto source = OpenSamples(options, {{"x", {1, 3}}});
  ASSERT_FALSE(source.ok());
  EXPECT_NE(source.status().message().find("no sample"), std::string::npos);
}

}  // namespace
}  // namespace octet::converter
