// Add, Sub, Mul, Div, Relu, Clip.

#include <limits>
#include <string>
#include <variant>
#include <vector>

#include "gtest/gtest.h"
#include "tests/converter/onnx/model_builder.h"

namespace octet::converter {
namespace {

struct BinaryCase {
  std::string type;
  bool constant_first;
  Floats expected;
};

// x = {1, 2, 3, 4} as {1, 2, 2} and c = {2, 4} as {2, 1}.
TEST(ArithmeticTest, WithAConstant) {
  const BinaryCase cases[] = {
      {"Add", false, {3, 4, 7, 8}},        {"Add", true, {3, 4, 7, 8}},
      {"Sub", false, {-1, 0, -1, 0}},      {"Sub", true, {1, 0, 1, 0}},
      {"Mul", false, {2, 4, 12, 16}},      {"Mul", true, {2, 4, 12, 16}},
      {"Div", false, {0.5f, 1, 0.75f, 1}},
  };
  for (const BinaryCase& c : cases) {
    SCOPED_TRACE(c.type);
    ModelBuilder model;
    model.Input("x", {1, 2, 2}).Output("y").Constant("c", {2, 1}, {2, 4});
    using Names = std::vector<std::string>;
    model.Node(c.type, c.constant_first ? Names{"c", "x"} : Names{"x", "c"},
               "y");
    ExpectNear(model.Run({{1, 2, 3, 4}}), c.expected);
    EXPECT_EQ(model.OutputShape(), (Shape{1, 2, 2}));
  }
}

TEST(ArithmeticTest, ConstantOfMoreDimensionsExtendsTheShape) {
  ModelBuilder model;
  model.Input("x", {3}).Output("y").Constant("c", {1, 1, 3}, {1, 2, 3});
  model.Node("Add", {"x", "c"}, "y");
  ExpectNear(model.Run({{1, 1, 1}}), {2, 3, 4});
  EXPECT_EQ(model.OutputShape(), (Shape{1, 1, 3}));
}

// Before opset 7: aligned at `axis`.
TEST(ArithmeticTest, LegacyBroadcast) {
  ModelBuilder model(6);
  model.Input("x", {1, 2, 1, 2}).Output("y").Constant("c", {2}, {10, 20});
  model.Node("Add", {"x", "c"}, "y").Int("broadcast", 1).Int("axis", 1);
  ExpectNear(model.Run({{1, 2, 3, 4}}), {11, 12, 23, 24});
}

TEST(ArithmeticTest, TwoActivations) {
  ModelBuilder model;
  model.Input("x", {2}).Input("z", {2}).Output("y");
  model.Node("Add", {"x", "z"}, "y");
  ExpectNear(model.Run({{1, 2}, {3, 5}}), {4, 7});
}

TEST(ArithmeticTest, TwoConstantsAreComputed) {
  ModelBuilder model;
  model.Input("x", {2}).Output("y");
  model.Constant("a", {}, {3}).Constant("b", {2}, {1, 2});
  model.Node("Sub", {"a", "b"}, "c");
  model.Node("Div", {"c", "b"}, "d");
  model.Node("Add", {"x", "d"}, "y");
  ExpectNear(model.Run({{0, 0}}), {2, 0.5f});
}

std::string Error(const std::string& type, const Dims& x, const Dims& z,
                  const Dims& constant) {
  ModelBuilder model;
  model.Input("x", x).Input("z", z).Output("y").Random("c", constant, 1);
  model.Node(type, {"x", constant.empty() ? "z" : "c"}, "y");
  return model.ImportError();
}

TEST(ArithmeticTest, Refused) {
  EXPECT_NE(Error("Mul", {1, 2}, {1}, {1, 3}).find("cannot be broadcast"),
            std::string::npos);
  EXPECT_NE(Error("Div", {2, 2}, {3}, {}).find("cannot be broadcast"),
            std::string::npos);
}

TEST(ArithmeticTest, DivisionByZeroIsRefused) {
  ModelBuilder model;
  model.Input("x", {2}).Output("y").Constant("c", {2}, {1, 0});
  model.Node("Div", {"x", "c"}, "y");
  EXPECT_NE(model.ImportError().find("divides by zero"), std::string::npos);
}

TEST(ClipTest, Relu) {
  ModelBuilder model;
  model.Input("x", {3}).Output("y");
  model.Node("Relu", {"x"}, "y");
  ExpectNear(model.Run({{-1, 0, 2}}), {0, 0, 2});
}

TEST(ClipTest, AttributesBeforeOpset11) {
  ModelBuilder model(6);
  model.Input("x", {3}).Output("y");
  model.Node("Clip", {"x"}, "y").Float("min", -1).Float("max", 6);
  ExpectNear(model.Run({{-3, 5, 9}}), {-1, 5, 6});
}

TEST(ClipTest, InputsSinceOpset11) {
  ModelBuilder model;
  model.Input("x", {3}).Output("y");
  model.Constant("low", {}, {-1}).Constant("high", {1}, {6});
  model.Node("Clip", {"x", "low", "high"}, "y");
  ExpectNear(model.Run({{-3, 5, 9}}), {-1, 5, 6});
}

TEST(ClipTest, BoundsMayBeAbsent) {
  ModelBuilder model;
  model.Input("x", {3}).Output("y").Constant("high", {}, {6});
  model.Node("Clip", {"x", "", "high"}, "y");
  ExpectNear(model.Run({{-3, 5, 9}}), {-3, 5, 6});
}

TEST(ClipTest, LowerBoundAboveTheUpperGivesTheUpper) {
  ModelBuilder model;
  model.Input("x", {2}).Output("y");
  model.Constant("low", {}, {2}).Constant("high", {}, {1});
  model.Node("Clip", {"x", "low", "high"}, "y");
  ExpectNear(model.Run({{0, 5}}), {1, 1});
}

TEST(ClipTest, BoundsMustBeConstantNumbers) {
  ModelBuilder computed;
  computed.Input("x", {2}).Input("low", {}).Output("y");
  computed.Node("Clip", {"x", "low"}, "y");
  EXPECT_NE(computed.ImportError().find("must be constant"), std::string::npos);
  ModelBuilder not_a_number;
  not_a_number.Input("x", {2}).Output("y");
  not_a_number.Constant("low", {}, {std::numeric_limits<float>::quiet_NaN()});
  not_a_number.Node("Clip", {"x", "low"}, "y");
  EXPECT_NE(not_a_number.ImportError().find("not a number"), std::string::npos);
}

// The only node of the graph that y = type(x, 4) becomes.
template <typename Op>
Op TheOnly(const std::string& type, bool constant_first, const Dims& dims) {
  ModelBuilder model;
  model.Input("x", {1, 3}).Output("y").Constant("c", dims, {4});
  using Names = std::vector<std::string>;
  model.Node(type, constant_first ? Names{"c", "x"} : Names{"x", "c"}, "y");
  const Result<Graph> graph = model.Import();
  EXPECT_EQ(graph->nodes.size(), 1u);
  const Op* op = std::get_if<Op>(&graph->nodes[0].op);
  EXPECT_NE(op, nullptr) << type;
  return op == nullptr ? Op() : *op;
}

TEST(BoundTest, MaxAndMinWithANumberAreClamps) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (const Dims& dims : {Dims{}, Dims{1}, Dims{1, 1}}) {
    for (bool first : {false, true}) {
      const FloatClamp above = TheOnly<Clamp>("Max", first, dims).clamp;
      EXPECT_EQ(above.min, 4);
      EXPECT_EQ(above.max, kInfinity);
      const FloatClamp below = TheOnly<Clamp>("Min", first, dims).clamp;
      EXPECT_EQ(below.min, -kInfinity);
      EXPECT_EQ(below.max, 4);
    }
  }
}

// Whether y = type(x, c) with more than one number stays what it is.
bool StaysBinary(const std::string& type, const Dims& x, const Dims& c,
                 const Floats& numbers) {
  ModelBuilder model;
  model.Input("x", x).Output("y").Constant("c", c, numbers);
  model.Node(type, {"x", "c"}, "y");
  const Result<Graph> graph = model.Import();
  return graph.ok() && graph->nodes.size() == 1 &&
         std::holds_alternative<Binary>(graph->nodes[0].op);
}

TEST(BoundTest, OtherMaximaAreNot) {
  EXPECT_TRUE(StaysBinary("Max", {1, 3}, {3}, {4, 6, 8}));
  EXPECT_TRUE(StaysBinary("Min", {3}, {1, 1}, {4}));
  EXPECT_TRUE(
      StaysBinary("Max", {3}, {}, {std::numeric_limits<float>::quiet_NaN()}));
}

TEST(PReluTest, OneSlopeIsALeakyRelu) {
  for (const Dims& dims : {Dims{}, Dims{1}, Dims{1, 1}}) {
    const auto op = TheOnly<Unary>("PRelu", false, dims);
    EXPECT_EQ(op.function, schema::UnaryFunction::LEAKY_RELU);
    EXPECT_EQ(op.alpha, 4);
  }
  EXPECT_TRUE(StaysBinary("PRelu", {1, 2}, {2}, {4, 2}));
}

}  // namespace
}  // namespace octet::converter
