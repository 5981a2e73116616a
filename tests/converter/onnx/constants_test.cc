// Constants, and the arithmetic of shapes that exporters leave in a model.

#include <limits>

#include "gtest/gtest.h"
#include "tests/converter/onnx/model_builder.h"

namespace octet::converter {
namespace {

// Reshapes x {2, 3, 4} to the shape that the nodes before computed.
Shape ReshapedBy(ModelBuilder& model) {
  model.Input("x", {2, 3, 4}).Output("y");
  model.Node("Reshape", {"x", "shape"}, "y");
  return model.OutputShape();
}

TEST(IntegerFoldingTest, ShapeGatherUnsqueezeConcat) {
  ModelBuilder model;
  model.Integers("axes", {0}).Integers("minus_one", {-1});
  model.Node("Shape", {"x"}, "all");
  model.Node("Constant", {}, "one").Int("value_int", -2);
  model.Node("Gather", {"all", "one"}, "dim");
  model.Node("Unsqueeze", {"dim", "axes"}, "dims");
  model.Node("Concat", {"dims", "minus_one"}, "shape").Int("axis", 0);
  EXPECT_EQ(ReshapedBy(model), (Shape{3, 8}));
}

TEST(IntegerFoldingTest, SliceCastArithmetic) {
  ModelBuilder model;
  model.Integers("from", {1}).Integers("to", {3}).Integers("two", {2});
  model.Integers("six", {6});
  model.Node("Shape", {"x"}, "all");
  model.Node("Slice", {"all", "from", "to"}, "tail");  // 3, 4
  model.Node("Cast", {"tail"}, "as_float").Int("to", 1);
  model.Node("Cast", {"as_float"}, "again").Int("to", 7);
  model.Node("Mul", {"again", "two"}, "doubled");  // 6, 8
  model.Node("Sub", {"doubled", "six"}, "less");   // 0, 2
  model.Node("Add", {"less", "two"}, "more");      // 2, 4
  model.Node("Div", {"more", "two"}, "half");      // 1, 2
  model.Node("Constant", {}, "rest").Ints("value_ints", {-1});
  model.Node("Identity", {"rest"}, "same");
  model.Node("Concat", {"half", "same"}, "shape").Int("axis", 0);
  EXPECT_EQ(ReshapedBy(model), (Shape{1, 2, 12}));
}

// How PyTorch exports F.pad: pads of the last dimensions first, turned round by
// a reshape, a slice with step -1 and a transpose.
TEST(IntegerFoldingTest, PadsOfPyTorch) {
  ModelBuilder model;
  model.Input("x", {2, 3}).Output("y").Integers("pads", {1, 2});
  model.Integers("two", {2}).Integers("pairs", {-1, 2});
  model.Integers("zero", {0}).Integers("last", {-1});
  model.Integers("end", {std::numeric_limits<int64_t>::min()});
  model.Integers("flat", {-1});
  model.Node("ConstantOfShape", {"two"}, "zeros")
      .Tensor("value")
      .set_data_type(onnx::TensorProto::INT64);
  onnx::TensorProto& fill =
      *model.graph().mutable_node(0)->mutable_attribute(0)->mutable_t();
  fill.add_dims(1);
  fill.add_int64_data(0);
  model.Node("Concat", {"pads", "zeros"}, "all").Int("axis", 0);
  model.Node("Reshape", {"all", "pairs"}, "matrix");
  model.Node("Slice", {"matrix", "last", "end", "zero", "last"}, "reversed");
  model.Node("Transpose", {"reversed"}, "columns").Ints("perm", {1, 0});
  model.Node("Reshape", {"columns", "flat"}, "onnx_pads");
  model.Node("Cast", {"onnx_pads"}, "cast").Int("to", 7);
  model.Node("Pad", {"x", "cast"}, "y");
  EXPECT_EQ(model.OutputShape(), (Shape{2, 6}));
  ExpectNear(model.Run({Iota(6)}), {0, 0, 1, 2, 0, 0, 0, 3, 4, 5, 0, 0});
}

TEST(IntegerFoldingTest, ShapeOfPart) {
  ModelBuilder model;
  model.Integers("minus_one", {-1});
  model.Node("Shape", {"x"}, "tail").Int("start", -2).Int("end", 100);
  model.Node("Concat", {"minus_one", "tail"}, "shape").Int("axis", 0);
  EXPECT_EQ(ReshapedBy(model), (Shape{2, 3, 4}));
}

TEST(IntegerFoldingTest, OverflowWrapsAndDivisionByZeroIsRefused) {
  constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
  struct Case {
    std::string type;
    int64_t a, b;
  };
  for (const Case& c :
       {Case{"Add", kMin, -1}, Case{"Sub", kMin, 1}, Case{"Mul", kMin, 3},
        Case{"Div", 1, 0}, Case{"Div", kMin, -1}}) {
    ModelBuilder model;
    model.Integers("a", {c.a}).Integers("b", {c.b}).Input("x", {1});
    model.Output("y");
    model.Node(c.type, {"a", "b"}, "shape");
    model.Node("Reshape", {"x", "shape"}, "y");
    // What wraps is no dimension.
    const bool by_zero = c.b == 0;
    EXPECT_NE(
        model.ImportError().find(by_zero ? "divides by zero" : "(Reshape)"),
        std::string::npos)
        << model.ImportError();
  }
}

TEST(IntegerFoldingTest, IndexOutOfRangeIsRefused) {
  for (int64_t index : {3, -4}) {
    ModelBuilder model;
    model.Integers("index", {index}).Input("x", {2, 3, 4}).Output("y");
    model.Node("Shape", {"x"}, "all");
    model.Node("Gather", {"all", "index"}, "shape");
    model.Node("Reshape", {"x", "shape"}, "y");
    EXPECT_NE(model.ImportError().find("out of range"), std::string::npos);
  }
}

TEST(ConstantTest, FloatForms) {
  ModelBuilder model;
  model.Input("x", {1}).Output("y");
  model.Node("Constant", {}, "a").Float("value_float", 2);
  onnx::TensorProto& tensor = model.Node("Constant", {}, "b").Tensor("value");
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  tensor.add_dims(1);
  tensor.add_float_data(3);
  model.Node("Add", {"x", "a"}, "x_and_a");
  model.Node("Mul", {"x_and_a", "b"}, "y");
  ExpectNear(model.Run({{1}}), {9});
}

TEST(ConstantTest, StringsAreRefused) {
  ModelBuilder model;
  model.Input("x", {1}).Output("y");
  model.Node("Constant", {}, "a").String("value_string", "text");
  model.Node("Add", {"x", "a"}, "y");
  EXPECT_NE(model.ImportError().find("(Constant)"), std::string::npos);
}

TEST(ConstantOfShapeTest, SizeIsLimited) {
  ModelBuilder model;
  constexpr int64_t kHuge = int64_t{1} << 40;
  model.Input("x", {1}).Output("y").Integers("shape", {kHuge, kHuge});
  model.Node("ConstantOfShape", {"shape"}, "zeros");
  model.Node("Add", {"x", "zeros"}, "y");
  EXPECT_NE(model.ImportError().find("(ConstantOfShape)"), std::string::npos);
}

TEST(CastTest, BetweenFloatTypesIsNothing) {
  ModelBuilder model;
  model.Input("x", {2}).Output("y");
  model.Node("Cast", {"x"}, "half").Int("to", onnx::TensorProto::FLOAT16);
  model.Node("Cast", {"half"}, "y").Int("to", onnx::TensorProto::FLOAT);
  ExpectNear(model.Run({{1, 2}}), {1, 2});
}

TEST(CastTest, ComputedTensorToIntegers) {
  ModelBuilder model;
  model.Input("x", {2}).Output("y");
  model.Node("Cast", {"x"}, "y").Int("to", onnx::TensorProto::INT32);
  const Result<Graph> graph = model.Import();
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  EXPECT_EQ(graph->value(graph->outputs[0]).type, DataType::INT64);
}

TEST(DropoutTest, IsNothingInInference) {
  ModelBuilder old(7);
  old.Input("x", {2}).Output("y");
  old.Node("Dropout", {"x"}, "y").Float("ratio", 0.5f);
  old.graph().mutable_node(0)->add_output("mask");  // that nobody reads
  ExpectNear(old.Run({{1, 2}}), {1, 2});
  ModelBuilder training;
  training.Input("x", {2}).Output("y").Integers("training", {1});
  training.Node("Dropout", {"x", "", "training"}, "y");
  EXPECT_NE(training.ImportError().find("training mode"), std::string::npos);
}

// y = x + Range(start, limit, delta).
ModelBuilder RangeModel(int64_t start, int64_t limit, int64_t delta,
                        int64_t count) {
  ModelBuilder model;
  model.Input("x", {count}).Output("y");
  const std::pair<std::string, int64_t> numbers[] = {
      {"start", start}, {"limit", limit}, {"delta", delta}};
  for (const auto& [name, number] : numbers) model.Integers(name, {number});
  model.Node("Range", {"start", "limit", "delta"}, "range");
  model.Node("Cast", {"range"}, "reals").Int("to", onnx::TensorProto::FLOAT);
  model.Node("Add", {"x", "reals"}, "y");
  return model;
}

TEST(RangeTest, OfIntegers) {
  ExpectNear(RangeModel(0, 4, 1, 4).Run({Floats(4)}), {0, 1, 2, 3});
  ExpectNear(RangeModel(3, 10, 3, 3).Run({Floats(3)}), {3, 6, 9});
  ExpectNear(RangeModel(5, -2, -3, 3).Run({Floats(3)}), {5, 2, -1});
}

TEST(RangeTest, OfFloats) {
  ModelBuilder model;
  model.Input("x", {4}).Output("y").Constant("start", {}, {0.5f});
  model.Constant("limit", {}, {2.25f}).Constant("delta", {}, {0.5f});
  model.Node("Range", {"start", "limit", "delta"}, "range");
  model.Node("Add", {"x", "range"}, "y");
  ExpectNear(model.Run({Floats(4)}), {0.5f, 1, 1.5f, 2});
}

TEST(RangeTest, Refused) {
  EXPECT_NE(RangeModel(0, 4, 0, 4).ImportError().find("(Range)"),
            std::string::npos);
  EXPECT_NE(RangeModel(0, int64_t{1} << 40, 1, 4).ImportError().find("(Range)"),
            std::string::npos);
  EXPECT_NE(RangeModel(0, int64_t{1} << 62, int64_t{1} << 61, 2)
                .ImportError()
                .find("(Range)"),
            std::string::npos);
  ModelBuilder computed;
  computed.Input("x", {}).Output("y").Constant("one", {}, {1});
  computed.Node("Range", {"one", "x", "one"}, "y");
  EXPECT_NE(computed.ImportError().find("(Range)"), std::string::npos);
}

}  // namespace
}  // namespace octet::converter
