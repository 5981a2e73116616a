// Gemm and MatMul.

#include <variant>

#include "gtest/gtest.h"
#include "tests/converter/onnx/model_builder.h"

namespace octet::converter {
namespace {

// A = {1, 2, 3}, B = {{1, 4}, {2, 5}, {3, 6}}: A * B = {14, 32}.
ModelBuilder Gemm(bool transposed_b) {
  ModelBuilder model;
  model.Input("a", {1, 3}).Output("y");
  if (transposed_b) {
    model.Constant("b", {2, 3}, {1, 2, 3, 4, 5, 6});
  } else {
    model.Constant("b", {3, 2}, {1, 4, 2, 5, 3, 6});
  }
  return model;
}

TEST(GemmTest, Defaults) {
  ModelBuilder model = Gemm(false);
  model.Node("Gemm", {"a", "b"}, "y");
  ExpectNear(model.Run({{1, 2, 3}}), {14, 32});
}

TEST(GemmTest, AlphaBetaTransposed) {
  ModelBuilder model = Gemm(true);
  model.Constant("c", {2}, {10, 20});
  model.Node("Gemm", {"a", "b", "c"}, "y")
      .Float("alpha", 0.5f)
      .Float("beta", 2)
      .Int("transB", 1);
  ExpectNear(model.Run({{1, 2, 3}}), {27, 56});
}

TEST(GemmTest, ShapesOfC) {
  for (const Dims& dims : {Dims{}, Dims{1}, Dims{1, 1}}) {
    ModelBuilder model = Gemm(false);
    model.Constant("c", dims, {1});
    model.Node("Gemm", {"a", "b", "c"}, "y");
    ExpectNear(model.Run({{1, 2, 3}}), {15, 33});
  }
  ModelBuilder row = Gemm(false);
  row.Constant("c", {1, 2}, {1, 2});
  row.Node("Gemm", {"a", "b", "c"}, "y");
  ExpectNear(row.Run({{1, 2, 3}}), {15, 34});
}

// Of two computed matrices, or with more than a row to add: a MatMul.
TEST(GemmTest, WhatIsNoLayer) {
  ModelBuilder computed;
  computed.Input("a", {1, 3}).Input("b", {3, 2}).Output("y");
  computed.Node("Gemm", {"a", "b"}, "y");
  const Result<Graph> graph = computed.Import();
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  EXPECT_TRUE(std::holds_alternative<MatMul>(graph->nodes[0].op));
  ModelBuilder trans_a;
  trans_a.Input("a", {3, 1}).Output("y").Random("b", {3, 2}, 1);
  trans_a.Node("Gemm", {"a", "b"}, "y").Int("transA", 1);
  EXPECT_EQ(trans_a.OutputShape(), (Shape{1, 2}));
}

TEST(GemmTest, Refused) {
  ModelBuilder mismatch = Gemm(true);
  mismatch.Node("Gemm", {"a", "b"}, "y");
  EXPECT_NE(mismatch.ImportError().find("differs"), std::string::npos);
}

TEST(MatMulTest, BatchDimensions) {
  ModelBuilder model;
  model.Input("a", {2, 1, 3}).Output("y");
  model.Constant("b", {1, 3, 2}, {1, 4, 2, 5, 3, 6});
  model.Node("MatMul", {"a", "b"}, "y");
  ExpectNear(model.Run({{1, 2, 3, 0, 0, 1}}), {14, 32, 3, 6});
  EXPECT_EQ(model.OutputShape(), (Shape{2, 1, 2}));
}

TEST(MatMulTest, Refused) {
  const Dims shapes[] = {{2}, {3, 3, 2}, {1, 1, 2, 2}};
  for (const Dims& b : shapes) {
    ModelBuilder model;
    model.Input("a", {2, 1, 3}).Output("y").Random("b", b, 1);
    model.Node("MatMul", {"a", "b"}, "y");
    EXPECT_NE(model.ImportError().find("(MatMul)"), std::string::npos);
  }
}

}  // namespace
}  // namespace octet::converter
