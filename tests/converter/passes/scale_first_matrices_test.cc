#include "converter/passes/scale_first_matrices.h"

#include "converter/passes/fold_channel_affine.h"
#include "gtest/gtest.h"
#include "tests/converter/graphs.h"
#include "tests/converter/passes/pass_check.h"

namespace octet::converter {
namespace {

// The second matrix of every product here, {6, 7}.
ValueId AddSecond(Graph& graph) { return AddInput(graph, "b", {6, 7}); }

ValueId AppendScale(Graph& graph, ValueId input, std::vector<float> factor) {
  const Shape shape{static_cast<int32_t>(factor.size())};
  const ValueId constant = graph.AddConstant("c", shape, std::move(factor));
  return Append(graph, "scale", Mul{}, {input, constant});
}

ValueId AppendLayer(Graph& graph, ValueId input) {
  const ValueId weights =
      graph.AddConstant("w", {6, 4}, RandomFloats(24, 1.0f, 1));
  const ValueId bias = graph.AddConstant("z", {6}, RandomFloats(6, 1.0f, 2));
  return Append(graph, "layer", FullyConnected{}, {input, weights, bias});
}

TEST(ScaleFirstMatricesTest, TheNumberReachesTheLayer) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 5, 4});
  const ValueId layer = AppendLayer(graph, x);
  const ValueId flat = Append(graph, "flat", Reshape{{5, 6}}, {layer});
  const ValueId b = AddSecond(graph);
  const ValueId product = Append(graph, "product", MatMul{}, {flat, b});
  graph.outputs = {AppendScale(graph, product, {0.25f})};
  Graph result = RunAndCheck(graph, ScaleFirstMatrices);
  EXPECT_EQ(Operators(result), "FullyConnected Mul Reshape MatMul");
  ASSERT_TRUE(FoldChannelAffine(result).ok());
  EXPECT_EQ(Operators(result), "FullyConnected Reshape MatMul");
  ExpectSameFunction(graph, result, 1e-5);
}

TEST(ScaleFirstMatricesTest, InFrontOfTheProductWhereThatIsLess) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {5, 6});
  const ValueId b = AddSecond(graph);
  const ValueId product = Append(graph, "product", MatMul{}, {x, b});
  graph.outputs = {AppendScale(graph, product, {3.0f}), x};
  EXPECT_EQ(Operators(RunAndCheck(graph, ScaleFirstMatrices)), "Mul MatMul");
}

TEST(ScaleFirstMatricesTest, StaysWhereItIs) {
  // A factor a column; a product that something else reads; a first matrix that
  // is larger than the product.
  for (const int which : {0, 1, 2}) {
    Graph graph;
    const ValueId x = AddInput(graph, "x", {5, 6});
    const ValueId b =
        which == 2 ? AddInput(graph, "b", {6, 2}) : AddSecond(graph);
    const ValueId product = Append(graph, "product", MatMul{}, {x, b});
    const ValueId scaled = AppendScale(
        graph, product,
        which == 0 ? std::vector<float>(7, 2.0f) : std::vector<float>{2.0f});
    graph.outputs = {scaled};
    if (which == 1) graph.outputs.push_back(product);
    EXPECT_EQ(Operators(RunAndCheck(graph, ScaleFirstMatrices)), "MatMul Mul");
  }
}

}  // namespace
}  // namespace octet::converter
