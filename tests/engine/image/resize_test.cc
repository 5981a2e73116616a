#include "engine/image/resize.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "tests/engine/image/encode.h"

namespace octet {
namespace {

using testing::MakeNoise;

// The definition in resize.h, in double precision and without rounding between
// the two steps: one axis of a plane of `lines` lines.
std::vector<double> ResizeLines(const std::vector<double>& values, int lines,
                                int old_size, int new_size) {
  const double ratio = double(old_size) / new_size;
  const double widened = std::max(ratio, 1.0);
  std::vector<double> out;
  for (int line = 0; line < lines; ++line) {
    for (int o = 0; o < new_size; ++o) {
      double sum = 0.0, weights = 0.0;
      for (int i = 0; i < old_size; ++i) {
        const double distance = std::fabs(i + 0.5 - (o + 0.5) * ratio);
        const double weight = std::max(0.0, 1.0 - distance / widened);
        sum += weight * values[size_t(line * old_size + i)];
        weights += weight;
      }
      out.push_back(sum / weights);
    }
  }
  return out;
}

std::vector<double> Transpose(const std::vector<double>& values, int rows,
                              int columns) {
  std::vector<double> out;
  for (int x = 0; x < columns; ++x) {
    for (int y = 0; y < rows; ++y)
      out.push_back(values[size_t(y * columns + x)]);
  }
  return out;
}

std::vector<double> ResizePlane(const Picture& picture, int channel, int height,
                                int width) {
  std::vector<double> plane;
  for (size_t i = size_t(channel); i < picture.pixels.size();
       i += size_t(picture.channels)) {
    plane.push_back(picture.pixels[i]);
  }
  plane = ResizeLines(plane, picture.height, picture.width, width);
  plane = Transpose(plane, picture.height, width);
  plane = ResizeLines(plane, width, picture.height, height);
  return Transpose(plane, width, height);
}

struct Case {
  int old_height, old_width, height, width;
};

constexpr Case kCases[] = {{1, 1, 1, 1},     {1, 1, 4, 7},   {5, 7, 1, 1},
                           {8, 8, 4, 4},     {9, 31, 9, 10}, {9, 31, 3, 31},
                           {16, 17, 33, 35}, {40, 3, 7, 3},  {64, 48, 63, 1},
                           {37, 53, 24, 36}};

TEST(ResizePictureTest, EqualsTheDefinition) {
  for (int channels : {1, 3}) {
    for (const Case& c : kCases) {
      SCOPED_TRACE(::testing::Message()
                   << c.old_height << " x " << c.old_width << " to " << c.height
                   << " x " << c.width << " x " << channels);
      const Picture picture =
          MakeNoise(c.old_height, c.old_width, channels, 11);
      const Result<Picture> resized = ResizePicture(picture, c.height, c.width);
      ASSERT_TRUE(resized.ok()) << resized.status().message();
      ASSERT_TRUE(CheckPicture(*resized).ok());
      for (int channel = 0; channel < channels; ++channel) {
        const std::vector<double> expected =
            ResizePlane(picture, channel, c.height, c.width);
        for (size_t i = 0; i < expected.size(); ++i) {
          // Half a step for each of the two roundings.
          ASSERT_NEAR(resized->pixels[i * size_t(channels) + size_t(channel)],
                      expected[i], 1.001);
        }
      }
    }
  }
}

// One step, so one rounding: exact values, worked out by hand.
TEST(ResizePictureTest, KnownValues) {
  const Picture row{1, 4, 1, {0, 100, 200, 40}};
  // Ratio 2: weights 1/8 3/8 3/8 1/8 of four pixels, cut off at the borders.
  const Result<Picture> half = ResizePicture(row, 1, 2);
  ASSERT_TRUE(half.ok());
  // (3*0 + 3*100 + 200) / 7 = 71.4, (100 + 3*200 + 3*40) / 7 = 117.1
  EXPECT_EQ(half->pixels, (std::vector<uint8_t>{71, 117}));
  const Result<Picture> twice = ResizePicture({2, 1, 1, {0, 100}}, 4, 1);
  ASSERT_TRUE(twice.ok());
  EXPECT_EQ(twice->pixels, (std::vector<uint8_t>{0, 25, 75, 100}));
}

TEST(ResizePictureTest, KeepsOneColour) {
  for (const Case& c : kCases) {
    for (int value : {0, 1, 254, 255}) {
      Picture picture = MakeNoise(c.old_height, c.old_width, 3, 1);
      std::fill(picture.pixels.begin(), picture.pixels.end(), uint8_t(value));
      const Result<Picture> resized = ResizePicture(picture, c.height, c.width);
      ASSERT_TRUE(resized.ok());
      for (uint8_t pixel : resized->pixels) ASSERT_EQ(pixel, value);
    }
  }
}

TEST(ResizePictureTest, SameSizeIsTheSamePicture) {
  const Picture picture = MakeNoise(9, 14, 3, 3);
  const Result<Picture> resized = ResizePicture(picture, 9, 14);
  ASSERT_TRUE(resized.ok());
  EXPECT_EQ(resized->pixels, picture.pixels);
}

TEST(ResizePictureTest, RefusesImpossibleSizes) {
  const Picture picture = MakeNoise(2, 3, 3, 3);
  EXPECT_FALSE(ResizePicture(picture, 0, 4).ok());
  EXPECT_FALSE(ResizePicture(picture, 4, -1).ok());
  EXPECT_FALSE(ResizePicture(picture, 1 << 20, 1 << 20).ok());
  EXPECT_FALSE(ResizePicture({2, 3, 2, {0, 1, 2}}, 4, 4).ok());
}

TEST(CropCenterTest, CutsOneMoreAtBottomAndRight) {
  Picture picture{4, 5, 1, {}};
  for (uint8_t i = 0; i < 20; ++i) picture.pixels.push_back(i);
  const Result<Picture> crop = CropCenter(picture, 1, 2);
  ASSERT_TRUE(crop.ok());
  EXPECT_EQ(crop->pixels, (std::vector<uint8_t>{6, 7}));
  const Result<Picture> all = CropCenter(picture, 4, 5);
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(all->pixels, picture.pixels);
}

TEST(CropCenterTest, KeepsChannelsTogether) {
  const Picture picture = MakeNoise(5, 5, 3, 8);
  const Result<Picture> crop = CropCenter(picture, 1, 1);
  ASSERT_TRUE(crop.ok());
  EXPECT_EQ(crop->pixels, std::vector<uint8_t>(picture.pixels.begin() + 36,
                                               picture.pixels.begin() + 39));
}

TEST(CropCenterTest, SaysThatThePictureIsTooSmall) {
  const Result<Picture> crop = CropCenter(MakeNoise(5, 9, 3, 8), 6, 2);
  ASSERT_FALSE(crop.ok());
  EXPECT_NE(crop.status().message().find("9 x 5"), std::string::npos);
}

}  // namespace
}  // namespace octet
