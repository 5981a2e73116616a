#include "converter/ir/permutation.h"

#include "gtest/gtest.h"

namespace octet::converter {
namespace {

const Shape kShape{2, 3, 4, 5};

TEST(PermutationTest, ChannelsLastAndBack) {
  EXPECT_EQ(PermuteShape(kShape, kToChannelsLast), (Shape{2, 4, 5, 3}));
  EXPECT_TRUE(SamePermutation(InversePermutation(kToChannelsLast, 4),
                              kToChannelsFirst, 4));
  EXPECT_TRUE(IsIdentityPermutation(
      ComposePermutations(kToChannelsLast, kToChannelsFirst, 4), 4));
}

TEST(PermutationTest, CompositionIsInOrder) {
  const TransposeParams first{{3, 0, 2, 1}};
  const TransposeParams second{{1, 3, 0, 2}};
  EXPECT_EQ(PermuteShape(kShape, ComposePermutations(first, second, 4)),
            PermuteShape(PermuteShape(kShape, first), second));
}

TEST(PermutationTest, MoveAxisLast) {
  EXPECT_EQ(PermuteShape(kShape, MoveAxisLast(0, 4)), (Shape{3, 4, 5, 2}));
  EXPECT_EQ(PermuteShape(kShape, MoveAxisLast(2, 4)), (Shape{2, 3, 5, 4}));
  EXPECT_TRUE(IsIdentityPermutation(MoveAxisLast(3, 4), 4));
}

TEST(PermutationTest, KeepsMemoryOrder) {
  EXPECT_TRUE(KeepsMemoryOrder(kToChannelsLast, {2, 1, 4, 5}));
  EXPECT_TRUE(KeepsMemoryOrder(kToChannelsLast, {2, 7, 1, 1}));
  EXPECT_FALSE(KeepsMemoryOrder(kToChannelsLast, {2, 3, 4, 1}));
  EXPECT_FALSE(KeepsMemoryOrder({{1, 0, 2, 3}}, kShape));
}

}  // namespace
}  // namespace octet::converter
