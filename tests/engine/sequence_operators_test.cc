// Operators along an axis or over steps: ArgExtremum, TopK, CumSum, Lstm, Gru;
// and Resize, Lrn and NonMaxSuppression of FLOAT32.

#include <gtest/gtest.h>

#include <cmath>

#include "tests/engine/float_network.h"
#include "tests/reference/recurrent.h"

namespace octet {
namespace {

using reference::RealTensor;
using Type = schema::DataType;

// One operator on FLOAT32 inputs with an output of another type.
template <typename Options, typename T>
void ExpectFromFloats(Options options, const std::vector<RealTensor>& inputs,
                      const Shape& shape, Type type,
                      const std::vector<T>& expected) {
  ModelBuilder builder;
  std::vector<int> tensors;
  std::vector<Bytes> values;
  for (const RealTensor& input : inputs) {
    tensors.push_back(builder.Input(input.shape, Type::FLOAT32));
    values.push_back(BytesOf(ToFloat(input)));
  }
  builder.Output(builder.Operator(std::move(options), tensors, shape, type));
  ExpectBytes(builder.Finish(), values, {BytesOf(expected)}, "");
}

RealTensor Reals(const Shape& shape, std::vector<double> values) {
  RealTensor tensor(shape);
  tensor.data = std::move(values);
  return tensor;
}

TEST(SequenceOperators, ArgExtremum) {
  const RealTensor input = Reals({2, 3, 2}, {1, 5, 4, -2, 4, 5,  //
                                             NAN, 0, 7, 0, 9, -1});
  schema::ArgExtremumT options;
  options.axis = 1;
  options.keep_dims = true;
  ExpectFromFloats(options, {input}, {2, 1, 2}, Type::INT64,
                   std::vector<int64_t>{1, 0, 0, 0});
  options.last = true;
  ExpectFromFloats(options, {input}, {2, 1, 2}, Type::INT64,
                   std::vector<int64_t>{2, 2, 0, 1});
  options.largest = false;
  ExpectFromFloats(options, {input}, {2, 1, 2}, Type::INT64,
                   std::vector<int64_t>{0, 1, 0, 2});
}

TEST(SequenceOperators, TopK) {
  const RealTensor input = Reals({2, 5}, {3, 1, 4, 1, 5, 2, 2, 7, 2, -1});
  schema::TopKT options;
  options.axis = 1;
  options.k = 3;
  ExpectFromFloats(options, {input}, {2, 3}, Type::FLOAT32,
                   std::vector<float>{5, 4, 3, 7, 2, 2});
  options.result = schema::TopKResult::INDICES;
  ExpectFromFloats(options, {input}, {2, 3}, Type::INT64,
                   std::vector<int64_t>{4, 2, 0, 2, 0, 1});
  options.largest = false;
  ExpectFromFloats(options, {input}, {2, 3}, Type::INT64,
                   std::vector<int64_t>{1, 3, 0, 4, 0, 1});
  options.axis = 0;
  options.k = 1;
  ExpectFromFloats(options, {input}, {1, 5}, Type::INT64,
                   std::vector<int64_t>{1, 0, 0, 0, 1});
}

TEST(SequenceOperators, CumSum) {
  const RealTensor input = Reals({2, 3}, {1, 2, 3, 10, 20, 30});
  schema::CumSumT options;
  options.axis = 1;
  const auto expect = [&](const std::vector<float>& expected) {
    ExpectFromFloats(options, {input}, {2, 3}, Type::FLOAT32, expected);
  };
  expect({1, 3, 6, 10, 30, 60});
  options.exclusive = true;
  expect({0, 1, 3, 0, 10, 30});
  options.reverse = true;
  expect({5, 3, 0, 50, 30, 0});
  options.exclusive = false;
  options.axis = 0;
  expect({11, 22, 33, 10, 20, 30});
}

TEST(SequenceOperators, Lrn) {
  Random random(1);
  const RealTensor input = RandomReals({3, 7}, -4, 4, random);
  RealTensor expected(input.shape);
  for (int64_t row = 0; row < 3; ++row) {
    for (int64_t c = 0; c < 7; ++c) {
      double sum = 0;
      for (int64_t j = c - 1; j <= c + 2; ++j) {
        if (j >= 0 && j < 7) sum += std::pow(input.At({row, j}), 2);
      }
      expected.At({row, c}) =
          input.At({row, c}) / std::pow(2.0 + 0.5 / 4.0 * sum, 0.75);
    }
  }
  schema::LrnT options;
  options.size = 4;
  options.alpha = 0.5f;
  options.bias = 2.0f;
  FloatHash hash;
  ExpectReals(std::move(options), {input}, {}, expected, 1e-6, &hash);
  EXPECT_EQ(hash.value(), 0xfeb1a9b7ca5d9683u);
}

TEST(SequenceOperators, ResizeOfOneDimension) {
  const RealTensor input = Reals({1, 4}, {1, 2, 3, 4});
  FloatHash hash;
  const auto expect = [&](schema::ResizeT options, float scale,
                          std::vector<double> values) {
    const int size = static_cast<int>(values.size());
    options.scales = {1, scale};
    ExpectReals(std::move(options), {input}, {},
                Reals({1, size}, std::move(values)), 1e-6, &hash);
  };
  schema::ResizeT options;
  expect(options, 2, {1, 1, 2, 2, 3, 3, 4, 4});
  options.mode = schema::ResizeMode::LINEAR;
  expect(options, 2, {1, 1.25, 1.75, 2.25, 2.75, 3.25, 3.75, 4});
  options.coordinates = schema::ResizeCoordinates::ALIGN_CORNERS;
  expect(options, 1.75, {1, 1.5, 2, 2.5, 3, 3.5, 4});
  options.coordinates = schema::ResizeCoordinates::ASYMMETRIC;
  expect(options, 0.5, {1, 3});
  options.coordinates = schema::ResizeCoordinates::PYTORCH_HALF_PIXEL;
  expect(options, 0.25, {1});
  options.coordinates = schema::ResizeCoordinates::HALF_PIXEL;
  options.antialias = true;
  // Triangles of width 4 around 0.5 and 2.5: shares 1 3 3 1 of 8.
  expect(options, 0.5, {1.625, 3.375});
  options.antialias = false;
  options.mode = schema::ResizeMode::CUBIC;
  // At 0.5 between 1 and 2 with Keys' kernel, a = -0.75: the edge is repeated.
  options.coordinates = schema::ResizeCoordinates::ASYMMETRIC;
  expect(options, 2, {1, 1.40625, 2, 2.5, 3, 3.59375, 4, 4.09375});
  EXPECT_EQ(hash.value(), 0x72cecc08485e1984u);
}

TEST(SequenceOperators, ResizeCrops) {
  const RealTensor input = Reals({4}, {0, 10, 20, 30});
  schema::ResizeT options;
  options.mode = schema::ResizeMode::LINEAR;
  options.coordinates = schema::ResizeCoordinates::TF_CROP_AND_RESIZE;
  options.scales = {1};
  options.roi = {0.5f, 1.5f};
  options.extrapolation_value = -9.0f;
  FloatHash hash;
  ExpectReals(std::move(options), {input}, {}, Reals({4}, {15, 25, -9, -9}),
              1e-6, &hash);
}

TEST(SequenceOperators, ResizePictures) {
  // Two dimensions at once are one after the other.
  Random random(2);
  const RealTensor input = RandomReals({1, 5, 6, 3}, -4, 4, random);
  RealTensor expected({1, 8, 9, 3});
  reference::ForEachIndex(expected.shape, [&](const std::vector<int64_t>& at) {
    const auto position = [](int64_t i, double scale, int64_t n) {
      const double x = (static_cast<double>(i) + 0.5) / scale - 0.5;
      return std::min(std::max(x, 0.0), static_cast<double>(n - 1));
    };
    const double y = position(at[1], 1.6, 5);
    const double x = position(at[2], 1.5, 6);
    double sum = 0;
    for (int64_t r = 0; r < 5; ++r) {
      for (int64_t c = 0; c < 6; ++c) {
        sum += std::max(0.0, 1 - std::fabs(y - static_cast<double>(r))) *
               std::max(0.0, 1 - std::fabs(x - static_cast<double>(c))) *
               input.At({0, r, c, at[3]});
      }
    }
    expected.At(at) = sum;
  });
  schema::ResizeT options;
  options.mode = schema::ResizeMode::LINEAR;
  options.scales = {1, 1.6f, 1.5f, 1};
  FloatHash hash;
  ExpectReals(std::move(options), {input}, {}, expected, 2e-6, &hash);
  EXPECT_EQ(hash.value(), 0xa13c4a2799935863u);
}

TEST(SequenceOperators, NonMaxSuppression) {
  // Boxes 0 and 1 overlap by more than half; 3 has corners in another order.
  const RealTensor boxes =
      Reals({1, 4, 4}, {0, 0, 2, 2, 0, 0.25, 2, 2.25, 5, 5, 6, 6, 9, 9, 7, 7});
  const RealTensor scores =
      Reals({1, 2, 4}, {0.5, 0.75, 0.25, 0.75, 0.9, 0.1, 0.1, 0.1});
  schema::NonMaxSuppressionT options;
  options.max_boxes_per_class = 3;
  options.iou_threshold = 0.5f;
  options.use_score_threshold = true;
  options.score_threshold = 0.2f;
  ExpectFromFloats(options, {boxes, scores}, {6, 3}, Type::INT64,
                   std::vector<int64_t>{0, 0, 1, 0, 0, 3, 0, 0, 2, 0, 1, 0, -1,
                                        -1, -1, -1, -1, -1});
}

struct RecurrentCase {
  schema::RecurrentDirection direction;
  schema::RecurrentResult result;
  bool option;  // input_forget or linear_before_reset
  float clip;
};

constexpr RecurrentCase kRecurrentCases[] = {
    {schema::RecurrentDirection::FORWARD, schema::RecurrentResult::SEQUENCE,
     false, 0},
    {schema::RecurrentDirection::REVERSE, schema::RecurrentResult::HIDDEN, true,
     0},
    {schema::RecurrentDirection::BIDIRECTIONAL,
     schema::RecurrentResult::SEQUENCE, true, 0.5f},
    {schema::RecurrentDirection::BIDIRECTIONAL, schema::RecurrentResult::HIDDEN,
     false, 0},
};

template <typename Options>
void TestRecurrent(int gates, bool peepholes, uint64_t expected_hash) {
  FloatHash hash;
  for (const RecurrentCase& c : kRecurrentCases) {
    Random random(3);
    const bool both = c.direction == schema::RecurrentDirection::BIDIRECTIONAL;
    const int d = both ? 2 : 1, n = 5, steps = 4, batch = 3, inputs = 2;
    reference::RecurrentCell cell = {
        gates,
        RandomReals({steps, batch, inputs}, -1, 1, random),
        RandomReals({d, gates * n, inputs}, -1, 1, random),
        RandomReals({d, gates * n, n}, -1, 1, random),
        RandomReals({d, 2 * gates * n}, -1, 1, random),
        RandomReals({d, batch, n}, -1, 1, random),
        RandomReals({d, batch, n}, -1, 1, random),
        RandomReals({d, 3 * n}, -1, 1, random),
        c.direction == schema::RecurrentDirection::REVERSE,
        c.option,
        double{c.clip}};
    if (!peepholes) std::fill(cell.p.data.begin(), cell.p.data.end(), 0);
    ModelBuilder builder;
    const auto constant = [&](const RealTensor& tensor) {
      return builder.Constant(tensor.shape, ToFloat(tensor), Type::FLOAT32);
    };
    std::vector<int> tensors = {builder.Input(cell.x.shape, Type::FLOAT32),
                                constant(cell.w), constant(cell.r),
                                constant(cell.b),
                                builder.Input(cell.h.shape, Type::FLOAT32)};
    std::vector<Bytes> values = {BytesOf(ToFloat(cell.x)),
                                 BytesOf(ToFloat(cell.h))};
    Options options;
    options.hidden_size = n;
    options.direction = c.direction;
    options.result = c.result;
    options.clip = c.clip;
    if constexpr (std::is_same_v<Options, schema::LstmT>) {
      options.input_forget = c.option;
      tensors.push_back(builder.Input(cell.c.shape, Type::FLOAT32));
      values.push_back(BytesOf(ToFloat(cell.c)));
      if (peepholes) tensors.push_back(constant(cell.p));
    } else {
      options.linear_before_reset = c.option;
    }
    const reference::RecurrentResults results = reference::Run(cell);
    const RealTensor& expected = c.result == schema::RecurrentResult::SEQUENCE
                                     ? results.sequence
                                     : results.hidden;
    builder.Output(builder.Operator(std::move(options), tensors, expected.shape,
                                    Type::FLOAT32));
    const std::vector<Bytes> outputs =
        OutputsEverywhere(builder.Finish(), values);
    ASSERT_EQ(outputs.size(), 1u);
    std::vector<float> output(expected.data.size());
    ASSERT_EQ(outputs[0].size(), output.size() * sizeof(float));
    std::memcpy(output.data(), outputs[0].data(), outputs[0].size());
    for (size_t i = 0; i < output.size(); ++i) {
      ASSERT_NEAR(double{output[i]}, expected.data[i], 2e-6) << i;
    }
    hash.Add(output);
  }
  EXPECT_EQ(hash.value(), expected_hash);
}

TEST(SequenceOperators, Lstm) {
  TestRecurrent<schema::LstmT>(4, false, 0xef07f8872f074b3au);
}
TEST(SequenceOperators, LstmWithPeepholes) {
  TestRecurrent<schema::LstmT>(4, true, 0xb315ad2d086d53d4u);
}
TEST(SequenceOperators, Gru) {
  TestRecurrent<schema::GruT>(3, false, 0x4aca06a0f130c925u);
}

}  // namespace
}  // namespace octet
