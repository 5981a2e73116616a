#include "engine/image/preprocess.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <tuple>
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

// 20 x 33 inside 8 x 6: 3 rows of 6 (floor(20 * 6 / 33) = 3); 33 x 20: 8 rows
// of 4.
TEST(PreprocessTest, FitFillsTheRest) {
  PreprocessingInfo info = MakeInfo(8, 6);
  info.resize = ResizeMode::kFit;
  info.fill = 114;
  for (const bool centered : {false, true}) {
    info.centered = centered;
    for (auto [height, width, rows, columns] :
         {std::tuple{20, 33, 3, 6}, std::tuple{33, 20, 8, 4}}) {
      const Picture picture = testing::MakeNoise(height, width, 3, 4);
      const Result<Picture> inner = ResizePicture(picture, rows, columns);
      ASSERT_TRUE(inner.ok());
      const int top = centered ? (8 - rows) / 2 : 0;
      const int left = centered ? (6 - columns) / 2 : 0;
      std::vector<float> expected;
      for (int y = 0; y < 8; ++y) {
        for (int x = 0; x < 6 * 3; ++x) {
          const int row = y - top, byte = x - 3 * left;
          const bool inside =
              row >= 0 && row < rows && byte >= 0 && byte < 3 * columns;
          expected.push_back(
              inside ? inner->pixels[size_t(row * 3 * columns + byte)] : 114);
        }
      }
      EXPECT_EQ(Values(picture, info), expected);
    }
  }
  // As narrow as a picture can be.
  EXPECT_EQ(Values(testing::MakeNoise(500, 1, 3, 4), info).size(), 8u * 6 * 3);
}

// A picture whose pixels say where they are: what PlacementOf says of the
// input's pixel centres is what they show.
TEST(PreprocessTest, PlacementSaysWhereInputPixelsComeFrom) {
  Picture picture{200, 120, 3, {}};
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      picture.pixels.insert(picture.pixels.end(),
                            {uint8_t(x), uint8_t(y), uint8_t(1)});
    }
  }
  PreprocessingInfo info = MakeInfo(40, 30);
  info.fill = 0;
  for (const ResizeMode mode :
       {ResizeMode::kStretch, ResizeMode::kShorter, ResizeMode::kFit}) {
    for (const bool centered : {false, true}) {
      info.resize = mode;
      info.resize_shorter = 45;
      info.centered = centered;
      const std::vector<float> values = Values(picture, info);
      const Placement placement = PlacementOf(200, 120, info);
      int seen = 0;
      for (int y = 1; y < 39; ++y) {
        for (int x = 1; x < 29; ++x) {
          const float* pixel = &values[size_t(y * 30 + x) * 3];
          // Away from edges, where the filter has both sides.
          if (pixel[2] != 1 || pixel[0] < 5 || pixel[0] > 114) continue;
          if (pixel[1] < 5 || pixel[1] > 194) continue;
          ++seen;
          EXPECT_NEAR(pixel[0] + 0.5,
                      (x + 0.5) * placement.scale_x + placement.left, 1.0);
          EXPECT_NEAR(pixel[1] + 0.5,
                      (y + 0.5) * placement.scale_y + placement.top, 1.0);
        }
      }
      EXPECT_GT(seen, 300);
    }
  }
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
