#include "engine/heads/find_boxes.h"

#include <gtest/gtest.h>

#include <cmath>

namespace octet {
namespace {

HeadInfo MakeHead(BoxCoding coding, int first_class, int num_classes) {
  HeadInfo head;
  head.axis = 1;
  head.boxes.axis = 1;
  head.boxes.coding = coding;
  head.boxes.first_class = first_class;
  head.boxes.num_classes = num_classes;
  return head;
}

OutputValues MakeOutput(int candidates, std::vector<float> values) {
  const int fields = static_cast<int>(values.size()) / candidates;
  return {{candidates, fields}, std::move(values)};
}

std::vector<Box> Find(const HeadInfo& head, std::vector<OutputValues> outputs,
                      PixelSize input) {
  const Result<std::vector<Box>> boxes = FindBoxes(head, outputs, input);
  EXPECT_TRUE(boxes.ok()) << boxes.status().message();
  return boxes.ok() ? *boxes : std::vector<Box>();
}

void ExpectBox(const Box& box, int class_index, float score, float x1, float y1,
               float x2, float y2) {
  EXPECT_EQ(box.class_index, class_index);
  EXPECT_NEAR(box.score, score, 1e-5f);
  EXPECT_NEAR(box.x1, x1, 1e-3f);
  EXPECT_NEAR(box.y1, y1, 1e-3f);
  EXPECT_NEAR(box.x2, x2, 1e-3f);
  EXPECT_NEAR(box.y2, y2, 1e-3f);
}

TEST(FindBoxesTest, CornersInPixelsAndInShares) {
  HeadInfo head = MakeHead(BoxCoding::kCorners, 4, 2);
  const OutputValues output =
      MakeOutput(2, {1, 2, 3, 4, 0.1f, 0.9f, 5, 6, 7, 8, 0.4f, 0.3f});
  std::vector<Box> boxes = Find(head, {output}, {100, 200});
  ASSERT_EQ(boxes.size(), 1u);
  ExpectBox(boxes[0], 1, 0.9f, 1, 2, 3, 4);
  head.boxes.coding = BoxCoding::kCornersYFirst;
  head.boxes.relative = true;
  boxes = Find(head, {output}, {100, 200});
  ExpectBox(boxes[0], 1, 0.9f, 400, 100, 800, 300);
}

// The boxes' fields are another output's, and dimensions come in any order.
TEST(FindBoxesTest, FieldsInFrontAndInAnotherOutput) {
  HeadInfo head = MakeHead(BoxCoding::kCenterSize, 1, 2);
  head.axis = 1;
  head.boxes.output = 1;
  head.boxes.axis = 2;
  const OutputValues scores = {{1, 3, 2}, {0, 0, 0.7f, 0.1f, 0.2f, 0.6f}};
  const OutputValues boxes = {{1, 2, 4}, {10, 20, 4, 6, 50, 60, 2, 2}};
  const std::vector<Box> found = Find(head, {scores, boxes}, {100, 100});
  ASSERT_EQ(found.size(), 2u);
  ExpectBox(found[0], 0, 0.7f, 8, 17, 12, 23);
  ExpectBox(found[1], 1, 0.6f, 49, 59, 51, 61);
}

// YOLOX: two grids of 2 x 2 and 1 x 1 cells on 16 x 16 pixels.
TEST(FindBoxesTest, GridExp) {
  HeadInfo head = MakeHead(BoxCoding::kGridExp, 5, 1);
  head.boxes.objectness = 4;
  head.boxes.grids = {{8, {}}, {16, {}}};
  std::vector<float> values(5 * 6);
  const auto set = [&](size_t cell, std::vector<float> v) {
    std::copy(v.begin(), v.end(), &values[cell * 6]);
  };
  // The second row's first cell: centre ((0 + 0.5) * 8, (1 + 0.25) * 8).
  set(2, {0.5f, 0.25f, std::log(2.0f), 0, 0.9f, 0.8f});
  set(4, {0.5f, 0.5f, 0, 0, 0.8f, 0.9f});
  const std::vector<Box> boxes = Find(head, {MakeOutput(5, values)}, {16, 16});
  ASSERT_EQ(boxes.size(), 2u);
  ExpectBox(boxes[0], 0, 0.72f, -4, 6, 12, 14);
  ExpectBox(boxes[1], 0, 0.72f, 0, 0, 16, 16);
}

TEST(FindBoxesTest, GridTanhWithExponents) {
  HeadInfo head = MakeHead(BoxCoding::kGridTanh, 5, 1);
  head.boxes.first = 1;
  head.boxes.objectness = 0;
  head.boxes.objectness_exponent = 0.6f;
  head.boxes.class_exponent = 0.4f;
  head.boxes.grids = {{10, {}}};
  // Two cells side by side; the first has a score below 0.
  const OutputValues output =
      MakeOutput(2, {-1, 0, 0, 0, 0, 1, 0.8f, 0.5f, -0.5f, 0, 1, 0.9f});
  const std::vector<Box> boxes = Find(head, {output}, {10, 20});
  ASSERT_EQ(boxes.size(), 1u);
  const float x = 10 * (1 + std::tanh(0.5f)), y = 10 * std::tanh(-0.5f);
  const float width = 10.0f, height = 10 / (1 + std::exp(-1.0f));
  ExpectBox(boxes[0], 0, std::pow(0.8f, 0.6f) * std::pow(0.9f, 0.4f),
            x - width / 2, y - height / 2, x + width / 2, y + height / 2);
}

// SSD: two anchors in one cell; softmax with a background.
TEST(FindBoxesTest, AnchorsWithSoftmax) {
  HeadInfo head = MakeHead(BoxCoding::kAnchors, 1, 2);
  head.boxes.output = 1;
  head.boxes.function = ScoreFunction::kSoftmax;
  head.boxes.grids = {{8, {4, 4, 6, 2}}};
  const OutputValues scores = MakeOutput(2, {3, 0, 0, 0, 0, 2});
  const OutputValues offsets =
      MakeOutput(2, {0, 0, 0, 0, 1, -2, 5 * std::log(2.0f), 0});
  const std::vector<Box> boxes = Find(head, {scores, offsets}, {8, 8});
  ASSERT_EQ(boxes.size(), 1u);
  const float score = std::exp(2.0f) / (2 + std::exp(2.0f));
  // Centre (4 + 0.1 * 1 * 6, 4 - 0.1 * 2 * 2), size (12, 2).
  ExpectBox(boxes[0], 1, score, 4.6f - 6, 3.6f - 1, 4.6f + 6, 3.6f + 1);
}

TEST(FindBoxesTest, SigmoidOfBothScores) {
  HeadInfo head = MakeHead(BoxCoding::kCorners, 5, 1);
  head.boxes.objectness = 4;
  head.boxes.function = ScoreFunction::kSigmoid;
  const std::vector<Box> boxes =
      Find(head, {MakeOutput(1, {0, 0, 1, 1, 2, 3})}, {8, 8});
  ASSERT_EQ(boxes.size(), 1u);
  EXPECT_NEAR(boxes[0].score, 1 / (1 + std::exp(-2.0f)) / (1 + std::exp(-3.0f)),
              1e-5f);
}

TEST(FindBoxesTest, BetterBoxesHideThoseOfTheirClass) {
  HeadInfo head = MakeHead(BoxCoding::kCorners, 4, 2);
  head.boxes.max_overlap = 0.5f;
  // The second covers 0.6 of the first and is worse, the third is of another
  // class, the fourth covers 1/3.
  const OutputValues output =
      MakeOutput(4, {0, 0, 10, 10, 0.9f, 0,    0, 0, 10, 6,  0.8f, 0,
                     0, 0, 10, 10, 0,    0.7f, 5, 0, 15, 10, 0.6f, 0});
  const std::vector<Box> boxes = Find(head, {output}, {20, 20});
  ASSERT_EQ(boxes.size(), 3u);
  EXPECT_FLOAT_EQ(boxes[0].score, 0.9f);
  EXPECT_EQ(boxes[1].class_index, 1);
  EXPECT_FLOAT_EQ(boxes[2].score, 0.6f);
  EXPECT_NEAR(IntersectionOverUnion(boxes[0], boxes[2]), 1.0 / 3, 1e-6);
}

TEST(FindBoxesTest, WhatIsNoBoxIsLeftOut) {
  const HeadInfo head = MakeHead(BoxCoding::kCorners, 4, 1);
  const float inf = std::numeric_limits<float>::infinity();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const OutputValues output =
      MakeOutput(4, {5, 0, 1,   1, 1, nan, 0, 1, 1, 1,  //
                     0, 0, inf, 1, 1, 0,   0, 1, 1, nan});
  EXPECT_TRUE(Find(head, {output}, {8, 8}).empty());
}

TEST(FindBoxesTest, GridsOfAnotherSizeAreRefused) {
  HeadInfo head = MakeHead(BoxCoding::kGridExp, 4, 1);
  head.boxes.grids = {{8, {}}};
  const auto boxes =
      FindBoxes(head, {MakeOutput(3, std::vector<float>(15))}, {16, 16});
  ASSERT_FALSE(boxes.ok());
  EXPECT_NE(boxes.status().message().find("16 x 16"), std::string::npos);
}

}  // namespace
}  // namespace octet
