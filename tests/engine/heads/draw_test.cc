#include "engine/heads/draw.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace octet {
namespace {

Picture Gray(int height, int width) {
  return {height, width, 3,
          std::vector<uint8_t>(size_t(height) * size_t(width) * 3, 90)};
}

bool IsGray(const Picture& picture, int x, int y) {
  const uint8_t* pixel = &picture.pixels[size_t((y * picture.width + x) * 3)];
  return std::all_of(pixel, pixel + 3, [](uint8_t v) { return v == 90; });
}

TEST(DrawTest, BoxesAreFrames) {
  Picture picture = Gray(100, 100);
  HeadInfo head;
  head.names = {"cat"};
  Box box;
  box.score = 0.875f;
  box.x1 = 20, box.y1 = 40, box.x2 = 60, box.y2 = 80;
  DrawBoxes(head, {box}, &picture);
  for (const auto& [x, y] : {std::pair{20, 40}, {59, 79}, {20, 79}, {40, 40}}) {
    EXPECT_FALSE(IsGray(picture, x, y)) << x << " " << y;
  }
  for (const auto& [x, y] : {std::pair{21, 41}, {58, 78}, {60, 80}, {19, 50}}) {
    EXPECT_TRUE(IsGray(picture, x, y)) << x << " " << y;
  }
  // The caption stands above, dark on the class's colour.
  EXPECT_FALSE(IsGray(picture, 21, 30));
  EXPECT_TRUE(IsGray(picture, 21, 27));
  EXPECT_EQ(Caption(head, box), "cat 0.88");
  box.class_index = 3;
  EXPECT_EQ(Caption(head, box), "3 0.88");
}

TEST(DrawTest, BoxesReachOutOfThePicture) {
  Picture picture = Gray(10, 10);
  Box box;
  box.x1 = -50, box.y1 = -50, box.x2 = 500, box.y2 = 500;
  DrawBoxes({}, {box}, &picture);
  EXPECT_TRUE(IsGray(picture, 9, 9));
}

TEST(DrawTest, InPictureScalesAndCuts) {
  Box box;
  box.x1 = -4, box.y1 = 1, box.x2 = 3, box.y2 = 90;
  const Box placed = InPicture(
      box, {.scale_x = 2, .scale_y = 3, .left = 10, .top = -1}, {100, 50});
  EXPECT_FLOAT_EQ(placed.x1, 2);
  EXPECT_FLOAT_EQ(placed.x2, 16);
  EXPECT_FLOAT_EQ(placed.y1, 2);
  EXPECT_FLOAT_EQ(placed.y2, 100);
}

// A map of 1 x 2 over an input of 4 x 4, whose right half the picture is.
TEST(DrawTest, ClassesCoverTheirPixels) {
  Picture picture = Gray(8, 8);
  const Placement placement = {
      .scale_x = 2, .scale_y = 2, .left = -2, .top = 0};
  DrawClasses({1, 2, {0, 5}}, placement, {4, 4}, &picture);
  // Column 1 of the map begins at the input's x = 2, the picture's 2.
  EXPECT_TRUE(IsGray(picture, 1, 4));
  EXPECT_FALSE(IsGray(picture, 2, 4));
  EXPECT_FALSE(IsGray(picture, 5, 7));
  // The input ends at the picture's x = 6.
  EXPECT_TRUE(IsGray(picture, 6, 4));
}

}  // namespace
}  // namespace octet
