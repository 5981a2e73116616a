#include "kernels/float/pooling.h"

#include <cstring>

namespace octet {
namespace {

// Folds the other cells into the first, which is the output at the beginning.
template <typename Function>
void FoldCells(const FloatPoolArgs& args, Function function) {
  float* output = args.output;
  std::memcpy(output, args.input, args.channels * sizeof(float));
  for (size_t y = 0; y < args.window_h; ++y) {
    for (size_t x = y == 0 ? 1 : 0; x < args.window_w; ++x) {
      const float* cell =
          args.input + y * args.cell_stride_h + x * args.cell_stride_w;
      for (size_t c = 0; c < args.channels; ++c) {
        output[c] = function(output[c], cell[c]);
      }
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

}  // namespace octet
