// Every rule of shape inference, the errors included: it is what stands between
// a hostile file and the kernels.

#include "schema/shape_inference.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace octet {
namespace {

constexpr int32_t kLarge = 1 << 30;

void ExpectShape(const Result<Shape>& result, const Shape& expected) {
  ASSERT_TRUE(result.ok()) << result.status().message();
  EXPECT_EQ(result->ToString(), expected.ToString());
}

// An error of the model that says `part`.
void ExpectError(const Status& status, const std::string& part) {
  EXPECT_EQ(status.code(), StatusCode::kInvalidModel);
  EXPECT_NE(status.message().find(part), std::string::npos) << status.message();
}
void ExpectError(const Result<Shape>& result, const std::string& part) {
  EXPECT_FALSE(result.ok());
  ExpectError(result.status(), part);
}

Window2dParams Square(int32_t kernel, int32_t stride = 1, int32_t pad = 0,
                      int32_t dilation = 1) {
  Window2dParams window;
  window.kernel_h = window.kernel_w = kernel;
  window.stride_h = window.stride_w = stride;
  window.dilation_h = window.dilation_w = dilation;
  window.pad_top = window.pad_left = window.pad_bottom = window.pad_right = pad;
  return window;
}

TEST(CheckShapeTest, UpTo2To30Elements) {
  EXPECT_TRUE(CheckShape(Shape{}).ok());
  EXPECT_TRUE(CheckShape(Shape{kLarge}).ok());
  EXPECT_TRUE(CheckShape(Shape{1 << 15, 1 << 15}).ok());
  EXPECT_TRUE(CheckShape(Shape{1, 1, kLarge, 1, 1, 1}).ok());
  ExpectError(CheckShape(Shape{kLarge + 1}), "2^30");
  ExpectError(CheckShape(Shape{1 << 15, (1 << 15) + 1}), "2^30");
}

TEST(CheckShapeTest, ProductsThatWouldOverflow) {
  const int32_t most = INT32_MAX;
  ExpectError(CheckShape(Shape{most, most, most, most, most, most}), "2^30");
  // 2^64 elements: 0 if the product wrapped.
  ExpectError(CheckShape(Shape{1 << 16, 1 << 16, 1 << 16, 1 << 16}), "2^30");
}

TEST(CheckShapeTest, DimensionsBelowOne) {
  ExpectError(CheckShape(Shape{0}), "below 1");
  ExpectError(CheckShape(Shape{3, -1, 2}), "[3, -1, 2]");
  ExpectError(CheckShape(Shape{-1, -1}), "below 1");
}

// The number of places of a kernel, by trying them.
int32_t CountPlaces(int32_t cells, int32_t reach, int32_t stride) {
  int32_t places = 0;
  for (int32_t at = 0; at + reach <= cells; at += stride) ++places;
  return places;
}

TEST(WindowOutputSizeTest, CountsThePlaces) {
  for (int32_t input = 1; input <= 12; ++input) {
    for (int32_t kernel = 1; kernel <= 5; ++kernel) {
      for (int32_t stride = 1; stride <= 4; ++stride) {
        for (int32_t dilation = 1; dilation <= 3; ++dilation) {
          for (int32_t pads = 0; pads <= 3; ++pads) {
            const int32_t reach = dilation * (kernel - 1) + 1;
            EXPECT_EQ(WindowOutputSize(input, kernel, stride, dilation, pads,
                                       3 - pads),
                      CountPlaces(input + 3, reach, stride));
          }
        }
      }
    }
  }
}

TEST(WindowOutputSizeTest, LargeValuesDoNotOverflow) {
  const int32_t most = 1 << 15;
  EXPECT_EQ(WindowOutputSize(1, most, 1, most, most, most), 0);
  EXPECT_EQ(WindowOutputSize(kLarge, most, 1, most, 0, 0), (1 << 15));
  EXPECT_EQ(WindowOutputSize(kLarge, 1, 1, most, most, most),
            kLarge + 2 * most);
}

TEST(CheckWindowTest, EveryFieldHasLimits) {
  EXPECT_TRUE(CheckWindow(Square(1 << 15, 1 << 15, 1 << 15, 1 << 15)).ok());
  const struct {
    int32_t Window2dParams::*field;
    int32_t lowest;
  } fields[] = {
      {&Window2dParams::kernel_h, 1},   {&Window2dParams::kernel_w, 1},
      {&Window2dParams::stride_h, 1},   {&Window2dParams::stride_w, 1},
      {&Window2dParams::dilation_h, 1}, {&Window2dParams::dilation_w, 1},
      {&Window2dParams::pad_top, 0},    {&Window2dParams::pad_left, 0},
      {&Window2dParams::pad_bottom, 0}, {&Window2dParams::pad_right, 0}};
  for (const auto& [field, lowest] : fields) {
    Window2dParams window = Square(3);
    window.*field = lowest;
    EXPECT_TRUE(CheckWindow(window).ok());
    for (int32_t value : {lowest - 1, INT32_MIN, (1 << 15) + 1, INT32_MAX}) {
      window.*field = value;
      ExpectError(CheckWindow(window), "32768");
    }
  }
}

TEST(InferConv2dShapeTest, PadsStridesAndDilations) {
  const Shape input = {2, 9, 12, 4};
  ExpectShape(InferConv2dShape(Square(1), 1, input, Shape{7, 1, 1, 4}),
              Shape{2, 9, 12, 7});
  ExpectShape(InferConv2dShape(Square(3, 2, 1), 1, input, Shape{7, 3, 3, 4}),
              Shape{2, 5, 6, 7});
  ExpectShape(InferConv2dShape(Square(3, 1, 0, 4), 1, input, Shape{7, 3, 3, 4}),
              Shape{2, 1, 4, 7});
  Window2dParams window = Square(2);
  window.kernel_h = 5;
  window.pad_bottom = 3;
  window.pad_left = 1;
  window.stride_w = 3;
  ExpectShape(InferConv2dShape(window, 1, input, Shape{1, 5, 2, 4}),
              Shape{2, 8, 4, 1});
}

TEST(InferConv2dShapeTest, Groups) {
  const Shape input = {1, 5, 5, 6};
  ExpectShape(InferConv2dShape(Square(3), 6, input, Shape{6, 3, 3, 1}),
              Shape{1, 3, 3, 6});
  ExpectShape(InferConv2dShape(Square(3), 3, input, Shape{9, 3, 3, 2}),
              Shape{1, 3, 3, 9});
  for (int32_t groups : {0, -1, 4, 7, INT32_MIN}) {
    ExpectError(InferConv2dShape(Square(3), groups, input, Shape{6, 3, 3, 1}),
                "groups");
  }
  // 3 groups of 2 input channels, but 4 outputs; then weights of 3 channels.
  ExpectError(InferConv2dShape(Square(3), 3, input, Shape{4, 3, 3, 2}),
              "3 groups");
  ExpectError(InferConv2dShape(Square(3), 3, input, Shape{6, 3, 3, 3}),
              "3 groups");
}

TEST(InferConv2dShapeTest, Errors) {
  const Shape input = {1, 5, 5, 6};
  const Shape weights = {4, 3, 3, 6};
  ExpectError(InferConv2dShape(Square(3), 1, Shape{5, 5, 6}, weights),
              "the input [5, 5, 6] must have 4 dimensions");
  ExpectError(InferConv2dShape(Square(3), 1, input, Shape{4, 9, 6}),
              "the weights [4, 9, 6] must have 4 dimensions");
  ExpectError(InferConv2dShape(Square(3), 1, Shape{1, 0, 5, 6}, weights),
              "below 1");
  ExpectError(InferConv2dShape(Square(3), 1, input, Shape{0, 3, 3, 6}),
              "below 1");
  ExpectError(InferConv2dShape(Square(3, 0), 1, input, weights), "32768");
  ExpectError(InferConv2dShape(Square(2), 1, input, weights),
              "do not match the kernel 2x2");
  ExpectError(InferConv2dShape(Square(3, 1, 0, 3), 1, input, weights),
              "does not fit");
  // 2^30 cells become four times as many channels.
  ExpectError(InferConv2dShape(Square(1), 1, Shape{1, 1 << 15, 1 << 15, 1},
                               Shape{4, 1, 1, 1}),
              "2^30");
}

TEST(InferFullyConnectedShapeTest, KeepsTheOuterDimensions) {
  ExpectShape(InferFullyConnectedShape(Shape{9}, Shape{4, 9}), Shape{4});
  ExpectShape(InferFullyConnectedShape(Shape{2, 3, 9}, Shape{4, 9}),
              Shape{2, 3, 4});
  ExpectError(InferFullyConnectedShape(Shape{2, 8}, Shape{4, 9}), "[2, 8]");
  ExpectError(InferFullyConnectedShape(Shape{}, Shape{4, 9}), "differs");
  ExpectError(InferFullyConnectedShape(Shape{9}, Shape{4, 3, 3}),
              "2 dimensions");
  ExpectError(InferFullyConnectedShape(Shape{-1, 9}, Shape{4, 9}), "below 1");
  ExpectError(InferFullyConnectedShape(Shape{9}, Shape{-4, 9}), "below 1");
  ExpectError(InferFullyConnectedShape(Shape{kLarge, 1}, Shape{2, 1}), "2^30");
}

TEST(InferPool2dShapeTest, KeepsTheChannels) {
  ExpectShape(InferPool2dShape(Square(3, 2, 1), Shape{1, 8, 9, 5}),
              Shape{1, 4, 5, 5});
  ExpectError(InferPool2dShape(Square(3), Shape{8, 9, 5}), "4 dimensions");
  ExpectError(InferPool2dShape(Square(0), Shape{1, 8, 9, 5}), "32768");
  ExpectError(InferPool2dShape(Square(9), Shape{1, 8, 9, 5}), "does not fit");
  ExpectError(InferPool2dShape(Square(3), Shape{1, 8, 9, 0}), "below 1");
}

TEST(InferPool2dShapeTest, WindowsWhollyInThePadding) {
  const Shape input = {1, 4, 4, 1};
  ExpectShape(InferPool2dShape(Square(2, 1, 1), input), Shape{1, 5, 5, 1});
  ExpectError(InferPool2dShape(Square(2, 1, 2), input), "padding");
  for (int32_t Window2dParams::*pad :
       {&Window2dParams::pad_top, &Window2dParams::pad_left,
        &Window2dParams::pad_bottom, &Window2dParams::pad_right}) {
    Window2dParams window = Square(2);
    window.*pad = 1;
    EXPECT_TRUE(InferPool2dShape(window, input).ok());
    window.*pad = 2;
    ExpectError(InferPool2dShape(window, input), "padding");
  }
  // A stride that jumps over the windows behind the picture.
  Window2dParams window = Square(2, 4);
  window.pad_bottom = 2;
  window.pad_right = 2;
  ExpectError(InferPool2dShape(window, input), "padding");
  window.pad_bottom = window.pad_right = 1;
  ExpectShape(InferPool2dShape(window, input), Shape{1, 1, 1, 1});
}

// The taps of a dilated window can lie on both sides of the picture.
TEST(InferPool2dShapeTest, DilatedWindowsAroundThePicture) {
  const Shape input = {1, 2, 2, 1};
  // Taps at -1 and 2; -1 .. 2 is covered, the picture is not.
  ExpectError(InferPool2dShape(Square(2, 3, 1, 3), input), "padding");
  // Taps at -1, 1 and 3.
  ExpectShape(InferPool2dShape(Square(3, 4, 2, 2), input), Shape{1, 1, 1, 1});
}

// Whether each window has a tap in the picture, by looking at all of them.
TEST(InferPool2dShapeTest, AgreesWithLookingAtEveryTap) {
  for (int32_t size = 1; size <= 5; ++size) {
    for (int32_t kernel = 1; kernel <= 4; ++kernel) {
      for (int32_t dilation = 1; dilation <= 4; ++dilation) {
        for (int32_t stride = 1; stride <= 3; ++stride) {
          for (int32_t pad = 0; pad <= 5; ++pad) {
            const Window2dParams window = Square(kernel, stride, pad, dilation);
            const int32_t places = CountPlaces(
                size + 2 * pad, dilation * (kernel - 1) + 1, stride);
            bool all_covered = places > 0;
            for (int32_t i = 0; i < places; ++i) {
              bool covered = false;
              for (int32_t tap = 0; tap < kernel; ++tap) {
                const int32_t at = i * stride - pad + tap * dilation;
                covered = covered || (at >= 0 && at < size);
              }
              all_covered = all_covered && covered;
            }
            EXPECT_EQ(InferPool2dShape(window, Shape{1, size, size, 1}).ok(),
                      all_covered)
                << size << " " << kernel << " " << dilation << " " << stride
                << " " << pad;
          }
        }
      }
    }
  }
}

TEST(InferElementwiseShapeTest, EqualShapes) {
  ExpectShape(InferElementwiseShape(Shape{2, 3}, Shape{2, 3}), Shape{2, 3});
  ExpectShape(InferElementwiseShape(Shape{}, Shape{}), Shape{});
  ExpectError(InferElementwiseShape(Shape{2, 3}, Shape{3, 2}), "differ");
  ExpectError(InferElementwiseShape(Shape{2, 3}, Shape{2, 3, 1}), "differ");
  ExpectError(InferElementwiseShape(Shape{0}, Shape{0}), "below 1");
}

Result<Shape> Concat(int32_t axis, const std::vector<Shape>& inputs) {
  return InferConcatShape({axis}, inputs.data(),
                          static_cast<int>(inputs.size()));
}

TEST(InferConcatShapeTest, AddsAlongTheAxis) {
  ExpectShape(Concat(1, {{2, 3, 4}, {2, 5, 4}, {2, 1, 4}}), Shape{2, 9, 4});
  ExpectShape(Concat(0, {{7}}), Shape{7});
  ExpectError(Concat(0, {}), "nothing");
  for (int32_t axis : {-1, 2, INT32_MAX, INT32_MIN}) {
    ExpectError(Concat(axis, {{2, 3}, {2, 3}}), "outside");
  }
  ExpectError(Concat(0, {{}, {}}), "outside");
  ExpectError(Concat(1, {{2, 3}, {3, 3}}), "cannot be joined");
  ExpectError(Concat(1, {{2, 3}, {2, 3, 1}}), "cannot be joined");
  ExpectError(Concat(1, {{2, 3}, {2}}), "cannot be joined");
  ExpectError(Concat(1, {{2, 3}, {2, -3}}), "below 1");
  ExpectError(Concat(1, {{2, 0}, {2, 3}}), "below 1");
  ExpectError(Concat(0, {{kLarge}, {kLarge}}), "too large");
  ExpectError(Concat(1, {{1 << 15, 1 << 14}, {1 << 15, 1 + (1 << 14)}}),
              "2^30");
}

TEST(InferReshapeShapeTest, KeepsTheNumberOfElements) {
  ExpectShape(InferReshapeShape(Shape{2, 3, 4}, Shape{24}), Shape{24});
  ExpectShape(InferReshapeShape(Shape{1}, Shape{}), Shape{});
  ExpectError(InferReshapeShape(Shape{2, 3}, Shape{5}), "reshaped to [5]");
  ExpectError(InferReshapeShape(Shape{2, 3}, Shape{-2, -3}), "below 1");
  ExpectError(InferReshapeShape(Shape{2, 0}, Shape{0}), "below 1");
  // Equal modulo 2^64, but neither can be.
  ExpectError(
      InferReshapeShape(Shape{1}, Shape{1 << 16, 1 << 16, 1 << 16, 1 << 16}),
      "2^30");
}

TEST(InferTransposeShapeTest, Permutes) {
  TransposeParams params = {{2, 0, 1}};
  ExpectShape(InferTransposeShape(params, Shape{5, 6, 7}), Shape{7, 5, 6});
  ExpectShape(InferTransposeShape(params, Shape{}), Shape{});
  params = {{5, 4, 3, 2, 1, 0}};
  ExpectShape(InferTransposeShape(params, Shape{1, 2, 3, 4, 5, 6}),
              Shape{6, 5, 4, 3, 2, 1});
  for (const TransposeParams& wrong :
       {TransposeParams{{0, 0, 1}}, TransposeParams{{0, 1, 3}},
        TransposeParams{{0, 1, -1}}, TransposeParams{{INT32_MAX, 1, 2}}}) {
    ExpectError(InferTransposeShape(wrong, Shape{5, 6, 7}), "once");
  }
}

TEST(InferPadShapeTest, AddsBothSides) {
  PadParams params = {{0, 1, 2}, {0, 3, 0}};
  ExpectShape(InferPadShape(params, Shape{4, 5, 6}), Shape{4, 9, 8});
  params.begin[1] = -1;
  ExpectError(InferPadShape(params, Shape{4, 5, 6}), ">= 0");
  params = {{INT32_MAX}, {INT32_MAX}};
  ExpectError(InferPadShape(params, Shape{INT32_MAX >> 2}), "2^30");
  params = {{1}, {0}};
  ExpectError(InferPadShape(params, Shape{kLarge}), "2^30");
  ExpectError(InferPadShape(params, Shape{1, kLarge}), "2^30");
}

TEST(InferSliceShapeTest, CutSaysHowManyAreTaken) {
  SliceParams params = {{1, 0}, {3, 5}, {2, 1}, {0, -1}};
  ExpectShape(InferSliceShape(params, Shape{6, 5}), Shape{3, 5});
  ExpectShape(InferSliceShape(params, Shape{7, 5}), Shape{3, 5});
  ExpectError(InferSliceShape(params, Shape{8, 5}), "cut of 0");
  params.cut[0] = 1;
  ExpectShape(InferSliceShape(params, Shape{8, 5}), Shape{3, 5});
  params.cut[0] = -2;
  ExpectError(InferSliceShape(params, Shape{8, 5}), "cut of -2");
  EXPECT_EQ(SliceSizeOfCut(3, 1, 2, 2), 0);
  EXPECT_EQ(SliceSizeOfCut(1, 2147483647, 1, 2147483647), 0);
}

TEST(InferSliceShapeTest, TakesWhatLiesInside) {
  SliceParams params = {{1, 4}, {2, 3}, {2, -2}};
  ExpectShape(InferSliceShape(params, Shape{4, 5}), Shape{2, 3});
  // One element needs no room for a step.
  params = {{3}, {1}, {INT32_MAX}};
  ExpectShape(InferSliceShape(params, Shape{4}), Shape{1});
  const SliceParams outside[] = {{{-1}, {1}, {1}},
                                 {{4}, {1}, {1}},
                                 {{0}, {5}, {1}},
                                 {{0}, {3}, {2}},
                                 {{2}, {4}, {-1}},
                                 {{0}, {0}, {1}},
                                 {{0}, {-1}, {1}},
                                 {{0}, {2}, {0}},
                                 {{0}, {INT32_MAX}, {INT32_MAX}},
                                 {{3}, {INT32_MAX}, {INT32_MIN}}};
  for (const SliceParams& wrong : outside) {
    ExpectError(InferSliceShape(wrong, Shape{4}), "dimension 0 of [4]");
  }
}

}  // namespace
}  // namespace octet
