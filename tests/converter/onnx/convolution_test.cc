// Conv, compared with a convolution written from ONNX's definition in NCHW.

#include <string>

#include "gtest/gtest.h"
#include "tests/converter/graphs.h"
#include "tests/converter/onnx/model_builder.h"

namespace octet::converter {
namespace {

struct ConvCase {
  std::string name;
  Dims input;    // n, c, h, w
  Dims weights;  // o, c / groups, kernel_h, kernel_w
  int64_t groups = 1;
  Dims strides = {1, 1};
  Dims dilations = {1, 1};
  Dims pads = {0, 0, 0, 0};   // top, left, bottom, right
  std::string auto_pad = {};  // the importer is given this instead of pads
  bool has_bias = true;
};

Floats Expected(const ConvCase& c, const Floats& x, const Floats& w,
                const Floats& bias) {
  const auto size = [&](size_t axis) {
    return (c.input[axis + 2] + c.pads[axis] + c.pads[axis + 2] -
            c.dilations[axis] * (c.weights[axis + 2] - 1) - 1) /
               c.strides[axis] +
           1;
  };
  Floats y;
  for (int64_t n = 0; n < c.input[0]; ++n) {
    for (int64_t o = 0; o < c.weights[0]; ++o) {
      for (int64_t oy = 0; oy < size(0); ++oy) {
        for (int64_t ox = 0; ox < size(1); ++ox) {
          double sum = c.has_bias ? bias[size_t(o)] : 0;
          for (int64_t i = 0; i < c.weights[1]; ++i) {
            for (int64_t ky = 0; ky < c.weights[2]; ++ky) {
              for (int64_t kx = 0; kx < c.weights[3]; ++kx) {
                const int64_t iy =
                    oy * c.strides[0] + ky * c.dilations[0] - c.pads[0];
                const int64_t ix =
                    ox * c.strides[1] + kx * c.dilations[1] - c.pads[1];
                if (iy < 0 || iy >= c.input[2] || ix < 0 || ix >= c.input[3]) {
                  continue;
                }
                const int64_t group = o / (c.weights[0] / c.groups);
                const int64_t channel = group * c.weights[1] + i;
                const int64_t pixel =
                    ((n * c.input[1] + channel) * c.input[2] + iy) *
                        c.input[3] +
                    ix;
                const int64_t tap =
                    ((o * c.weights[1] + i) * c.weights[2] + ky) *
                        c.weights[3] +
                    kx;
                sum += double{x[size_t(pixel)]} * w[size_t(tap)];
              }
            }
          }
          y.push_back(static_cast<float>(sum));
        }
      }
    }
  }
  return y;
}

int64_t Product(const Dims& dims) {
  int64_t product = 1;
  for (int64_t dim : dims) product *= dim;
  return product;
}

class ConvTest : public ::testing::TestWithParam<ConvCase> {};

TEST_P(ConvTest, ComputesTheDefinition) {
  const ConvCase& c = GetParam();
  const Floats x = RandomFloats(Product(c.input), 1.0f, 1);
  const Floats w = RandomFloats(Product(c.weights), 1.0f, 2);
  const Floats bias = RandomFloats(c.weights[0], 1.0f, 3);
  ModelBuilder model;
  model.Input("x", c.input).Output("y").Constant("w", c.weights, w);
  std::vector<std::string> inputs = {"x", "w"};
  if (c.has_bias) {
    model.Constant("b", {c.weights[0]}, bias);
    inputs.push_back("b");
  }
  NodeBuilder node = model.Node("Conv", inputs, "y");
  node.Int("group", c.groups)
      .Ints("strides", c.strides)
      .Ints("dilations", c.dilations);
  if (c.auto_pad.empty()) {
    node.Ints("pads", c.pads);
  } else {
    node.String("auto_pad", c.auto_pad);
  }
  ExpectNear(model.Run({x}), Expected(c, x, w, bias));
}

INSTANTIATE_TEST_SUITE_P(
    Cases, ConvTest,
    ::testing::Values(ConvCase{.name = "Plain",
                               .input = {2, 3, 5, 6},
                               .weights = {4, 3, 3, 2}},
                      ConvCase{.name = "AsymmetricPadsAndStrides",
                               .input = {1, 2, 6, 7},
                               .weights = {3, 2, 3, 4},
                               .strides = {2, 3},
                               .pads = {1, 0, 2, 3}},
                      ConvCase{.name = "Dilated",
                               .input = {1, 2, 9, 8},
                               .weights = {3, 2, 3, 2},
                               .dilations = {3, 2},
                               .pads = {2, 2, 2, 2}},
                      ConvCase{.name = "Groups",
                               .input = {1, 4, 5, 5},
                               .weights = {6, 2, 3, 3},
                               .groups = 2},
                      ConvCase{.name = "Depthwise",
                               .input = {1, 4, 5, 5},
                               .weights = {4, 1, 3, 3},
                               .groups = 4,
                               .pads = {1, 1, 1, 1}},
                      ConvCase{.name = "DepthwiseWithMultiplier",
                               .input = {1, 3, 5, 5},
                               .weights = {6, 1, 3, 3},
                               .groups = 3},
                      ConvCase{.name = "WithoutBias",
                               .input = {1, 3, 5, 5},
                               .weights = {2, 3, 1, 1},
                               .has_bias = false},
                      // 6 rows by 2: 1 pad at one end; 7 columns by 2: 2 pads.
                      ConvCase{.name = "SameUpper",
                               .input = {1, 2, 6, 7},
                               .weights = {3, 2, 3, 3},
                               .strides = {2, 2},
                               .pads = {0, 1, 1, 1},
                               .auto_pad = "SAME_UPPER"},
                      ConvCase{.name = "SameLower",
                               .input = {1, 2, 6, 7},
                               .weights = {3, 2, 3, 3},
                               .strides = {2, 2},
                               .pads = {1, 1, 0, 1},
                               .auto_pad = "SAME_LOWER"},
                      ConvCase{.name = "SameUpperDilated",
                               .input = {1, 2, 9, 9},
                               .weights = {3, 2, 2, 3},
                               .dilations = {3, 2},
                               .pads = {1, 2, 2, 2},
                               .auto_pad = "SAME_UPPER"},
                      ConvCase{.name = "Valid",
                               .input = {1, 2, 6, 7},
                               .weights = {3, 2, 3, 3},
                               .auto_pad = "VALID"}),
    [](const auto& c) { return c.param.name; });

ModelBuilder Model(const Dims& input, const Dims& weights) {
  ModelBuilder model;
  model.Input("x", input).Output("y").Random("w", weights, 1);
  return model;
}

TEST(ConvErrorTest, ThreeDimensional) {
  ModelBuilder model = Model({1, 3, 8, 8, 8}, {4, 3, 3, 3, 3});
  model.Node("Conv", {"x", "w"}, "y");
  EXPECT_EQ(model.ImportError(),
            "test.onnx: node 'the_Conv' (Conv): a convolution of the input "
            "[1, 3, 8, 8, 8] is not supported; it must have 4 dimensions "
            "(NCHW)");
}

TEST(ConvTest, OverARow) {
  ModelBuilder model;
  model.Input("x", {1, 1, 5}).Output("y").Constant("w", {1, 1, 2}, {1, -1});
  model.Node("Conv", {"x", "w"}, "y").Ints("strides", {2}).Ints("pads", {0, 1});
  ExpectNear(model.Run({{1, 2, 4, 8, 16}}), {-1, -4, 16});
  EXPECT_EQ(model.OutputShape(), (Shape{1, 1, 3}));
}

TEST(ConvErrorTest, ComputedWeights) {
  ModelBuilder model;
  model.Input("x", {1, 3, 8, 8}).Input("w", {4, 3, 3, 3}).Output("y");
  model.Node("Conv", {"x", "w"}, "y");
  EXPECT_EQ(model.ImportError(),
            "test.onnx: node 'the_Conv' (Conv): the weights ('w') must be "
            "constant, but the model computes them");
}

TEST(ConvErrorTest, KernelShapeThatDiffersFromTheWeights) {
  ModelBuilder model = Model({1, 3, 8, 8}, {4, 3, 3, 3});
  model.Node("Conv", {"x", "w"}, "y").Ints("kernel_shape", {3, 5});
  EXPECT_NE(model.ImportError().find("do not match the kernel 3x5"),
            std::string::npos);
}

TEST(ConvErrorTest, AttributesOutOfRange) {
  const Dims values[] = {
      {0, 1}, {-1, 1}, {1}, {1 << 20, 1}, {int64_t{1} << 40, 1}};
  for (const Dims& strides : values) {
    ModelBuilder model = Model({1, 3, 8, 8}, {4, 3, 3, 3});
    model.Node("Conv", {"x", "w"}, "y").Ints("strides", strides);
    EXPECT_NE(model.ImportError().find("(Conv)"), std::string::npos);
  }
}

TEST(ConvErrorTest, GroupsThatDoNotDivide) {
  for (int64_t groups :
       {int64_t{0}, int64_t{2}, int64_t{-3}, int64_t{1} << 40}) {
    ModelBuilder model = Model({1, 3, 8, 8}, {4, 3, 3, 3});
    model.Node("Conv", {"x", "w"}, "y").Int("group", groups);
    EXPECT_NE(model.ImportError().find("groups"), std::string::npos);
  }
}

TEST(ConvErrorTest, AttributeOfTheWrongType) {
  ModelBuilder model = Model({1, 3, 8, 8}, {4, 3, 3, 3});
  model.Node("Conv", {"x", "w"}, "y").Int("pads", 1);
  EXPECT_NE(model.ImportError().find("'pads' has the wrong type"),
            std::string::npos);
}

}  // namespace
}  // namespace octet::converter
