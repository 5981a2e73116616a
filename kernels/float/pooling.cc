#include "kernels/float/pooling.h"

#include <cstring>

namespace octet {
namespace {

// Folds the other cells into the first, which is the output at the beginning.
template <typename Function>
void FoldCells(const FloatPoolArgs& args, Function function) {
  float* output = args.output;
  const float* input = static_cast<const float*>(args.input);
  std::memcpy(output, input, args.channels * sizeof(float));
  for (size_t y = 0; y < args.window_h; ++y) {
    for (size_t x = y == 0 ? 1 : 0; x < args.window_w; ++x) {
      const float* cell =
          input + y * args.cell_stride_h + x * args.cell_stride_w;
      for (size_t c = 0; c < args.channels; ++c) {
        output[c] = function(output[c], cell[c]);
      }
    }
  }
}

// Channels whose sums stay in registers or L1.
constexpr size_t kBlock = 64;

// Adds up the cells of `channels` channels from `first` on; Byte: uint8_t or
// int8_t, as the form has it.
template <typename Byte>
void AddCells(const FloatPoolArgs& args, size_t first, size_t channels,
              int32_t* sum) {
  const Byte* input = static_cast<const Byte*>(args.input) + first;
  for (size_t y = 0; y < args.window_h; ++y) {
    for (size_t x = 0; x < args.window_w; ++x) {
      const Byte* cell =
          input + y * args.cell_stride_h + x * args.cell_stride_w;
      for (size_t c = 0; c < channels; ++c) sum[c] += cell[c];
    }
  }
}

}  // namespace

void FloatMaxPool(const FloatPoolArgs& args) {
  FoldCells(args, [](float largest, float value) {
    return value > largest || value != value ? value : largest;
  });
  for (size_t c = 0; c < args.channels; ++c) {
    args.output[c] = args.clamp.Apply(args.output[c]);
  }
}

void FloatAveragePool(const FloatPoolArgs& args) {
  FoldCells(args, [](float sum, float value) { return sum + value; });
  for (size_t c = 0; c < args.channels; ++c) {
    args.output[c] = args.clamp.Apply(args.output[c] / args.divisor);
  }
}

void FloatAverageInt8Pool(const FloatPoolArgs& args) {
  const int32_t count = static_cast<int32_t>(args.window_h * args.window_w);
  const int32_t zero_point = ZeroPointInForm(args.zero_point, args.form);
  const float scale = args.scale / args.divisor;
  for (size_t first = 0; first < args.channels; first += kBlock) {
    const size_t channels =
        args.channels - first < kBlock ? args.channels - first : kBlock;
    int32_t sum[kBlock];
    for (size_t c = 0; c < channels; ++c) sum[c] = -count * zero_point;
    if (args.form == ActivationForm::kU8) {
      AddCells<uint8_t>(args, first, channels, sum);
    } else {
      AddCells<int8_t>(args, first, channels, sum);
    }
    for (size_t c = 0; c < channels; ++c) {
      args.output[first + c] =
          args.clamp.Apply(static_cast<float>(sum[c]) * scale);
    }
  }
}

}  // namespace octet
