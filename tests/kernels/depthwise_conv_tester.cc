#include "tests/kernels/depthwise_conv_tester.h"

#include <gtest/gtest.h>

#include <cstring>

#include "kernels/pack.h"
#include "tests/reference/layers.h"
#include "tests/test_seed.h"

namespace octet {

DepthwiseConvTester& DepthwiseConvTester::channels(size_t value) {
  channels_ = value;
  return *this;
}
DepthwiseConvTester& DepthwiseConvTester::kernel(size_t h, size_t w) {
  kernel_h_ = h;
  kernel_w_ = w;
  return *this;
}
DepthwiseConvTester& DepthwiseConvTester::stride(size_t h, size_t w) {
  stride_h_ = h;
  stride_w_ = w;
  return *this;
}
DepthwiseConvTester& DepthwiseConvTester::dilation(size_t h, size_t w) {
  dilation_h_ = h;
  dilation_w_ = w;
  return *this;
}
DepthwiseConvTester& DepthwiseConvTester::output_rows(size_t value) {
  output_rows_ = value;
  return *this;
}
DepthwiseConvTester& DepthwiseConvTester::output_width(size_t value) {
  output_width_ = value;
  return *this;
}
DepthwiseConvTester& DepthwiseConvTester::pad(ptrdiff_t first_column,
                                              size_t columns) {
  pads_ = true;
  first_column_ = first_column;
  columns_ = columns;
  return *this;
}
DepthwiseConvTester& DepthwiseConvTester::pixel_gap(size_t value) {
  pixel_gap_ = value;
  return *this;
}
DepthwiseConvTester& DepthwiseConvTester::output_gap(size_t value) {
  output_gap_ = value;
  return *this;
}
DepthwiseConvTester& DepthwiseConvTester::backward() {
  backward_ = true;
  return *this;
}
DepthwiseConvTester& DepthwiseConvTester::padded_rows() {
  padded_rows_ = true;
  return *this;
}
DepthwiseConvTester& DepthwiseConvTester::misalignment(size_t value) {
  misalignment_ = value;
  return *this;
}
DepthwiseConvTester& DepthwiseConvTester::zero_point(int value) {
  layer_.input_zero_point = value;
  return *this;
}
DepthwiseConvTester& DepthwiseConvTester::output_zero_point(int value) {
  layer_.output.zero_point = value;
  return *this;
}
DepthwiseConvTester& DepthwiseConvTester::clamp(int min, int max) {
  layer_.output.clamp_min = min;
  layer_.output.clamp_max = max;
  return *this;
}
DepthwiseConvTester& DepthwiseConvTester::shift_range(int min, int max) {
  layer_.min_shift = min;
  layer_.max_shift = max;
  return *this;
}
DepthwiseConvTester& DepthwiseConvTester::multiplier(int value) {
  layer_.multiplier = value;
  return *this;
}
DepthwiseConvTester& DepthwiseConvTester::per_tensor() {
  layer_.per_channel = false;
  return *this;
}
DepthwiseConvTester& DepthwiseConvTester::extreme_values() {
  layer_.extreme_values = true;
  return *this;
}
DepthwiseConvTester& DepthwiseConvTester::extreme_biases() {
  extreme_biases_ = true;
  return *this;
}

std::string DepthwiseConvTester::ToString(const DepthwiseConvKernel& kernel,
                                          ActivationForm form) const {
  const auto pair = [](const char* what, size_t h, size_t w) {
    return std::string(what) + std::to_string(h) + "x" + std::to_string(w);
  };
  std::string text = "depthwise_conv ";
  text += kernel.descriptor.name;
  text += form == ActivationForm::kU8 ? " u8" : " s8";
  text += ": channels " + std::to_string(channels_) +
          pair(", kernel ", kernel_h_, kernel_w_) +
          pair(", stride ", stride_h_, stride_w_) +
          pair(", dilation ", dilation_h_, dilation_w_) +
          pair(", output ", output_rows_, output_width_);
  text += ", pixel gap " + std::to_string(pixel_gap_) + ", output gap " +
          std::to_string(output_gap_) + ", misalignment " +
          std::to_string(misalignment_) + ", ";
  if (pads_) {
    text += "from column " + std::to_string(first_column_) + " of " +
            std::to_string(columns_) + ", ";
  }
  if (backward_) text += "backward, ";
  if (padded_rows_) text += "padded rows, ";
  if (extreme_biases_) text += "extreme biases, ";
  return text + layer_.ToString();
}

size_t DepthwiseConvTester::InputRows() const {
  return (output_rows_ - 1) * stride_h_ + (kernel_h_ - 1) * dilation_h_ + 1;
}

size_t DepthwiseConvTester::InputWidth() const {
  return pads_ ? columns_ : ReachedColumns();
}

size_t DepthwiseConvTester::ReachedColumns() const {
  return (output_width_ - 1) * stride_w_ + (kernel_w_ - 1) * dilation_w_ + 1;
}

ptrdiff_t DepthwiseConvTester::PixelStride() const {
  const ptrdiff_t stride = static_cast<ptrdiff_t>(channels_ + pixel_gap_);
  return backward_ ? -stride : stride;
}

OutputLayout DepthwiseConvTester::Layout() const {
  const size_t pixel_stride = channels_ + output_gap_;
  const size_t row_stride = output_width_ * pixel_stride + 3 * output_gap_;
  return {output_rows_, output_width_, channels_,
          static_cast<ptrdiff_t>(row_stride),
          static_cast<ptrdiff_t>(pixel_stride)};
}

uint8_t* DepthwiseConvTester::FirstPixel(const GuardedBuffer& row) const {
  const size_t pixels = (InputWidth() - 1) * (channels_ + pixel_gap_);
  return row.data() + misalignment_ + (backward_ ? pixels : 0);
}

std::vector<GuardedBuffer> DepthwiseConvTester::MakeRows(Random& random) const {
  const size_t bytes = misalignment_ +
                       (InputWidth() - 1) * (channels_ + pixel_gap_) +
                       channels_ + kOverreadBytes;
  std::vector<GuardedBuffer> rows;
  for (size_t y = 0; y < InputRows(); ++y) {
    rows.emplace_back(bytes, AnyFlush(random));
    if (padded_rows_ && y == 0) {
      std::memset(rows[0].data(), layer_.input_zero_point, bytes);
    } else if (layer_.extreme_values) {
      FillWithExtremes(rows[y].data(), bytes, layer_.input_zero_point, random);
    } else {
      rows[y].FillRandomly(random);
    }
  }
  return rows;
}

size_t DepthwiseConvTester::BufferOfRow(size_t y) const {
  return padded_rows_ && y + 1 == InputRows() ? 0 : y;
}

reference::Tensor DepthwiseConvTester::Gather(
    const std::vector<GuardedBuffer>& rows) const {
  reference::Tensor picture;
  picture.shape = Shape{1, static_cast<int32_t>(InputRows()),
                        static_cast<int32_t>(ReachedColumns()),
                        static_cast<int32_t>(channels_)};
  for (size_t y = 0; y < InputRows(); ++y) {
    const uint8_t* first = FirstPixel(rows[BufferOfRow(y)]);
    for (size_t x = 0; x < ReachedColumns(); ++x) {
      const ptrdiff_t column = first_column_ + static_cast<ptrdiff_t>(x);
      if (column < 0 || column >= static_cast<ptrdiff_t>(InputWidth())) {
        picture.data.insert(picture.data.end(), channels_,
                            static_cast<int8_t>(layer_.input_zero_point));
        continue;
      }
      const uint8_t* pixel = first + column * PixelStride();
      picture.data.insert(picture.data.end(), pixel, pixel + channels_);
    }
  }
  return picture;
}

void DepthwiseConvTester::Test(const DepthwiseConvKernel& kernel,
                               ActivationForm form,
                               OutputStatistics* statistics) const {
  if (testing::Test::HasFailure()) return;  // one report is enough
  const std::string description = ToString(kernel, form);
  SetRunningCase(&description);
  Random random(CaseSeed(description));
  const int32_t channels = static_cast<int32_t>(channels_);
  reference::WeightedLayer layer =
      RandomLayer(layer_,
                  Shape{channels, static_cast<int32_t>(kernel_h_),
                        static_cast<int32_t>(kernel_w_), 1},
                  random);
  const std::vector<GuardedBuffer> rows = MakeRows(random);
  const reference::Tensor picture = Gather(rows);
  Window2dParams window;
  window.kernel_h = static_cast<int32_t>(kernel_h_);
  window.kernel_w = static_cast<int32_t>(kernel_w_);
  window.stride_h = static_cast<int32_t>(stride_h_);
  window.stride_w = static_cast<int32_t>(stride_w_);
  window.dilation_h = static_cast<int32_t>(dilation_h_);
  window.dilation_w = static_cast<int32_t>(dilation_w_);
  if (extreme_biases_) {
    SetExtremeBiases(reference::Conv2dSums(layer, window, channels, picture),
                     random, layer);
  }
  const OutputArea output(Layout(), AnyFlush(random), misalignment_);
  Call(kernel, form, layer, rows, output.first());
  const reference::Tensor expected =
      reference::Conv2d(layer, window, channels, picture);
  output.ExpectWritten(expected.data, form, description);
  if (statistics != nullptr) statistics->Add(expected.data);
  SetRunningCase(nullptr);
}

void DepthwiseConvTester::Call(const DepthwiseConvKernel& kernel,
                               ActivationForm form,
                               const reference::WeightedLayer& layer,
                               const std::vector<GuardedBuffer>& rows,
                               void* output) const {
  const DepthwiseConvDescriptor& descriptor = kernel.descriptor;
  const LayerWeights weights = ToLayerWeights(layer);
  const size_t taps = kernel_h_ * kernel_w_;
  // Flush with the back, a multiple of 64 bytes is aligned to 64.
  const GuardedBuffer packed(
      PackedDepthwiseConvBytes(descriptor, channels_, taps) + kOverreadBytes,
      GuardedBuffer::Flush::kBack);
  PackDepthwiseConv(descriptor, form, weights, taps, packed.data());
  for (const GuardedBuffer& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) row.data()[i] ^= FormMask(form);
  }
  std::vector<const void*> input_rows;
  for (size_t y = 0; y < InputRows(); ++y) {
    input_rows.push_back(FirstPixel(rows[BufferOfRow(y)]));
  }
  DepthwiseConvArgs args = {};
  args.channels = channels_;
  args.output_rows = output_rows_;
  args.output_width = output_width_;
  args.kernel_h = kernel_h_;
  args.kernel_w = kernel_w_;
  args.stride_h = stride_h_;
  args.stride_w = stride_w_;
  args.dilation_h = dilation_h_;
  args.dilation_w = dilation_w_;
  args.input_rows = input_rows.data();
  args.pixel_stride = PixelStride();
  args.first_column = first_column_;
  args.input_columns = InputWidth();
  args.zero_byte = static_cast<uint8_t>(layer_.input_zero_point) ^
                   static_cast<uint8_t>(FormMask(form));
  args.packed_weights = packed.data();
  args.panel_bytes = DepthwiseConvPanelBytes(descriptor, taps);
  args.output = output;
  args.output_row_stride = Layout().row_stride;
  args.output_pixel_stride = Layout().pixel_stride;
  args.left_shifts = LeftShiftsOf(descriptor.weight_type, weights, taps);
  args.stage = ToOutputStage(layer.output);
  args.form = form;
  kernel.run(args);
}

}  // namespace octet
