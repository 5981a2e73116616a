#include "engine/heads/classify_pixels.h"

#include <gtest/gtest.h>

namespace octet {
namespace {

ClassMap Classify(const HeadInfo& head, OutputValues output) {
  const Result<ClassMap> map = ClassifyPixels(head, {std::move(output)});
  EXPECT_TRUE(map.ok()) << map.status().message();
  return map.ok() ? *map : ClassMap();
}

TEST(ClassifyPixelsTest, ChannelsLastAndFirst) {
  HeadInfo head;
  head.kind = HeadKind::kSegmentation;
  head.axis = 3;
  ClassMap map = Classify(head, {{1, 1, 2, 3}, {1, 3, 2, 5, 4, 5}});
  EXPECT_EQ(map.height, 1);
  EXPECT_EQ(map.width, 2);
  EXPECT_EQ(map.classes, (std::vector<int>{1, 0}));
  head.axis = 1;
  map = Classify(head, {{1, 3, 2, 1}, {1, 5, 3, 4, 2, 5}});
  EXPECT_EQ(map.height, 2);
  EXPECT_EQ(map.width, 1);
  EXPECT_EQ(map.classes, (std::vector<int>{1, 0}));
}

TEST(ClassifyPixelsTest, OneChannelIsCompared) {
  HeadInfo head;
  head.axis = 3;
  head.threshold = 0.25f;
  const ClassMap map = Classify(head, {{1, 1, 3, 1}, {0.2f, 0.25f, 1}});
  EXPECT_EQ(map.classes, (std::vector<int>{0, 1, 1}));
}

TEST(ClassifyPixelsTest, WhatIsNoPictureIsRefused) {
  HeadInfo head;
  head.axis = 1;
  EXPECT_FALSE(ClassifyPixels(head, {{{1, 3}, {0, 0, 0}}}).ok());
  head.axis = 3;
  EXPECT_FALSE(ClassifyPixels(head, {{{2, 1, 1, 1}, {0, 0}}}).ok());
}

}  // namespace
}  // namespace octet
