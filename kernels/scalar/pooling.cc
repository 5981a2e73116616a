// Portable pooling. Channels are taken in blocks, so that the running maxima
// and sums stay in registers or L1.

#include "kernels/pooling.h"

#include "kernels/requantize.h"
#include "kernels/scalar/scalar_kernels.h"
#include "kernels/scalar/tflite_rounding.h"

namespace octet::scalar {
namespace {

constexpr size_t kBlock = 64;

// Calls visit(row of `channels` cells) for each cell position of the window.
template <typename Visit>
void ForEachCell(const PoolArgs& args, size_t x, size_t first, Visit visit) {
  const uint8_t* window = static_cast<const uint8_t*>(args.input) +
                          static_cast<ptrdiff_t>(x) * args.output_step + first;
  for (size_t ky = 0; ky < args.window_h; ++ky) {
    for (size_t kx = 0; kx < args.window_w; ++kx) {
      visit(window + static_cast<ptrdiff_t>(ky) * args.cell_stride_h +
            static_cast<ptrdiff_t>(kx) * args.cell_stride_w);
    }
  }
}

uint8_t* OutputAt(const PoolArgs& args, size_t x, size_t first) {
  return static_cast<uint8_t*>(args.output) +
         static_cast<ptrdiff_t>(x) * args.output_stride + first;
}

void MaxBlock(const PoolArgs& args, size_t x, size_t first, size_t channels) {
  int8_t largest[kBlock];
  for (size_t c = 0; c < channels; ++c) largest[c] = args.stage.clamp_min;
  const uint8_t mask = FormMask(args.form);
  ForEachCell(args, x, first, [&](const uint8_t* cell) {
    for (size_t c = 0; c < channels; ++c) {
      const int8_t q = static_cast<int8_t>(cell[c] ^ mask);
      largest[c] = q > largest[c] ? q : largest[c];
    }
  });
  uint8_t* output = OutputAt(args, x, first);
  for (size_t c = 0; c < channels; ++c) {
    const int8_t q =
        largest[c] < args.stage.clamp_max ? largest[c] : args.stage.clamp_max;
    output[c] = static_cast<uint8_t>(static_cast<uint8_t>(q) ^ mask);
  }
}

// result(accumulator) is the q of a channel.
template <typename Result>
void AverageBlock(const PoolArgs& args, size_t x, size_t first, size_t channels,
                  Result result) {
  int32_t sum[kBlock];
  for (size_t c = 0; c < channels; ++c) sum[c] = args.bias;
  ForEachCell(args, x, first, [&](const uint8_t* cell) {
    for (size_t c = 0; c < channels; ++c) {
      sum[c] += ReadInForm(cell[c], args.form);
    }
  });
  uint8_t* output = OutputAt(args, x, first);
  for (size_t c = 0; c < channels; ++c) {
    output[c] = ToByte(result(sum[c]), args.form);
  }
}

template <typename Block>
void ForEachBlock(const PoolArgs& args, Block block) {
  for (size_t x = 0; x < args.output_width; ++x) {
    for (size_t c = 0; c < args.channels; c += kBlock) {
      const size_t channels =
          args.channels - c < kBlock ? args.channels - c : kBlock;
      block(args, x, c, channels);
    }
  }
}

template <typename Result>
void ForEachAverageBlock(const PoolArgs& args, Result result) {
  ForEachBlock(
      args, [&](const PoolArgs& pool, size_t x, size_t first, size_t channels) {
        AverageBlock(pool, x, first, channels, result);
      });
}

}  // namespace

void MaxPool(const PoolArgs& args) { ForEachBlock(args, MaxBlock); }

void AveragePool(const PoolArgs& args) {
  ForEachAverageBlock(args, [&](int32_t sum) {
    return RequantizeQ15(sum, args.multiplier, args.shift, args.stage);
  });
}

void TfliteAveragePool(const PoolArgs& args) {
  const int32_t count = static_cast<int32_t>(args.window_h * args.window_w);
  ForEachAverageBlock(args, [&](int32_t sum) {
    return Clamp(AverageTflite(sum, count, args.halves_up),
                 args.stage.clamp_min, args.stage.clamp_max);
  });
}

void TfliteMean(const PoolArgs& args) {
  const TfliteScale scale = {args.multiplier_q31, args.shift};
  ForEachAverageBlock(args, [&](int32_t sum) {
    return OutputTflite(ScaleTflite(sum, scale), args.stage);
  });
}

}  // namespace octet::scalar
