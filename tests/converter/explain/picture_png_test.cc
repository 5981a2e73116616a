#include "converter/explain/picture_png.h"

#include <gtest/gtest.h>

#include "engine/image/picture.h"

namespace octet::converter {
namespace {

Picture Decode(const Result<std::vector<uint8_t>>& png) {
  EXPECT_TRUE(png.ok()) << png.status().message();
  Result<Picture> picture = DecodePicture(std::span(*png));
  EXPECT_TRUE(picture.ok()) << picture.status().message();
  return *picture;
}

TEST(PicturePngTest, PreprocessingIsUndone) {
  // Two pixels, blue first: (10, 20, 30) and (0, 128, 255).
  PreprocessingInfo info;
  info.color_order = ColorOrder::kBgr;
  info.mean = {10.0f, 20.0f, 30.0f};
  info.std = {2.0f, 4.0f, 8.0f};
  const std::vector<float> values = {0.0f, 0.0f, 0.0f, -5.0f, 27.0f, 28.125f};
  const Picture picture = Decode(EncodeInput(values, {1, 1, 2, 3}, &info));
  EXPECT_EQ(picture.width, 2);
  EXPECT_EQ(picture.pixels, (std::vector<uint8_t>{30, 20, 10, 255, 128, 0}));
}

TEST(PicturePngTest, GrayAndValuesBeyondWhite) {
  PreprocessingInfo info;
  info.color_order = ColorOrder::kGray;
  info.std = {255.0f};
  const std::vector<float> values = {0.5f, 2.0f, -1.0f, 1.0f};
  const Picture picture = Decode(EncodeInput(values, {1, 2, 2, 1}, &info));
  EXPECT_EQ(picture.height, 2);
  EXPECT_EQ(picture.pixels, (std::vector<uint8_t>{128, 128, 128, 255, 255, 255,
                                                  0, 0, 0, 255, 255, 255}));
}

TEST(PicturePngTest, OtherInputsAreGrayFromTheirSmallestToTheirLargest) {
  const std::vector<float> values = {-1.0f, 0.0f, 1.0f, 3.0f, 3.0f, -1.0f};
  const Picture picture = Decode(EncodeInput(values, {1, 3, 2}, nullptr));
  EXPECT_EQ(picture.height, 3);
  EXPECT_EQ(picture.width, 2);
  EXPECT_EQ(picture.pixels[0], 0);
  EXPECT_EQ(picture.pixels[3], 64);
  EXPECT_EQ(picture.pixels[3 * 3], 255);
  const std::vector<float> wide(100000, 1.0f);
  EXPECT_EQ(Decode(EncodeInput(wide, {1, 100000}, nullptr)).width, 512);
}

TEST(PicturePngTest, DataUris) {
  const std::string start = "data:image/png;base64,";
  EXPECT_EQ(PngDataUri({}), start);
  const std::vector<uint8_t> bytes = {'M', 'a', 'n', 'M', 'a'};
  EXPECT_EQ(PngDataUri(std::span(bytes).first(3)), start + "TWFu");
  EXPECT_EQ(PngDataUri(std::span(bytes).first(4)), start + "TWFuTQ==");
  EXPECT_EQ(PngDataUri(bytes), start + "TWFuTWE=");
}

}  // namespace
}  // namespace octet::converter
