#include "engine/image/preprocess.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include "engine/image/file.h"
#include "engine/image/resize.h"
#include "tests/engine/image/encode.h"
#include "tests/engine/image/temporary_folder.h"

namespace octet {
namespace {

PreprocessingInfo MakeInfo(int height, int width) {
  PreprocessingInfo info;
  info.height = height;
  info.width = width;
  return info;
}

std::vector<float> Values(const Picture& picture,
                          const PreprocessingInfo& info) {
  const Result<std::vector<float>> values = Preprocess(picture, info);
  EXPECT_TRUE(values.ok()) << values.status().message();
  return values.ok() ? *values : std::vector<float>();
}

const Picture kTwoPixels{1, 2, 3, {10, 20, 30, 255, 0, 100}};
const Picture kTwoGrayPixels{1, 2, 1, {10, 200}};

TEST(PreprocessTest, DefaultsGiveThePixels) {
  EXPECT_EQ(Values(kTwoPixels, MakeInfo(1, 2)),
            (std::vector<float>{10, 20, 30, 255, 0, 100}));
}

TEST(PreprocessTest, MeanAndStdFollowTheNetworksOrder) {
  PreprocessingInfo info = MakeInfo(1, 2);
  info.mean = {1, 2, 3};
  info.std = {1, 2, 4};
  EXPECT_EQ(Values(kTwoPixels, info),
            (std::vector<float>{9, 9, 6.75f, 254, -1, 24.25f}));
  info.color_order = ColorOrder::kBgr;
  EXPECT_EQ(Values(kTwoPixels, info),
            (std::vector<float>{29, 9, 1.75f, 99, -1, 63}));
}

TEST(PreprocessTest, OneMeanForAllChannels) {
  PreprocessingInfo info = MakeInfo(1, 2);
  info.mean = {10};
  info.std = {2};
  EXPECT_EQ(Values(kTwoPixels, info),
            (std::vector<float>{0, 5, 10, 122.5f, -5, 45}));
}

TEST(PreprocessTest, GrayIsLuma) {
  PreprocessingInfo info = MakeInfo(1, 2);
  info.color_order = ColorOrder::kGray;
  // 0.299 * 10 + 0.587 * 20 + 0.114 * 30 = 18.15; 76.245 + 11.4 = 87.6
  EXPECT_EQ(Values(kTwoPixels, info), (std::vector<float>{18, 88}));
  EXPECT_EQ(Values(kTwoGrayPixels, info), (std::vector<float>{10, 200}));
}

TEST(PreprocessTest, GrayStaysTheSameGray) {
  PreprocessingInfo info = MakeInfo(1, 256);
  info.color_order = ColorOrder::kGray;
  Picture ramp{1, 256, 3, {}};
  std::vector<float> expected;
  for (int value = 0; value < 256; ++value) {
    ramp.pixels.insert(ramp.pixels.end(), 3, uint8_t(value));
    expected.push_back(float(value));
  }
  EXPECT_EQ(Values(ramp, info), expected);
}

TEST(PreprocessTest, GrayPictureForAColourNetwork) {
  PreprocessingInfo info = MakeInfo(1, 2);
  info.color_order = ColorOrder::kBgr;
  EXPECT_EQ(Values(kTwoGrayPixels, info),
            (std::vector<float>{10, 10, 10, 200, 200, 200}));
}

TEST(PreprocessTest, ShorterSideThenCrop) {
  PreprocessingInfo info = MakeInfo(8, 6);
  info.resize = ResizeMode::kShorter;
  info.resize_shorter = 10;
  // floor(10 * 33 / 20) = 16, in either direction.
  for (auto [height, width] : {std::pair{20, 33}, std::pair{33, 20}}) {
    const Picture picture = testing::MakeNoise(height, width, 3, 4);
    const Result<Picture> resized = ResizePicture(
        picture, height < width ? 10 : 16, height < width ? 16 : 10);
    ASSERT_TRUE(resized.ok());
    const Result<Picture> crop = CropCenter(*resized, 8, 6);
    ASSERT_TRUE(crop.ok());
    EXPECT_EQ(Values(picture, info),
              std::vector<float>(crop->pixels.begin(), crop->pixels.end()));
  }
}

TEST(PreprocessTest, Stretch) {
  PreprocessingInfo info = MakeInfo(3, 5);
  info.resize = ResizeMode::kStretch;
  const Picture picture = testing::MakeNoise(20, 11, 3, 4);
  const Result<Picture> resized = ResizePicture(picture, 3, 5);
  ASSERT_TRUE(resized.ok());
  EXPECT_EQ(Values(picture, info),
            std::vector<float>(resized->pixels.begin(), resized->pixels.end()));
}

TEST(PreprocessTest, OtherSizeIsRefusedWithoutResizing) {
  const Result<std::vector<float>> values =
      Preprocess(kTwoPixels, MakeInfo(2, 2));
  ASSERT_FALSE(values.ok());
  EXPECT_NE(values.status().message().find("2 x 1"), std::string::npos);
}

TEST(PreprocessTest, RefusesWhatCannotBeMeant) {
  const PreprocessingInfo good = MakeInfo(1, 2);
  ASSERT_TRUE(CheckPreprocessing(good).ok());
  PreprocessingInfo info = good;
  info.std = {1, 0, 1};
  EXPECT_FALSE(CheckPreprocessing(info).ok());
  info = good;
  info.mean = {1, 2};
  EXPECT_FALSE(CheckPreprocessing(info).ok());
  info = good;
  info.mean = {std::numeric_limits<float>::quiet_NaN()};
  EXPECT_FALSE(CheckPreprocessing(info).ok());
  info = good;
  info.height = 0;
  EXPECT_FALSE(CheckPreprocessing(info).ok());
  info = MakeInfo(224, 224);
  info.resize = ResizeMode::kShorter;
  info.resize_shorter = 200;
  EXPECT_FALSE(CheckPreprocessing(info).ok());
  EXPECT_FALSE(Preprocess(Picture{0, 2, 3, {}}, info).ok());
  EXPECT_FALSE(Preprocess(Picture{1, 2, 3, {1, 2}}, good).ok());
}

// The shared data's reference crops were made by another program (short side
// 256, centre 224 x 224).
TEST(PreprocessTest, ReferenceCrops) {
  const std::string list =
      testing::SharedDataPath("golden/imagenet_crops224.txt");
  if (!std::filesystem::exists(list)) GTEST_SKIP() << list << " is absent";
  const Result<std::vector<uint8_t>> reference =
      ReadFile(testing::SharedDataPath("golden/imagenet_crops224.u8"));
  ASSERT_TRUE(reference.ok()) << reference.status().message();
  PreprocessingInfo info = MakeInfo(224, 224);
  info.resize = ResizeMode::kShorter;
  info.resize_shorter = 256;
  std::ifstream names(list);
  std::string name;
  size_t position = 0;
  double sum = 0.0;
  double worst_mean = 0.0;
  while (std::getline(names, name)) {
    const Result<Picture> picture =
        DecodePicture(testing::SharedDataPath("images/imagenet_dev/" + name));
    ASSERT_TRUE(picture.ok()) << picture.status().message();
    const std::vector<float> values = Values(*picture, info);
    ASSERT_EQ(values.size(), 224u * 224 * 3);
    ASSERT_LE(position + values.size(), reference->size());
    double picture_sum = 0.0;
    for (float value : values) {
      picture_sum += std::fabs(value - float((*reference)[position++]));
    }
    sum += picture_sum;
    worst_mean = std::max(worst_mean, picture_sum / double(values.size()));
  }
  ASSERT_EQ(position, reference->size());
  std::printf("mean absolute difference %.4f, of the worst picture %.4f\n",
              sum / double(position), worst_mean);
  EXPECT_LT(worst_mean, 0.05);
}

}  // namespace
}  // namespace octet
