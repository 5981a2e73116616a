// Pooling.

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "tests/reference/layers.h"
#include "tests/reference/tflite.h"

namespace octet::reference {
namespace {

// What one window holds of one channel.
struct Cells {
  int64_t sum = 0;
  int64_t largest = INT64_MIN;
  int64_t inside = 0;  // cells in the picture
};

Cells Gather(const Window2dParams& window, const Tensor& input, int64_t n,
             int64_t top, int64_t left, int64_t channel) {
  Cells cells;
  for (int64_t ky = 0; ky < window.kernel_h; ++ky) {
    for (int64_t kx = 0; kx < window.kernel_w; ++kx) {
      const int64_t y = top + ky * window.dilation_h;
      const int64_t x = left + kx * window.dilation_w;
      if (y < 0 || y >= input.shape[1]) continue;
      if (x < 0 || x >= input.shape[2]) continue;
      const int64_t q = At(input, n, y, x, channel);
      cells.sum += q;
      cells.largest = std::max(cells.largest, q);
      ++cells.inside;
    }
  }
  return cells;
}

// Calls result(cells) for every value of the output.
template <typename ResultOfCells>
Tensor Pool(const Window2dParams& window, const Tensor& input,
            ResultOfCells result) {
  Tensor output;
  output.shape = WindowedShape(window, input.shape, input.shape[3]);
  for (int64_t n = 0; n < output.shape[0]; ++n) {
    for (int64_t y = 0; y < output.shape[1]; ++y) {
      for (int64_t x = 0; x < output.shape[2]; ++x) {
        for (int64_t c = 0; c < output.shape[3]; ++c) {
          const Cells cells =
              Gather(window, input, n, y * window.stride_h - window.pad_top,
                     x * window.stride_w - window.pad_left, c);
          output.data.push_back(result(cells));
        }
      }
    }
  }
  return output;
}

}  // namespace

Tensor MaxPool2d(const Window2dParams& window, const OutputParams& output,
                 const Tensor& input) {
  return Pool(window, input, [&](const Cells& cells) {
    return static_cast<int8_t>(
        Limit(cells.largest, output.clamp_min, output.clamp_max));
  });
}

Tensor AveragePool2d(const AveragePool2dLayer& layer, const Tensor& input) {
  return Pool(layer.window, input, [&](const Cells& cells) {
    // Padded cells are 0.0, so they add to the count and not to the sum.
    const int64_t count =
        layer.count_include_pad
            ? int64_t{layer.window.kernel_h} * layer.window.kernel_w
            : cells.inside;
    const auto entry =
        std::find(layer.counts.begin(), layer.counts.end(), count);
    if (entry == layer.counts.end()) {
      std::fprintf(stderr, "test data: a window's count has no multiplier\n");
      std::abort();
    }
    const int64_t index = entry - layer.counts.begin();
    return RequantizeExactly(cells.sum - cells.inside * layer.input_zero_point,
                             layer.requantization.MultiplierOf(index),
                             layer.requantization.ShiftOf(index), layer.output);
  });
}

Tensor TfliteAveragePool2d(const Window2dParams& window, bool halves_up,
                           const OutputParams& output, const Tensor& input) {
  return Pool(window, input, [&](const Cells& cells) {
    int64_t average = 0;
    if (halves_up) {
      average = FloorDivide(2 * cells.sum + cells.inside, 2 * cells.inside);
    } else {
      const int64_t magnitude =
          FloorDivide(2 * std::abs(cells.sum) + cells.inside, 2 * cells.inside);
      average = cells.sum < 0 ? -magnitude : magnitude;
    }
    return static_cast<int8_t>(
        Limit(average, output.clamp_min, output.clamp_max));
  });
}

Tensor TfliteMean(const Window2dParams& window, int input_zero_point,
                  const TfliteScales& scales, const OutputParams& output,
                  const Tensor& input) {
  return Pool(window, input, [&](const Cells& cells) {
    const int64_t steps =
        TfliteScaled(cells.sum - cells.inside * input_zero_point,
                     scales.multiplier[0], scales.shift[0]);
    return static_cast<int8_t>(
        Limit(steps + output.zero_point, output.clamp_min, output.clamp_max));
  });
}

}  // namespace octet::reference
