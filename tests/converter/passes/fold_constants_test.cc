#include "converter/passes/fold_constants.h"

#include "converter/ir/permutation.h"
#include "gtest/gtest.h"
#include "tests/converter/graphs.h"
#include "tests/converter/passes/pass_check.h"

namespace octet::converter {
namespace {

// Each case: an operator of the constant `c` of shape {2, 3, 4}, which is then
// added to the input.
class FoldConstantsTest : public ::testing::Test {
 protected:
  FoldConstantsTest() {
    c_ = graph_.AddConstant("c", {2, 3, 4}, RandomFloats(24, 2.0f, 5));
  }

  void ExpectFolded(ValueId folded) {
    const ValueId x = AddInput(graph_, "x", graph_.value(folded).shape);
    graph_.outputs = {Append(graph_, "use", Add{}, {x, folded})};
    EXPECT_EQ(Operators(RunAndCheck(graph_, FoldConstants)), "Add");
  }

  Graph graph_;
  ValueId c_;
};

TEST_F(FoldConstantsTest, Transpose) {
  ExpectFolded(AppendTranspose(graph_, "t", c_, {{2, 0, 1}}));
}

TEST_F(FoldConstantsTest, Reshape) {
  ExpectFolded(Append(graph_, "r", Reshape{{4, 6}}, {c_}));
}

TEST_F(FoldConstantsTest, PadAndSlice) {
  Pad pad;
  pad.params = PadParams{{1, 0, 2}, {0, 1, 0}};
  pad.value = 3;
  const ValueId padded = Append(graph_, "p", pad, {c_});
  Slice slice;
  slice.params = SliceParams{{2, 0, 5}, {2, 2, 3}, {-2, 2, -2}};
  ExpectFolded(Append(graph_, "s", slice, {padded}));
}

TEST_F(FoldConstantsTest, Concat) {
  const ValueId other =
      graph_.AddConstant("d", {2, 1, 4}, RandomFloats(8, 2.0f, 6));
  ExpectFolded(Append(graph_, "c", Concat{{1}}, {c_, other, c_}));
}

TEST_F(FoldConstantsTest, Arithmetic) {
  const ValueId mul = AppendMul(graph_, "m", c_, {3, 1}, 7);
  const ValueId add = AppendAdd(graph_, "a", mul, {4}, 8);
  const ValueId bn = AppendBatchNormalization(graph_, "bn", add, 1, 9);
  ExpectFolded(Append(graph_, "clamp", Clamp{Bounds(-1, 1)}, {bn}));
}

TEST_F(FoldConstantsTest, ConstantsDoNotGrowWithoutLimit) {
  const ValueId small = graph_.AddConstant("small", {1}, {1});
  Pad pad;
  pad.params.end[0] = 1 << 28;
  const ValueId padded = Append(graph_, "p", pad, {small});
  graph_.outputs = {padded};
  Slice slice;
  slice.params.size[0] = 1;
  graph_.outputs = {Append(graph_, "s", slice, {padded})};
  ASSERT_TRUE(FoldConstants(graph_).ok());
  EXPECT_EQ(Operators(graph_), "Pad Slice");
}

}  // namespace
}  // namespace octet::converter
