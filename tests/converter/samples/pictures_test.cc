#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "converter/samples/open_samples.h"
#include "tests/engine/image/encode.h"
#include "tests/engine/image/temporary_folder.h"

namespace octet::converter {
namespace {

using octet::testing::EncodeBmp;
using octet::testing::EncodeJpeg;
using octet::testing::EncodePng;
using octet::testing::MakeNoise;
using octet::testing::MakePicture;
using octet::testing::SharedDataPath;
using octet::testing::TemporaryFolder;

std::unique_ptr<SampleSource> Open(const SampleOptions& options,
                                   const Shape& input) {
  Result<std::unique_ptr<SampleSource>> source =
      OpenSamples(options, {{"x", input}});
  EXPECT_TRUE(source.ok()) << source.status().message();
  return source.ok() ? *std::move(source) : nullptr;
}

std::string OpenError(const SampleOptions& options, const Shape& input) {
  const Result<std::unique_ptr<SampleSource>> source =
      OpenSamples(options, {{"x", input}});
  EXPECT_FALSE(source.ok());
  return source.status().message();
}

TEST(PictureSamplesTest, SortedNamesAndOnlyPictures) {
  TemporaryFolder folder;
  const Picture picture = MakePicture(4, 4, 3);
  folder.Write("b.PNG", EncodePng(picture, false));
  folder.Write("a.bmp", EncodeBmp(picture, 24, false));
  folder.Write("c.JPeG", EncodeJpeg(picture, 90, false));
  folder.Write(".hidden.png", std::string("no picture"));
  folder.Write("labels.csv", std::string("a.bmp,1\n"));
  std::filesystem::create_directory(folder.Path("d.png"));
  SampleOptions options;
  options.path = folder.path();
  const auto source = Open(options, {1, 4, 4, 3});
  ASSERT_NE(source, nullptr);
  ASSERT_EQ(source->size(), 3u);
  EXPECT_EQ(source->Name(0), "a.bmp");
  EXPECT_EQ(source->Name(1), "b.PNG");
  EXPECT_EQ(source->Name(2), "c.JPeG");
  for (size_t i = 0; i < 2; ++i) {
    const Result<Sample> sample = source->Read(i);
    ASSERT_TRUE(sample.ok()) << sample.status().message();
    EXPECT_EQ(sample->label, kNoLabel);
    EXPECT_EQ(sample->inputs[0],
              std::vector<float>(picture.pixels.begin(), picture.pixels.end()));
  }
}

TEST(PictureSamplesTest, OneFile) {
  TemporaryFolder folder;
  SampleOptions options;
  options.path = folder.Write("a.png", EncodePng(MakePicture(2, 2, 3), false));
  const auto source = Open(options, {1, 2, 2, 3});
  ASSERT_NE(source, nullptr);
  EXPECT_EQ(source->size(), 1u);
}

TEST(PictureSamplesTest, LabelsBelongToNames) {
  TemporaryFolder folder;
  for (const char* name : {"b.png", "a.png"}) {
    folder.Write(name, EncodePng(MakePicture(2, 2, 3), false));
  }
  SampleOptions options;
  options.path = folder.path();
  options.labels_path = folder.Write(
      "labels.csv",
      std::string("file,class_index\nb.png,7\nelsewhere.png,1\na.png,3\n"));
  const auto source = Open(options, {1, 2, 2, 3});
  ASSERT_NE(source, nullptr);
  EXPECT_EQ(source->Read(0)->label, 3);
  EXPECT_EQ(source->Read(1)->label, 7);
  options.labels_path = folder.Write("fewer.csv", std::string("b.png,7\n"));
  EXPECT_NE(OpenError(options, {1, 2, 2, 3}).find("a.png"), std::string::npos);
}

TEST(PictureSamplesTest, UnreadablePicturesAreErrorsThatNameThem) {
  TemporaryFolder folder;
  folder.Write("bad.jpg", std::string("no picture"));
  folder.Write("big.png", EncodePng(MakePicture(3, 3, 3), false));
  SampleOptions options;
  options.path = folder.path();
  const auto source = Open(options, {1, 2, 2, 3});
  ASSERT_NE(source, nullptr);
  for (size_t i = 0; i < 2; ++i) {
    const Result<Sample> sample = source->Read(i);
    ASSERT_FALSE(sample.ok());
    EXPECT_NE(sample.status().message().find(source->Name(i)),
              std::string::npos);
  }
}

TEST(PictureSamplesTest, ErrorsOfTheFolder) {
  TemporaryFolder folder;
  SampleOptions options;
  options.path = folder.Path("missing");
  EXPECT_NE(OpenError(options, {1, 2, 2, 3}).find("missing"),
            std::string::npos);
  options.path = folder.path();
  EXPECT_NE(OpenError(options, {1, 2, 2, 3}).find("no pictures"),
            std::string::npos);
  folder.Write("a.png", EncodePng(MakePicture(2, 2, 3), false));
  folder.Write("a.npy", std::string("x"));
  EXPECT_NE(OpenError(options, {1, 2, 2, 3}).find("name the format"),
            std::string::npos);
}

TEST(CompletePreprocessingTest, TakesSizeAndGrayFromTheInput) {
  const Result<PreprocessingInfo> info =
      CompletePreprocessing({}, {"x", {1, 28, 20, 1}});
  ASSERT_TRUE(info.ok()) << info.status().message();
  EXPECT_EQ(info->height, 28);
  EXPECT_EQ(info->width, 20);
  EXPECT_EQ(info->color_order, ColorOrder::kGray);
  PreprocessingInfo flat;
  flat.height = 28;
  flat.width = 28;
  flat.color_order = ColorOrder::kGray;
  EXPECT_TRUE(CompletePreprocessing(flat, {"x", {1, 784}}).ok());
}

TEST(CompletePreprocessingTest, RefusesWhatDoesNotFit) {
  PreprocessingInfo bgr;
  bgr.color_order = ColorOrder::kBgr;
  EXPECT_FALSE(CompletePreprocessing(bgr, {"x", {1, 28, 28, 1}}).ok());
  EXPECT_FALSE(CompletePreprocessing({}, {"x", {2, 28, 28, 3}}).ok());
  EXPECT_FALSE(CompletePreprocessing({}, {"x", {1, 28, 28, 4}}).ok());
  EXPECT_FALSE(CompletePreprocessing({}, {"x", {1, 784}}).ok());
  PreprocessingInfo smaller;
  smaller.height = 20;
  const Result<PreprocessingInfo> info =
      CompletePreprocessing(smaller, {"pixels", {1, 28, 28, 3}});
  ASSERT_FALSE(info.ok());
  EXPECT_NE(info.status().message().find("'pixels'"), std::string::npos);
}

TEST(SharedDataTest, ImagenetPicturesHaveTheRightRange) {
  SampleOptions options;
  options.path = SharedDataPath("images/imagenet_dev");
  if (!std::filesystem::exists(options.path)) {
    GTEST_SKIP() << options.path << " is absent";
  }
  options.labels_path = SharedDataPath("images/imagenet_dev/labels.csv");
  options.preprocessing.resize = ResizeMode::kShorter;
  options.preprocessing.resize_shorter = 256;
  options.preprocessing.mean = {127.5f};
  options.preprocessing.std = {127.5f};
  const auto source = Open(options, {1, 224, 224, 3});
  ASSERT_NE(source, nullptr);
  ASSERT_EQ(source->size(), 500u);
  EXPECT_EQ(source->Name(0), "n01440764_tench.jpg");
  for (size_t i = 0; i < 4; ++i) {
    const Result<Sample> sample = source->Read(i);
    ASSERT_TRUE(sample.ok()) << sample.status().message();
    EXPECT_GE(sample->label, 0);
    EXPECT_LT(sample->label, 1000);
    const std::vector<float>& values = sample->inputs[0];
    ASSERT_EQ(values.size(), 224u * 224 * 3);
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    EXPECT_GE(*low, -1.0f);
    EXPECT_LT(*low, -0.5f);
    EXPECT_LE(*high, 1.0f);
    EXPECT_GT(*high, 0.5f);
  }
  EXPECT_EQ(source->Read(0)->label, 0);
}

TEST(SharedDataTest, ThreadsGiveTheSameValues) {
  SampleOptions options;
  options.path = SharedDataPath("images/detection");
  if (!std::filesystem::exists(options.path)) {
    GTEST_SKIP() << options.path << " is absent";
  }
  options.preprocessing.resize = ResizeMode::kStretch;
  const auto source = Open(options, {1, 96, 96, 3});
  ASSERT_NE(source, nullptr);
  const size_t size = std::min<size_t>(source->size(), 6);
  std::vector<std::vector<float>> once(size), again(size);
  for (size_t i = 0; i < size; ++i) once[i] = source->Read(i)->inputs[0];
  std::vector<std::thread> threads;
  for (size_t i = 0; i < size; ++i) {
    threads.emplace_back([&, i] { again[i] = source->Read(i)->inputs[0]; });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(once, again);
}

}  // namespace
}  // namespace octet::converter
