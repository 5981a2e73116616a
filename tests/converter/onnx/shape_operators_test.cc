// Flatten, Reshape, Squeeze, Unsqueeze, Transpose, Concat, Pad, Slice.

#include <limits>

#include "gtest/gtest.h"
#include "tests/converter/onnx/model_builder.h"

namespace octet::converter {
namespace {

ModelBuilder Model(int64_t opset, const Dims& input) {
  ModelBuilder model(opset);
  model.Input("x", input).Output("y");
  return model;
}

Shape Flattened(int64_t axis) {
  ModelBuilder model = Model(13, {2, 3, 4, 5});
  model.Node("Flatten", {"x"}, "y").Int("axis", axis);
  return model.OutputShape();
}

TEST(FlattenTest, Axes) {
  EXPECT_EQ(Flattened(0), (Shape{1, 120}));
  EXPECT_EQ(Flattened(1), (Shape{2, 60}));
  EXPECT_EQ(Flattened(4), (Shape{120, 1}));
  EXPECT_EQ(Flattened(-1), (Shape{24, 5}));
}

Shape Reshaped(const Dims& target) {
  ModelBuilder model = Model(13, {2, 3, 4});
  model.Integers("shape", target);
  model.Node("Reshape", {"x", "shape"}, "y");
  return model.OutputShape();
}

TEST(ReshapeTest, Targets) {
  EXPECT_EQ(Reshaped({24}), (Shape{24}));
  EXPECT_EQ(Reshaped({0, -1}), (Shape{2, 12}));
  EXPECT_EQ(Reshaped({-1, 0, 2}), (Shape{4, 3, 2}));
  EXPECT_EQ(Reshaped({2, 3, 4}), (Shape{2, 3, 4}));
}

TEST(ReshapeTest, AttributeBeforeOpset5) {
  ModelBuilder model = Model(4, {2, 3, 4});
  model.Node("Reshape", {"x"}, "y").Ints("shape", {6, 4});
  EXPECT_EQ(model.OutputShape(), (Shape{6, 4}));
}

TEST(ReshapeTest, Refused) {
  constexpr int64_t kHuge = std::numeric_limits<int64_t>::max();
  const Dims targets[] = {
      {5},          {-1, -1},       {-2, 12},    {7, -1},
      {2, 3, 4, 0}, {kHuge, kHuge}, {kHuge, -1}, {1, 1, 1, 1, 1, 2, 12}};
  for (const Dims& target : targets) {
    ModelBuilder model = Model(13, {2, 3, 4});
    model.Integers("shape", target);
    model.Node("Reshape", {"x", "shape"}, "y");
    EXPECT_NE(model.ImportError().find("(Reshape)"), std::string::npos);
  }
  ModelBuilder zero = Model(14, {2, 3, 4});
  zero.Integers("shape", {0, 12});
  zero.Node("Reshape", {"x", "shape"}, "y").Int("allowzero", 1);
  EXPECT_NE(zero.ImportError().find("(Reshape)"), std::string::npos);
}

Shape Squeezed(int64_t opset, const std::string& type, const Dims& axes) {
  ModelBuilder model = Model(opset, {1, 3, 1, 4});
  model.Integers("axes", axes);
  if (opset >= 13) {
    model.Node(type, {"x", "axes"}, "y");
  } else {
    model.Node(type, {"x"}, "y").Ints("axes", axes);
  }
  return model.OutputShape();
}

TEST(SqueezeTest, AttributeAndInput) {
  for (int64_t opset : {11, 13}) {
    EXPECT_EQ(Squeezed(opset, "Squeeze", {0}), (Shape{3, 1, 4}));
    EXPECT_EQ(Squeezed(opset, "Squeeze", {-2, 0}), (Shape{3, 4}));
    EXPECT_EQ(Squeezed(opset, "Unsqueeze", {5, 0}), (Shape{1, 1, 3, 1, 4, 1}));
    EXPECT_EQ(Squeezed(opset, "Unsqueeze", {-1}), (Shape{1, 3, 1, 4, 1}));
  }
  ModelBuilder all = Model(13, {1, 3, 1, 4});
  all.Node("Squeeze", {"x"}, "y");
  EXPECT_EQ(all.OutputShape(), (Shape{3, 4}));
}

TEST(SqueezeTest, Refused) {
  for (const Dims& axes : {Dims{1}, Dims{4}, Dims{0, -4}}) {
    ModelBuilder model = Model(11, {1, 3, 1, 4});
    model.Node("Squeeze", {"x"}, "y").Ints("axes", axes);
    EXPECT_NE(model.ImportError().find("(Squeeze)"), std::string::npos);
  }
  ModelBuilder rank = Model(11, {1, 3, 1, 4});
  rank.Node("Unsqueeze", {"x"}, "y").Ints("axes", {0, 1, 2});
  EXPECT_NE(rank.ImportError().find("7 dimensions"), std::string::npos);
}

TEST(TransposeTest, PermutationAndDefault) {
  ModelBuilder model = Model(13, {1, 2, 3});
  model.Node("Transpose", {"x"}, "y").Ints("perm", {1, 2, 0});
  EXPECT_EQ(model.OutputShape(), (Shape{2, 3, 1}));
  ModelBuilder reversed = Model(13, {2, 3});
  reversed.Node("Transpose", {"x"}, "y");
  ExpectNear(reversed.Run({Iota(6)}), {0, 3, 1, 4, 2, 5});
}

TEST(TransposeTest, Refused) {
  for (const Dims& perm : {Dims{0, 1}, Dims{0, 1, 1}, Dims{0, 1, 3}}) {
    ModelBuilder model = Model(13, {1, 2, 3});
    model.Node("Transpose", {"x"}, "y").Ints("perm", perm);
    EXPECT_NE(model.ImportError().find("(Transpose)"), std::string::npos);
  }
}

TEST(ConcatTest, AlongAnAxis) {
  ModelBuilder model = Model(13, {2, 1});
  model.Constant("c", {2, 2}, {7, 8, 9, 10});
  model.Node("Concat", {"x", "c"}, "y").Int("axis", -1);
  ExpectNear(model.Run({{1, 2}}), {1, 7, 8, 2, 9, 10});
}

TEST(PadTest, AttributeAndInputs) {
  const Floats expected = {9, 9, 9, 9, 1, 2, 9, 3, 4};
  ModelBuilder attribute = Model(10, {2, 2});
  attribute.Node("Pad", {"x"}, "y")
      .Ints("pads", {1, 1, 0, 0})
      .Float("value", 9);
  ExpectNear(attribute.Run({{1, 2, 3, 4}}), expected);
  ModelBuilder inputs = Model(13, {2, 2});
  inputs.Integers("pads", {1, 1, 0, 0}).Constant("value", {}, {9});
  inputs.Node("Pad", {"x", "pads", "value"}, "y");
  ExpectNear(inputs.Run({{1, 2, 3, 4}}), expected);
  ModelBuilder axes = Model(18, {1, 2});
  axes.Integers("pads", {1, 2}).Integers("axes", {-1});
  axes.Node("Pad", {"x", "pads", "", "axes"}, "y");
  ExpectNear(axes.Run({{1, 2}}), {0, 1, 2, 0, 0});
}

TEST(PadTest, Refused) {
  ModelBuilder mode = Model(10, {2, 2});
  mode.Node("Pad", {"x"}, "y")
      .Ints("pads", {1, 1, 0, 0})
      .String("mode", "mirror");
  EXPECT_NE(mode.ImportError().find("mode 'mirror'"), std::string::npos);
  for (const Dims& pads :
       {Dims{-2, 0, 0, 0}, Dims{1, 1}, Dims{int64_t{1} << 40, 0, 0, 0}}) {
    ModelBuilder model = Model(10, {2, 2});
    model.Node("Pad", {"x"}, "y").Ints("pads", pads);
    EXPECT_NE(model.ImportError().find("(Pad)"), std::string::npos);
  }
}

struct SliceCase {
  int64_t start, end, step;
  Floats expected;  // of 0 ... 5
};

TEST(SliceTest, RangesAndSteps) {
  constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  const SliceCase cases[] = {
      {1, 4, 1, {1, 2, 3}},        {0, kMax, 2, {0, 2, 4}},
      {-2, kMax, 1, {4, 5}},       {-1, kMin, -1, {5, 4, 3, 2, 1, 0}},
      {kMax, kMin, -2, {5, 3, 1}}, {4, 1, -1, {4, 3, 2}},
      {-100, 2, 1, {0, 1}},        {3, kMax, kMax, {3}},
      {3, kMin, kMin, {3}},        {-100, -101, -1, {0}},
  };
  for (const SliceCase& c : cases) {
    ModelBuilder model = Model(13, {1, 6});
    model.Integers("starts", {c.start}).Integers("ends", {c.end});
    model.Integers("axes", {-1}).Integers("steps", {c.step});
    model.Node("Slice", {"x", "starts", "ends", "axes", "steps"}, "y");
    ExpectNear(model.Run({Iota(6)}), c.expected);
  }
}

TEST(SliceTest, AttributesBeforeOpset10) {
  ModelBuilder model = Model(9, {3, 3});
  model.Node("Slice", {"x"}, "y").Ints("starts", {1, 0}).Ints("ends", {9, -1});
  ExpectNear(model.Run({Iota(9)}), {3, 4, 6, 7});
}

TEST(SliceTest, Refused) {
  const SliceCase cases[] = {{2, 2, 1, {}}, {4, 2, 1, {}}, {0, 6, 0, {}}};
  for (const SliceCase& c : cases) {
    ModelBuilder model = Model(13, {1, 6});
    model.Integers("starts", {c.start}).Integers("ends", {c.end});
    model.Integers("axes", {1}).Integers("steps", {c.step});
    model.Node("Slice", {"x", "starts", "ends", "axes", "steps"}, "y");
    EXPECT_NE(model.ImportError().find("(Slice)"), std::string::npos);
  }
}

}  // namespace
}  // namespace octet::converter
