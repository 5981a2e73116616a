// BatchNormalization and Softmax.

#include <cmath>

#include "gtest/gtest.h"
#include "tests/converter/graphs.h"
#include "tests/converter/onnx/model_builder.h"

namespace octet::converter {
namespace {

// x {1, 2, ...}: channel 0 becomes (x - 1) / 2 * 3 + 10, channel 1 x.
ModelBuilder BatchNormalization(const Dims& input, int64_t opset = 13) {
  ModelBuilder model(opset);
  model.Input("x", input).Output("y");
  model.Constant("scale", {2}, {3, 1}).Constant("bias", {2}, {10, 0});
  model.Constant("mean", {2}, {1, 0}).Constant("variance", {2}, {3, 0});
  return model;
}

const std::vector<std::string> kInputs = {"x", "scale", "bias", "mean",
                                          "variance"};

TEST(BatchNormalizationTest, ChannelsAreDimensionOne) {
  for (const Dims& dims : {Dims{1, 2, 1, 2}, Dims{1, 2, 2}}) {
    ModelBuilder model = BatchNormalization(dims);
    model.Node("BatchNormalization", kInputs, "y").Float("epsilon", 1);
    ExpectNear(model.Run({{1, 3, 5, 6}}), {10, 13, 5, 6});
  }
  ModelBuilder matrix = BatchNormalization({2, 2});
  matrix.Node("BatchNormalization", kInputs, "y").Float("epsilon", 1);
  ExpectNear(matrix.Run({{1, 5, 3, 6}}), {10, 5, 13, 6});
}

TEST(BatchNormalizationTest, Refused) {
  struct Case {
    int64_t opset;
    std::string attribute;
    int64_t value;
  };
  for (const Case& c : {Case{15, "training_mode", 1}, Case{6, "is_test", 0},
                        Case{7, "spatial", 0}}) {
    ModelBuilder model = BatchNormalization({1, 2, 1, 2}, c.opset);
    model.Node("BatchNormalization", kInputs, "y").Int(c.attribute, c.value);
    EXPECT_NE(model.ImportError().find("(BatchNormalization)"),
              std::string::npos);
  }
  ModelBuilder negative = BatchNormalization({1, 2, 1, 2});
  negative.Node("BatchNormalization", kInputs, "y").Float("epsilon", 0);
  EXPECT_NE(negative.ImportError().find("not positive"), std::string::npos);
}

// Along `axis` of dims, every `count` elements at a distance of `stride`.
Floats Expected(const Floats& x, int64_t count, int64_t stride) {
  Floats y = x;
  for (size_t i = 0; i < x.size(); ++i) {
    const int64_t first = int64_t(i) - int64_t(i) / stride % count * stride;
    double sum = 0;
    for (int64_t j = 0; j < count; ++j) {
      sum += std::exp(double{x[size_t(first + j * stride)]});
    }
    y[i] = static_cast<float>(std::exp(double{x[i]}) / sum);
  }
  return y;
}

Floats Softmax(int64_t opset, const Dims& dims, int64_t axis, const Floats& x) {
  ModelBuilder model(opset);
  model.Input("x", dims).Output("y");
  model.Node("Softmax", {"x"}, "y").Int("axis", axis);
  return model.Run({x});
}

TEST(SoftmaxTest, AlongOneAxisSinceOpset13) {
  const Floats x = RandomFloats(24, 2, 3);
  const Dims dims = {2, 3, 1, 4};
  ExpectNear(Softmax(13, dims, 0, x), Expected(x, 2, 12));
  ExpectNear(Softmax(13, dims, 1, x), Expected(x, 3, 4));
  ExpectNear(Softmax(13, dims, -1, x), Expected(x, 4, 1));
}

TEST(SoftmaxTest, OverAllFromAxisOnBefore) {
  const Floats x = RandomFloats(24, 2, 3);
  const Dims dims = {2, 3, 1, 4};
  ExpectNear(Softmax(11, dims, 0, x), Expected(x, 24, 1));
  ExpectNear(Softmax(11, dims, 1, x), Expected(x, 12, 1));
  ExpectNear(Softmax(11, dims, 3, x), Expected(x, 4, 1));
  ExpectNear(Softmax(11, {4, 6, 1, 1}, 1, x), Expected(x, 6, 1));
}

TEST(SoftmaxTest, DefaultAxis) {
  const Floats x = RandomFloats(12, 2, 3);
  for (const int64_t opset : {11, 13}) {
    ModelBuilder model(opset);
    model.Input("x", {2, 2, 3}).Output("y");
    model.Node("Softmax", {"x"}, "y");
    ExpectNear(model.Run({x}), Expected(x, opset == 11 ? 6 : 3, 1));
  }
}

}  // namespace
}  // namespace octet::converter
