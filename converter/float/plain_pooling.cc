#include "converter/float/plain_pooling.h"

#include <algorithm>
#include <limits>

namespace octet::converter {
namespace {

struct PlainPool {
  PoolKind kind;
  Window2dParams window;
  bool count_include_pad;
  FloatClamp clamp;
  Shape input_shape;
  Shape output_shape;
  const float* input;
  float* output;
};

// One pixel of the output: all channels.
void PoolPixel(const PlainPool& pool, int32_t n, int32_t y, int32_t x,
               float* output) {
  const Window2dParams& w = pool.window;
  const Shape& in = pool.input_shape;
  const int32_t channels = in[3];
  const bool max = pool.kind == PoolKind::kMax;
  std::fill_n(output, channels,
              max ? -std::numeric_limits<float>::infinity() : 0.0f);
  int32_t count = 0;
  for (int32_t ky = 0; ky < w.kernel_h; ++ky) {
    const int32_t iy = y * w.stride_h - w.pad_top + ky * w.dilation_h;
    if (iy < 0 || iy >= in[1]) continue;
    for (int32_t kx = 0; kx < w.kernel_w; ++kx) {
      const int32_t ix = x * w.stride_w - w.pad_left + kx * w.dilation_w;
      if (ix < 0 || ix >= in[2]) continue;
      const float* cell =
          pool.input + ((int64_t{n} * in[1] + iy) * in[2] + ix) * channels;
      for (int32_t c = 0; c < channels; ++c) {
        output[c] = max ? std::max(output[c], cell[c]) : output[c] + cell[c];
      }
      ++count;
    }
  }
  if (pool.count_include_pad) count = w.kernel_h * w.kernel_w;
  const float divisor = max ? 1.0f : static_cast<float>(count);
  for (int32_t c = 0; c < channels; ++c) {
    output[c] = std::clamp(output[c] / divisor, pool.clamp.min, pool.clamp.max);
  }
}

// Row `row` of all the pictures' rows, one below the other.
void PoolRow(void* context, size_t row) {
  const PlainPool& pool = *static_cast<const PlainPool*>(context);
  const Shape& out = pool.output_shape;
  const auto n = static_cast<int32_t>(row / size_t(out[1]));
  const auto y = static_cast<int32_t>(row % size_t(out[1]));
  float* output = pool.output + row * size_t(out[2]) * size_t(out[3]);
  for (int32_t x = 0; x < out[2]; ++x) {
    PoolPixel(pool, n, y, x, output);
    output += out[3];
  }
}

}  // namespace

FloatOperator MakePlainPool2d(PoolKind kind, const Window2dParams& window,
                              bool count_include_pad, const FloatClamp& clamp,
                              const FloatNode& node) {
  PlainPool pool{kind,
                 window,
                 count_include_pad,
                 clamp,
                 node.input_shape(0),
                 node.output_shape(),
                 node.inputs[0],
                 node.output};
  return [pool, threads = node.threads]() mutable {
    const Shape& out = pool.output_shape;
    pthreadpool_parallelize_1d(threads, PoolRow, &pool,
                               size_t(out[0]) * size_t(out[1]),
                               PTHREADPOOL_FLAG_YIELD_WORKERS);
    return OkStatus();
  };
}

}  // namespace octet::converter
