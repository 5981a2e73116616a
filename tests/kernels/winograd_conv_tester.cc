#include "tests/kernels/winograd_conv_tester.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "kernels/pack.h"
#include "tests/reference/layers.h"
#include "tests/test_seed.h"

namespace octet {
namespace {

// The convolution of one tile.
const Window2dParams kWindow = {3, 3, 1, 1, 1, 1, 0, 0, 0, 0};

}  // namespace

WinogradConvTester& WinogradConvTester::tiles(size_t value) {
  tiles_ = value;
  return *this;
}
WinogradConvTester& WinogradConvTester::c(size_t value) {
  c_ = value;
  return *this;
}
WinogradConvTester& WinogradConvTester::n(size_t value) {
  n_ = value;
  return *this;
}
WinogradConvTester& WinogradConvTester::pixels(size_t rows, size_t columns) {
  rows_ = rows;
  columns_ = columns;
  return *this;
}
WinogradConvTester& WinogradConvTester::cell_gap(size_t value) {
  cell_gap_ = value;
  return *this;
}
WinogradConvTester& WinogradConvTester::output_gap(size_t value) {
  output_gap_ = value;
  return *this;
}
WinogradConvTester& WinogradConvTester::misalignment(size_t value) {
  misalignment_ = value;
  return *this;
}
WinogradConvTester& WinogradConvTester::zero_point(int value) {
  layer_.input_zero_point = value;
  return *this;
}
WinogradConvTester& WinogradConvTester::output_zero_point(int value) {
  layer_.output.zero_point = value;
  return *this;
}
WinogradConvTester& WinogradConvTester::clamp(int min, int max) {
  layer_.output.clamp_min = min;
  layer_.output.clamp_max = max;
  return *this;
}
WinogradConvTester& WinogradConvTester::shift_range(int min, int max) {
  layer_.min_shift = min;
  layer_.max_shift = max;
  return *this;
}
WinogradConvTester& WinogradConvTester::per_tensor() {
  layer_.per_channel = false;
  return *this;
}
WinogradConvTester& WinogradConvTester::extreme_values() {
  layer_.extreme_values = true;
  return *this;
}
WinogradConvTester& WinogradConvTester::residual(int fraction_bits) {
  has_residual_ = true;
  layer_.fraction_bits = fraction_bits;
  return *this;
}
WinogradConvTester& WinogradConvTester::extreme_biases() {
  extreme_biases_ = true;
  return *this;
}

std::string WinogradConvTester::ToString(const WinogradConvKernel& kernel,
                                         ActivationForm form) const {
  std::string text = "winograd_conv ";
  text += kernel.descriptor.name;
  text += form == ActivationForm::kU8 ? " u8" : " s8";
  text += ": tiles " + std::to_string(tiles_) + ", c " + std::to_string(c_) +
          ", n " + std::to_string(n_) + ", pixels " + std::to_string(rows_) +
          "x" + std::to_string(columns_) + ", cell gap " +
          std::to_string(cell_gap_) + ", output gap " +
          std::to_string(output_gap_) + ", misalignment " +
          std::to_string(misalignment_) + ", ";
  if (has_residual_) {
    text += "residual " + std::to_string(layer_.fraction_bits) + " bits, ";
  }
  if (extreme_biases_) text += "extreme biases, ";
  return text + layer_.ToString();
}

std::vector<size_t> WinogradConvTester::DrawCells(Random& random) const {
  std::vector<size_t> cells;
  const int64_t last = static_cast<int64_t>(tiles_ * kWinogradPositions) - 1;
  for (size_t i = 0; i < tiles_ * kWinogradPositions; ++i) {
    cells.push_back(static_cast<size_t>(random.Between(0, last)));
  }
  return cells;
}

size_t WinogradConvTester::CellAt(size_t cell) const {
  return misalignment_ + cell * (c_ + cell_gap_);
}

reference::Tensor WinogradConvTester::Gather(
    const GuardedBuffer& buffer, const std::vector<size_t>& cells) const {
  reference::Tensor pictures;
  pictures.shape =
      Shape{static_cast<int32_t>(tiles_), 4, 4, static_cast<int32_t>(c_)};
  for (const size_t cell : cells) {
    const uint8_t* from = buffer.data() + CellAt(cell);
    pictures.data.insert(pictures.data.end(), from, from + c_);
  }
  return pictures;
}

// Biases within the bound, or at it with either sign.
void WinogradConvTester::FitBiases(reference::WeightedLayer& layer) const {
  const int z = layer.input_zero_point;
  const int64_t difference = std::max(z + 128, 127 - z);
  for (size_t channel = 0; channel < n_; ++channel) {
    int64_t sum = 0;
    for (size_t j = 0; j < 9 * c_; ++j) {
      sum += std::abs(layer.weights.data[channel * 9 * c_ + j]);
    }
    const int32_t room = static_cast<int32_t>(
        (INT32_MAX >> kWinogradFactorBits) - difference * sum);
    int32_t& bias = layer.bias[channel];
    bias = std::clamp(bias, -room, room);
    if (extreme_biases_) bias = channel % 2 == 0 ? room : -room;
  }
}

OutputLayout WinogradConvTester::Layout() const {
  const size_t pixel_stride = n_ + output_gap_;
  const size_t row_stride = columns_ * pixel_stride + 3 * output_gap_;
  return {tiles_ * rows_, columns_, n_, static_cast<ptrdiff_t>(row_stride),
          static_cast<ptrdiff_t>(pixel_stride)};
}

std::vector<int8_t> WinogradConvTester::Existing(
    const std::vector<int8_t>& output) const {
  std::vector<int8_t> existing;
  for (size_t i = 0; i < tiles_ * 4; ++i) {
    if (i / 2 % 2 >= rows_ || i % 2 >= columns_) continue;
    const auto pixel = output.begin() + static_cast<ptrdiff_t>(i * n_);
    existing.insert(existing.end(), pixel, pixel + static_cast<ptrdiff_t>(n_));
  }
  return existing;
}

reference::Residual WinogradConvTester::DrawResidual(Random& random) const {
  reference::Residual residual;
  residual.zero_point = static_cast<int>(random.Between(-128, 127));
  residual.fraction_bits = layer_.fraction_bits;
  // Scales of 0.4 to 1.
  residual.multiplier = static_cast<int>(random.Between(100, 255))
                        << residual.fraction_bits;
  for (size_t i = 0; i < tiles_ * 4 * n_; ++i) {
    residual.values.push_back(static_cast<int8_t>(random.Between(-128, 127)));
  }
  return residual;
}

GuardedBuffer WinogradConvTester::PlaceResidual(
    const reference::Residual& residual, ActivationForm form,
    Random& random) const {
  const OutputLayout layout = Layout();
  const size_t bytes =
      (layout.rows - 1) * static_cast<size_t>(layout.row_stride) +
      (layout.width - 1) * static_cast<size_t>(layout.pixel_stride) + n_;
  GuardedBuffer buffer(bytes + kOverreadBytes, AnyFlush(random));
  const std::vector<int8_t> values = Existing(residual.values);
  for (size_t i = 0; i < values.size(); ++i) {
    const size_t pixel = i / n_;
    buffer.data()[pixel / columns_ * static_cast<size_t>(layout.row_stride) +
                  pixel % columns_ * static_cast<size_t>(layout.pixel_stride) +
                  i % n_] = static_cast<uint8_t>(values[i]) ^ FormMask(form);
  }
  return buffer;
}

void WinogradConvTester::Test(const WinogradConvKernel& kernel,
                              ActivationForm form,
                              OutputStatistics* statistics) const {
  if (testing::Test::HasFailure()) return;  // one report is enough
  const std::string description = ToString(kernel, form);
  SetRunningCase(&description);
  Random random(CaseSeed(description));
  reference::WeightedLayer layer = RandomLayer(
      layer_, Shape{static_cast<int32_t>(n_), 3, 3, static_cast<int32_t>(c_)},
      random);
  FitBiases(layer);
  ASSERT_TRUE(WinogradConvFits(ToLayerWeights(layer), c_)) << description;
  const std::vector<size_t> cells = DrawCells(random);
  GuardedBuffer buffer(CellAt(cells.size()) - cell_gap_ + kOverreadBytes,
                       AnyFlush(random));
  if (layer_.extreme_values) {
    FillWithExtremes(buffer.data(), buffer.size(), layer_.input_zero_point,
                     random);
  } else {
    buffer.FillRandomly(random);
  }
  const reference::Tensor pictures = Gather(buffer, cells);
  const OutputArea output(Layout(), AnyFlush(random), misalignment_);
  const reference::Residual residual = DrawResidual(random);
  const GuardedBuffer residual_bytes = PlaceResidual(residual, form, random);
  Call(kernel, form, layer, buffer, cells, residual, residual_bytes.data(),
       output.first());
  const std::vector<int8_t> expected =
      Existing(reference::Conv2d(layer, kWindow, 1, pictures,
                                 has_residual_ ? &residual : nullptr)
                   .data);
  output.ExpectWritten(expected, form, description);
  if (statistics != nullptr) statistics->Add(expected);
  SetRunningCase(nullptr);
}

void WinogradConvTester::Call(
    const WinogradConvKernel& kernel, ActivationForm form,
    const reference::WeightedLayer& layer, const GuardedBuffer& buffer,
    const std::vector<size_t>& cells, const reference::Residual& residual,
    const uint8_t* residual_bytes, void* output) const {
  const WinogradConvDescriptor& descriptor = kernel.descriptor;
  // Flush with the back, a multiple of 64 bytes is aligned to 64.
  const GuardedBuffer packed(
      PackedWinogradConvBytes(descriptor, n_, c_) + kOverreadBytes,
      GuardedBuffer::Flush::kBack);
  PackWinogradConv(descriptor, form, ToLayerWeights(layer), c_, packed.data());
  const GuardedBuffer workspace(
      WinogradConvWorkspaceBytes(descriptor, c_, tiles_),
      GuardedBuffer::Flush::kBack);
  for (size_t i = 0; i < buffer.size(); ++i) {
    buffer.data()[i] ^= FormMask(form);
  }
  std::vector<WinogradTile> tiles(tiles_);
  for (size_t i = 0; i < cells.size(); ++i) {
    tiles[i / kWinogradPositions].cells[i % kWinogradPositions] =
        buffer.data() + CellAt(cells[i]);
  }
  const ptrdiff_t row_stride = Layout().row_stride;
  for (size_t i = 0; i < tiles_; ++i) {
    const ptrdiff_t at = static_cast<ptrdiff_t>(i * rows_) * row_stride;
    tiles[i].output = static_cast<uint8_t*>(output) + at;
    tiles[i].residual = has_residual_ ? residual_bytes + at : nullptr;
    tiles[i].output_rows = static_cast<uint8_t>(rows_);
    tiles[i].output_columns = static_cast<uint8_t>(columns_);
  }
  WinogradConvArgs args = {};
  args.num_tiles = tiles_;
  args.tiles = tiles.data();
  args.c = c_;
  args.n = n_;
  args.packed_weights = packed.data();
  args.panel_bytes = WinogradConvPanelBytes(descriptor, c_);
  args.output_row_stride = row_stride;
  args.output_pixel_stride = Layout().pixel_stride;
  args.adds_residual = has_residual_;
  args.residual = {nullptr, 0, static_cast<int16_t>(residual.multiplier),
                   static_cast<int8_t>(residual.zero_point),
                   static_cast<int8_t>(residual.fraction_bits)};
  args.workspace = workspace.data();
  args.stage = ToOutputStage(layer.output);
  args.form = form;
  kernel.run(args);
}

}  // namespace octet
