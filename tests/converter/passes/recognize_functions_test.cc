#include "converter/passes/recognize_functions.h"

#include <variant>

#include "gtest/gtest.h"
#include "tests/converter/graphs.h"

namespace octet::converter {
namespace {

using schema::BinaryFunction;
using schema::UnaryFunction;

class RecognizeFunctionsTest : public ::testing::Test {
 protected:
  RecognizeFunctionsTest() { x_ = AddInput(graph_, "x", {1, 2, 2, 3}); }

  ValueId Constant(float value) {
    return graph_.AddConstant("c" + std::to_string(graph_.values.size()), {1},
                              {value});
  }
  ValueId Apply(UnaryFunction function, ValueId x) {
    return Append(graph_, Name(), Unary{function}, {x});
  }
  ValueId Times(ValueId a, ValueId b) {
    return Append(graph_, Name(), Mul{}, {a, b});
  }
  ValueId Plus(ValueId a, ValueId b) {
    return Append(graph_, Name(), Add{}, {a, b});
  }
  ValueId Bounded(ValueId x, float min, float max) {
    return Append(graph_, Name(), Clamp{{min, max}}, {x});
  }

  // One node is left: `function` of x.
  void ExpectBecomes(ValueId output, UnaryFunction function) {
    graph_.outputs = {output};
    ASSERT_TRUE(RecognizeFunctions(graph_).ok());
    ASSERT_TRUE(ValidateGraph(graph_).ok());
    ASSERT_EQ(graph_.nodes.size(), 1u) << ToString(graph_);
    const auto* unary = std::get_if<Unary>(&graph_.nodes[0].op);
    ASSERT_NE(unary, nullptr) << ToString(graph_);
    EXPECT_EQ(unary->function, function);
    EXPECT_EQ(graph_.nodes[0].inputs[0], graph_.inputs[0]);
  }

  Graph graph_;
  ValueId x_;

 private:
  std::string Name() { return "n" + std::to_string(graph_.nodes.size()); }
};

TEST_F(RecognizeFunctionsTest, Swish) {
  ExpectBecomes(Times(x_, Apply(UnaryFunction::SIGMOID, x_)),
                UnaryFunction::SWISH);
}

TEST_F(RecognizeFunctionsTest, HardSwishDividedLast) {
  const ValueId gate = Bounded(Plus(x_, Constant(3)), 0, 6);
  ExpectBecomes(Times(Times(x_, gate), Constant(1.0f / 6)),
                UnaryFunction::HARD_SWISH);
}

TEST_F(RecognizeFunctionsTest, HardSwishDividedFirst) {
  const ValueId gate = Bounded(Plus(x_, Constant(3)), 0, 6);
  ExpectBecomes(Times(Times(gate, Constant(1.0f / 6)), x_),
                UnaryFunction::HARD_SWISH);
}

TEST_F(RecognizeFunctionsTest, Gelu) {
  const ValueId erf =
      Apply(UnaryFunction::ERF, Times(x_, Constant(0.70710678f)));
  const ValueId sum = Plus(erf, Constant(1));
  ExpectBecomes(Times(Times(x_, sum), Constant(0.5f)), UnaryFunction::GELU);
}

TEST_F(RecognizeFunctionsTest, GeluByTanh) {
  const ValueId cube = Append(graph_, "cube", Binary{BinaryFunction::POW, {}},
                              {x_, Constant(3)});
  const ValueId inner = Plus(x_, Times(cube, Constant(0.044715f)));
  const ValueId tanh =
      Apply(UnaryFunction::TANH, Times(inner, Constant(0.79788456f)));
  ExpectBecomes(Times(Times(x_, Constant(0.5f)), Plus(tanh, Constant(1))),
                UnaryFunction::GELU_TANH);
}

TEST_F(RecognizeFunctionsTest, Mish) {
  const ValueId tanh =
      Apply(UnaryFunction::TANH, Apply(UnaryFunction::SOFTPLUS, x_));
  ExpectBecomes(Times(x_, tanh), UnaryFunction::MISH);
}

// Near a known function is not the function; nor is one of two values.
TEST_F(RecognizeFunctionsTest, LeavesOthersAlone) {
  const ValueId other = AddInput(graph_, "other", {1, 2, 2, 3});
  const ValueId gate = Bounded(Plus(x_, Constant(3)), 0, 6.1f);
  const ValueId near = Times(Times(x_, gate), Constant(1.0f / 6));
  const ValueId two = Times(x_, Apply(UnaryFunction::SIGMOID, other));
  graph_.outputs = {near, two};
  ASSERT_TRUE(RecognizeFunctions(graph_).ok());
  EXPECT_EQ(graph_.nodes.size(), 6u) << ToString(graph_);
}

// What others read stays.
TEST_F(RecognizeFunctionsTest, KeepsWhatIsReadBeside) {
  const ValueId sigmoid = Apply(UnaryFunction::SIGMOID, x_);
  graph_.outputs = {Times(x_, sigmoid), sigmoid};
  ASSERT_TRUE(RecognizeFunctions(graph_).ok());
  EXPECT_EQ(graph_.nodes.size(), 2u);
}

}  // namespace
}  // namespace octet::converter
