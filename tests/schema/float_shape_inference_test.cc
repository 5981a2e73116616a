// The shape rules of the operators of float_operators.fbs, errors included.

#include <gtest/gtest.h>

#include <string>

#include "schema/shape_inference.h"

namespace octet {
namespace {

void ExpectShape(const Result<Shape>& result, const Shape& expected) {
  ASSERT_TRUE(result.ok()) << result.status().message();
  EXPECT_EQ(result->ToString(), expected.ToString());
}

void ExpectError(const Result<Shape>& result, const std::string& part) {
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.status().code(), StatusCode::kInvalidModel);
  EXPECT_NE(result.status().message().find(part), std::string::npos)
      << result.status().message();
}

TEST(FloatShapes, BroadcastAlignsAtTheLastDimension) {
  ExpectShape(InferBroadcastShape({2, 1, 3}, {4, 1}), {2, 4, 3});
  ExpectShape(InferBroadcastShape({}, {4, 1}), {4, 1});
  ExpectError(InferBroadcastShape({2, 3}, {2}), "broadcast");
  ExpectError(InferBroadcastShape({1 << 16, 1}, {1, 1 << 16}), "2^30");
  ExpectShape(InferExpandShape({3, 1}, {2, 3, 4}), {2, 3, 4});
  ExpectError(InferExpandShape({3, 4}, {3, 1}), "expanded");
}

TEST(FloatShapes, MatMulBroadcastsWhatIsInFrontOfTheMatrices) {
  ExpectShape(InferMatMulShape({5, 1, 2, 3}, {4, 3, 7}), {5, 4, 2, 7});
  ExpectError(InferMatMulShape({2, 3}, {4, 7}), "multiplied");
  ExpectError(InferMatMulShape({3}, {3, 7}), "multiplied");
}

TEST(FloatShapes, ConvTranspose2d) {
  ConvTranspose2dParams params;
  params.window = {3, 2, 2, 3, 1, 2, 1, 0, 0, 1};
  params.output_pad_h = 1;
  // 2 * 4 + 2 + 1 - 1 + 1 and 3 * 3 + 2 + 1 - 1.
  ExpectShape(InferConvTranspose2dShape(params, {1, 5, 4, 6}, {8, 3, 2, 6}),
              {1, 11, 11, 8});
  params.groups = 2;
  ExpectShape(InferConvTranspose2dShape(params, {1, 5, 4, 6}, {8, 3, 2, 3}),
              {1, 11, 11, 8});
  ExpectError(InferConvTranspose2dShape(params, {1, 5, 4, 6}, {8, 3, 2, 6}),
              "groups");
  params.output_pad_h = 2;
  ExpectError(InferConvTranspose2dShape(params, {1, 5, 4, 6}, {8, 3, 2, 3}),
              "pads");
  params.output_pad_h = 0;
  params.window.pad_top = 100;
  ExpectError(InferConvTranspose2dShape(params, {1, 5, 4, 6}, {8, 3, 2, 3}),
              "below 1");
}

TEST(FloatShapes, Resize) {
  ExpectShape(InferResizeShape({1, 2, 3, 4}, {1, 5, 1, 4}), {1, 5, 1, 4});
  ExpectError(InferResizeShape({1, 2}, {1, 2, 3}), "resized");
  ExpectError(InferResizeShape({1, 2}, {1, 0}), "below 1");
}

TEST(FloatShapes, Gather) {
  ExpectShape(InferGatherShape(1, {2, 3, 4}, {5, 6}), {2, 5, 6, 4});
  ExpectShape(InferGatherShape(0, {2, 3}, {}), {3});
  ExpectError(InferGatherShape(2, {2, 3}, {1}), "axis 2");
  ExpectError(InferGatherShape(0, {1, 1, 1, 1}, {1, 1, 1, 1}), "dimensions");
  ExpectShape(InferGatherNdShape(0, {2, 3, 4}, {5, 2}), {5, 4});
  ExpectShape(InferGatherNdShape(1, {2, 3, 4}, {2, 1}), {2, 4});
  ExpectError(InferGatherNdShape(1, {2, 3, 4}, {3, 1}), "batch");
  ExpectError(InferGatherNdShape(0, {2, 3}, {5, 3}), "batch");
  ExpectError(InferGatherNdShape(0, {2, 3}, {}), "batch");
  ExpectShape(InferGatherElementsShape(1, {2, 3}, {1, 7}), {1, 7});
  ExpectError(InferGatherElementsShape(1, {2, 3}, {3, 7}), "indices");
}

TEST(FloatShapes, Reductions) {
  ReductionParams params;
  params.reduces[0] = params.reduces[2] = true;
  ExpectShape(InferReductionShape(params, {2, 3, 4}), {3});
  params.keep_dims = true;
  ExpectShape(InferReductionShape(params, {2, 3, 4}), {1, 3, 1});
  ExpectShape(InferArgExtremumShape(1, false, {2, 3}), {2});
  ExpectError(InferArgExtremumShape(-1, false, {2, 3}), "axis -1");
  ExpectShape(InferTopKShape({1, 2}, {2, 3}), {2, 2});
  ExpectError(InferTopKShape({1, 4}, {2, 3}), "no 4 values");
  ExpectShape(InferAlongAxisShape(1, {2, 3}), {2, 3});
  ExpectError(InferAlongAxisShape(2, {2, 3}), "axis 2");
}

TEST(FloatShapes, Recurrent) {
  RecurrentParams params = {5, 4, true, true};
  ExpectShape(InferRecurrentShape(params, {7, 2, 3}, {2, 20, 3}, {2, 20, 5}),
              {7, 2, 2, 5});
  params.whole_sequence = false;
  ExpectShape(InferRecurrentShape(params, {7, 2, 3}, {2, 20, 3}, {2, 20, 5}),
              {2, 2, 5});
  ExpectError(InferRecurrentShape(params, {7, 2, 3}, {1, 20, 3}, {1, 20, 5}),
              "fit");
  params.hidden_size = 1 << 30;
  ExpectError(InferRecurrentShape(params, {7, 2, 3}, {2, 20, 3}, {2, 20, 5}),
              "hidden_size");
}

TEST(FloatShapes, NonMaxSuppression) {
  ExpectShape(InferNonMaxSuppressionShape({1, 6, 4}, {1, 2, 6}, 12), {12, 3});
  ExpectError(InferNonMaxSuppressionShape({1, 6, 4}, {1, 2, 6}, 13), "rows");
  ExpectError(InferNonMaxSuppressionShape({1, 6, 4}, {1, 2, 5}, 1), "belong");
}

}  // namespace
}  // namespace octet
