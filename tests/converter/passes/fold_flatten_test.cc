#include "converter/passes/fold_flatten.h"

#include "converter/ir/permutation.h"
#include "gtest/gtest.h"
#include "tests/converter/graphs.h"
#include "tests/converter/passes/pass_check.h"

namespace octet::converter {
namespace {

struct Flatten {
  TransposeParams permutation;
  Shape flat;
};

Graph Given(const Flatten& flatten) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {2, 3, 4, 5});
  const ValueId conv = AppendConv(graph, "conv", x, 5, 1, 1);
  const ValueId nchw = AppendTranspose(graph, "t", conv, flatten.permutation);
  const ValueId flat = Append(graph, "flat", Reshape{flatten.flat}, {nchw});
  graph.outputs = {AppendFullyConnected(graph, "fc", flat, 6, 2)};
  return graph;
}

TEST(FoldFlattenTest, TransposeGoesIntoTheColumns) {
  const Graph result =
      RunAndCheck(Given({kToChannelsFirst, {2, 60}}), FoldFlatten);
  EXPECT_EQ(Operators(result), "Conv2d Reshape FullyConnected");
}

TEST(FoldFlattenTest, AnyPermutationBehindTheBatch) {
  const Graph result =
      RunAndCheck(Given({{{0, 2, 3, 1}}, {2, 1, 60}}), FoldFlatten);
  EXPECT_EQ(Operators(result), "Conv2d Reshape FullyConnected");
}

TEST(FoldFlattenTest, TransposeOfTheBatchStays) {
  const Graph result =
      RunAndCheck(Given({{{1, 0, 2, 3}}, {2, 60}}), FoldFlatten);
  EXPECT_EQ(Operators(result), "Conv2d Transpose Reshape FullyConnected");
}

TEST(FoldFlattenTest, ReshapeThatSplitsAPictureStays) {
  const Graph result =
      RunAndCheck(Given({kToChannelsFirst, {2, 10, 6}}), FoldFlatten);
  EXPECT_EQ(Operators(result), "Conv2d Transpose Reshape FullyConnected");
}

TEST(FoldFlattenTest, OtherReadersKeepTheTranspose) {
  Graph graph = Given({kToChannelsFirst, {2, 60}});
  graph.outputs.push_back(TheNode<Reshape>(graph).output);
  const Graph result = RunAndCheck(graph, FoldFlatten);
  EXPECT_EQ(Operators(result),
            "Conv2d Transpose Reshape Reshape FullyConnected");
}

}  // namespace
}  // namespace octet::converter
