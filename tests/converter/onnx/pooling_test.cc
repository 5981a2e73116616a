// MaxPool, AveragePool, the global pools and ReduceMean, on pictures small
// enough to pool by hand.

#include <variant>

#include "gtest/gtest.h"
#include "tests/converter/onnx/model_builder.h"

namespace octet::converter {
namespace {

// One node over x {1, 1, h, w}.
ModelBuilder Model(int64_t h, int64_t w) {
  ModelBuilder model;
  model.Input("x", {1, 1, h, w}).Output("y");
  return model;
}

TEST(MaxPoolTest, Strided) {
  ModelBuilder model = Model(4, 4);
  model.Node("MaxPool", {"x"}, "y")
      .Ints("kernel_shape", {2, 2})
      .Ints("strides", {2, 2});
  ExpectNear(model.Run({Iota(16)}), {5, 7, 13, 15});
}

TEST(MaxPoolTest, PaddedCellsDoNotCount) {
  ModelBuilder model = Model(1, 3);
  model.Node("MaxPool", {"x"}, "y")
      .Ints("kernel_shape", {1, 2})
      .Ints("pads", {0, 1, 0, 1});
  ExpectNear(model.Run({{-5, -7, -6}}), {-5, -5, -6, -6});
}

TEST(MaxPoolTest, CeilModeAddsAWindow) {
  for (int64_t ceil_mode : {0, 1}) {
    ModelBuilder model = Model(1, 6);
    model.Node("MaxPool", {"x"}, "y")
        .Ints("kernel_shape", {1, 3})
        .Ints("strides", {1, 2})
        .Int("ceil_mode", ceil_mode);
    ExpectNear(model.Run({Iota(6)}),
               ceil_mode != 0 ? Floats{2, 4, 5} : Floats{2, 4});
  }
}

// The second window would start at cell 3, behind the left pad and the picture.
TEST(MaxPoolTest, CeilModeAddsNoWindowBehindThePicture) {
  ModelBuilder model = Model(1, 2);
  model.Node("MaxPool", {"x"}, "y")
      .Ints("kernel_shape", {1, 2})
      .Ints("strides", {1, 3})
      .Ints("pads", {0, 1, 0, 1})
      .Int("ceil_mode", 1);
  ExpectNear(model.Run({{3, 4}}), {3});
}

TEST(MaxPoolTest, Refused) {
  ModelBuilder indices = Model(4, 4);
  indices.Node("MaxPool", {"x"}, "y").Ints("kernel_shape", {2, 2});
  indices.graph().mutable_node(0)->add_output("indices");
  EXPECT_EQ(indices.OutputShape(), (Shape{1, 1, 3, 3}));
  indices.Output("indices");
  EXPECT_EQ(indices.ImportError(),
            "test.onnx: node 'the_MaxPool' (MaxPool): its output 1 "
            "('indices') is used, which is not supported");
  ModelBuilder order = Model(4, 4);
  order.Node("MaxPool", {"x"}, "y")
      .Ints("kernel_shape", {2, 2})
      .Int("storage_order", 1);
  EXPECT_NE(order.ImportError().find("storage_order"), std::string::npos);
}

Floats Average(int64_t count_include_pad) {
  ModelBuilder model = Model(1, 3);
  model.Node("AveragePool", {"x"}, "y")
      .Ints("kernel_shape", {1, 2})
      .Ints("pads", {0, 1, 0, 0})
      .Int("count_include_pad", count_include_pad);
  return model.Run({{2, 4, 8}});
}

TEST(AveragePoolTest, PadsCountWhereAsked) {
  ExpectNear(Average(0), {2, 3, 6});
  ExpectNear(Average(1), {1, 3, 6});
}

// Cells that ceil_mode adds never count.
TEST(AveragePoolTest, CeilMode) {
  for (int64_t count_include_pad : {0, 1}) {
    ModelBuilder model = Model(1, 4);
    model.Node("AveragePool", {"x"}, "y")
        .Ints("kernel_shape", {1, 3})
        .Ints("strides", {1, 2})
        .Int("ceil_mode", 1)
        .Int("count_include_pad", count_include_pad);
    ExpectNear(model.Run({{1, 2, 3, 5}}), {2, 4});
  }
}

// Pads count, the cell that ceil_mode adds does not.
TEST(AveragePoolTest, CeilModeWithCountedPads) {
  ModelBuilder model = Model(1, 4);
  model.Node("AveragePool", {"x"}, "y")
      .Ints("kernel_shape", {1, 3})
      .Ints("strides", {1, 2})
      .Ints("pads", {0, 1, 0, 1})
      .Int("ceil_mode", 1)
      .Int("count_include_pad", 1);
  ExpectNear(model.Run({{3, 3, 3, 6}}), {2, 4, 3});
}

TEST(AveragePoolTest, SameLower) {
  ModelBuilder model = Model(1, 3);
  model.Node("AveragePool", {"x"}, "y")
      .Ints("kernel_shape", {1, 2})
      .String("auto_pad", "SAME_LOWER");
  ExpectNear(model.Run({{2, 4, 8}}), {2, 3, 6});
}

TEST(GlobalPoolTest, OneValueAChannel) {
  for (const char* type : {"GlobalAveragePool", "GlobalMaxPool"}) {
    ModelBuilder model;
    model.Input("x", {1, 2, 1, 3}).Output("y");
    model.Node(type, {"x"}, "y");
    const bool is_max = std::string(type) == "GlobalMaxPool";
    ExpectNear(model.Run({{1, 2, 6, 4, 5, 9}}),
               is_max ? Floats{6, 9} : Floats{3, 6});
    EXPECT_EQ(model.OutputShape(), (Shape{1, 2, 1, 1}));
  }
}

struct MeanCase {
  Dims input;
  Dims axes;
  Shape kept;     // keepdims = 1
  Shape dropped;  // keepdims = 0
  Floats expected;
};

// Of 0, 1, 2 ... in the input's shape.
TEST(ReduceMeanTest, HeightAndWidth) {
  const MeanCase cases[] = {
      {{1, 2, 2, 3}, {2, 3}, {1, 2, 1, 1}, {1, 2}, {2.5f, 8.5f}},
      {{1, 2, 2, 3}, {-1, -2}, {1, 2, 1, 1}, {1, 2}, {2.5f, 8.5f}},
      {{1, 2, 2, 3}, {3}, {1, 2, 2, 1}, {1, 2, 2}, {1, 4, 7, 10}},
      {{1, 1, 2, 3}, {2}, {1, 1, 1, 3}, {1, 1, 3}, {1.5f, 2.5f, 3.5f}},
      {{1, 2, 2, 2}, {1, 2}, {1, 1, 1, 2}, {1, 2}, {3, 4}},
      {{1, 2, 3}, {2}, {1, 2, 1}, {1, 2}, {1, 4}},
  };
  for (const MeanCase& c : cases) {
    for (int64_t keep_dims : {0, 1}) {
      for (int64_t opset : {13, 18}) {
        ModelBuilder model(opset);
        model.Input("x", c.input).Output("y").Integers("axes", c.axes);
        if (opset == 13) {
          model.Node("ReduceMean", {"x"}, "y")
              .Ints("axes", c.axes)
              .Int("keepdims", keep_dims);
        } else {
          model.Node("ReduceMean", {"x", "axes"}, "y")
              .Int("keepdims", keep_dims);
        }
        int64_t count = 1;
        for (int64_t dim : c.input) count *= dim;
        ExpectNear(model.Run({Iota(count)}), c.expected);
        EXPECT_EQ(model.OutputShape(), keep_dims != 0 ? c.kept : c.dropped);
      }
    }
  }
}

TEST(ReduceMeanTest, OtherAxesAreReduced) {
  for (const Dims& axes : {Dims{1}, Dims{0, 2}, Dims{1, 2, 3}}) {
    ModelBuilder model;
    model.Input("x", {1, 2, 3, 4}).Output("y");
    model.Node("ReduceMean", {"x"}, "y").Ints("axes", axes);
    const Result<Graph> graph = model.Import();
    ASSERT_TRUE(graph.ok()) << graph.status().message();
    EXPECT_TRUE(std::holds_alternative<Reduce>(graph->nodes[0].op));
  }
}

}  // namespace
}  // namespace octet::converter
