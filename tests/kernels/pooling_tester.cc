#include "tests/kernels/pooling_tester.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "tests/kernels/layer_data.h"
#include "tests/test_seed.h"

namespace octet {

PoolingTester& PoolingTester::channels(size_t value) {
  channels_ = value;
  return *this;
}
PoolingTester& PoolingTester::window(size_t h, size_t w) {
  window_h_ = h;
  window_w_ = w;
  return *this;
}
PoolingTester& PoolingTester::output_width(size_t value) {
  output_width_ = value;
  return *this;
}
PoolingTester& PoolingTester::step(size_t value) {
  step_ = value;
  return *this;
}
PoolingTester& PoolingTester::dilation(size_t value) {
  dilation_ = value;
  return *this;
}
PoolingTester& PoolingTester::single_cell() {
  single_cell_ = true;
  return *this;
}
PoolingTester& PoolingTester::gap(size_t value) {
  gap_ = value;
  return *this;
}
PoolingTester& PoolingTester::misalignment(size_t value) {
  misalignment_ = value;
  return *this;
}
PoolingTester& PoolingTester::backward() {
  backward_ = true;
  return *this;
}
PoolingTester& PoolingTester::value(int q) {
  has_value_ = true;
  value_ = q;
  return *this;
}
PoolingTester& PoolingTester::zero_point(int value) {
  zero_point_ = value;
  return *this;
}
PoolingTester& PoolingTester::output_zero_point(int value) {
  output_.zero_point = value;
  return *this;
}
PoolingTester& PoolingTester::clamp(int min, int max) {
  output_.clamp_min = min;
  output_.clamp_max = max;
  return *this;
}
PoolingTester& PoolingTester::multiplier(int value) {
  multiplier_ = value;
  return *this;
}
PoolingTester& PoolingTester::shift(int value) {
  shift_ = value;
  return *this;
}

std::string PoolingTester::ToString(const char* what,
                                    ActivationForm form) const {
  std::string text = what;
  text += form == ActivationForm::kU8 ? " u8" : " s8";
  text += ": channels " + std::to_string(channels_) + ", window " +
          std::to_string(window_h_) + "x" + std::to_string(window_w_) +
          ", width " + std::to_string(output_width_) + ", step " +
          std::to_string(step_) + ", dilation " + std::to_string(dilation_) +
          ", gap " + std::to_string(gap_) + ", misalignment " +
          std::to_string(misalignment_) + ", zero point " +
          std::to_string(zero_point_) + ", output " +
          std::to_string(output_.zero_point) + " [" +
          std::to_string(output_.clamp_min) + ", " +
          std::to_string(output_.clamp_max) + "]";
  if (has_value_) text += ", value " + std::to_string(value_);
  if (single_cell_) text += ", single cell";
  if (backward_) text += ", backward";
  if (multiplier_ >= 0) text += ", multiplier " + std::to_string(multiplier_);
  if (shift_ > -100) text += ", shift " + std::to_string(shift_);
  return text;
}

PoolingTester::Strides PoolingTester::ComputeStrides() const {
  if (single_cell_) return {0, 0, 0, channels_};
  // The picture is just as wide as the windows, and one pixel.
  const size_t width =
      (output_width_ - 1) * step_ + (window_w_ - 1) * dilation_ + 2;
  const size_t pixel = channels_ + gap_;
  const size_t row = dilation_ * width * pixel;
  const size_t span = (window_h_ - 1) * row + (width - 2) * pixel + channels_;
  const ptrdiff_t sign = backward_ ? -1 : 1;
  return {sign * static_cast<ptrdiff_t>(row),
          sign * static_cast<ptrdiff_t>(dilation_ * pixel),
          sign * static_cast<ptrdiff_t>(step_ * pixel), span};
}

uint8_t* PoolingTester::FirstCell(const GuardedBuffer& buffer) const {
  const size_t first = backward_ ? ComputeStrides().span - channels_ : 0;
  return buffer.data() + misalignment_ + first;
}

GuardedBuffer PoolingTester::MakeInput(Random& random) const {
  GuardedBuffer buffer(misalignment_ + ComputeStrides().span + kOverreadBytes,
                       AnyFlush(random));
  buffer.FillRandomly(random);
  if (has_value_) std::memset(buffer.data(), value_, buffer.size());
  return buffer;
}

PoolingTester::Windows PoolingTester::Gather(
    const GuardedBuffer& buffer) const {
  const Strides strides = ComputeStrides();
  Windows windows;
  windows.shape = Shape{
      static_cast<int32_t>(output_width_), static_cast<int32_t>(window_h_),
      static_cast<int32_t>(window_w_), static_cast<int32_t>(channels_)};
  for (size_t x = 0; x < output_width_; ++x) {
    for (size_t ky = 0; ky < window_h_; ++ky) {
      for (size_t kx = 0; kx < window_w_; ++kx) {
        const uint8_t* cell = FirstCell(buffer) +
                              static_cast<ptrdiff_t>(x) * strides.step +
                              static_cast<ptrdiff_t>(ky) * strides.row +
                              static_cast<ptrdiff_t>(kx) * strides.column;
        windows.data.insert(windows.data.end(), cell, cell + channels_);
      }
    }
  }
  return windows;
}

void PoolingTester::FitRequantization(int* multiplier, int* shift) const {
  const double count = static_cast<double>(window_h_ * window_w_);
  // Averages of many cells are close together: spread them.
  const double scale = (has_value_ ? 1.0 : std::sqrt(count)) / count;
  int exponent = 0;
  const double fraction = std::frexp(scale, &exponent);  // scale * 2^-exponent
  *multiplier = std::min<int>(
      32767, static_cast<int>(std::lround(std::ldexp(fraction, 15))));
  *shift = -exponent - 6;
  if (multiplier_ >= 0) *multiplier = multiplier_;
  if (shift_ > -100) *shift = shift_;
}

void PoolingTester::TestMax(PoolFunction function, ActivationForm form,
                            OutputStatistics* statistics) const {
  Run(function, form, ToString("max_pool", form), statistics, false);
}

void PoolingTester::TestAverage(PoolFunction function, ActivationForm form,
                                OutputStatistics* statistics) const {
  Run(function, form, ToString("average_pool", form), statistics, true);
}

void PoolingTester::Run(PoolFunction function, ActivationForm form,
                        const std::string& description,
                        OutputStatistics* statistics, bool average) const {
  if (testing::Test::HasFailure()) return;  // one report is enough
  SetRunningCase(&description);
  Random random(CaseSeed(description));
  const GuardedBuffer input = MakeInput(random);
  const Windows windows = Gather(input);
  const int count = static_cast<int>(window_h_ * window_w_);
  reference::AveragePool2dLayer layer;
  layer.window.kernel_h = static_cast<int32_t>(window_h_);
  layer.window.kernel_w = static_cast<int32_t>(window_w_);
  layer.counts = {count};
  int multiplier = 0;
  int shift = 0;
  FitRequantization(&multiplier, &shift);
  layer.requantization = {{static_cast<int16_t>(multiplier)},
                          {static_cast<int8_t>(shift)}};
  layer.input_zero_point = zero_point_;
  layer.output = output_;
  const reference::Tensor expected =
      average ? reference::AveragePool2d(layer, windows)
              : reference::MaxPool2d(layer.window, output_, windows);

  for (size_t i = 0; i < input.size(); ++i) input.data()[i] ^= FormMask(form);
  const ptrdiff_t output_stride = static_cast<ptrdiff_t>(channels_ + gap_);
  const OutputArea output({1, output_width_, channels_, 0, output_stride},
                          AnyFlush(random), misalignment_);
  const Strides strides = ComputeStrides();
  PoolArgs args = {};
  args.channels = channels_;
  args.output_width = output_width_;
  args.window_h = window_h_;
  args.window_w = window_w_;
  args.input = FirstCell(input);
  args.cell_stride_h = strides.row;
  args.cell_stride_w = strides.column;
  args.output_step = strides.step;
  args.output = output.first();
  args.output_stride = output_stride;
  args.bias = -count * ZeroPointInForm(zero_point_, form);
  args.multiplier = static_cast<int16_t>(multiplier);
  args.shift = static_cast<int8_t>(shift);
  args.stage = ToOutputStage(output_);
  args.form = form;
  function(args);
  output.ExpectWritten(expected.data, form, description);
  if (statistics != nullptr) statistics->Add(expected.data);
  SetRunningCase(nullptr);
}

}  // namespace octet
