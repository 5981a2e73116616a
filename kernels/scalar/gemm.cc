// Portable gemm: a tile of 4 pixels x 8 channels, no vector instructions. It
// serves CPUs without a table of their own.

#include "kernels/gemm.h"

#include "kernels/requantize.h"
#include "kernels/scalar/scalar_kernels.h"

namespace octet::scalar {
namespace {

constexpr size_t kMr = 4;
constexpr size_t kNr = 8;

// The accumulators of one panel, modulo 2^32.
struct Tile {
  uint32_t accumulator[kMr][kNr];
};

template <typename Weight>
void Accumulate(const GemmArgs& args, const uint8_t* panel, Tile& tile) {
  const uint8_t* weights = panel + PanelLayoutOf(kNr).weights;
  for (size_t i = 0; i < args.m; ++i) {
    for (size_t c = 0; c < kNr; ++c) {
      tile.accumulator[i][c] = Load<uint32_t>(panel + 4 * c);
    }
  }
  for (size_t r = 0; r < args.num_runs; ++r) {
    const uint8_t* base = static_cast<const uint8_t*>(args.runs[r].base);
    for (size_t j = 0; j < args.run_length;
         ++j, weights += kNr * sizeof(Weight)) {
      for (size_t i = 0; i < args.m; ++i) {
        const uint8_t byte =
            base[static_cast<ptrdiff_t>(i) * args.runs[r].pixel_stride +
                 static_cast<ptrdiff_t>(j)];
        const int32_t a = ReadInForm(byte, args.form);
        for (size_t c = 0; c < kNr; ++c) {
          const int32_t product =
              a * Load<Weight>(weights + c * sizeof(Weight));
          tile.accumulator[i][c] += static_cast<uint32_t>(product);
        }
      }
    }
  }
}

// q of pixel i and channel `first` + c of the layer.
int8_t OutputOf(const GemmArgs& args, const uint8_t* panel, const Tile& tile,
                size_t i, size_t first, size_t c) {
  const PanelLayout layout = PanelLayoutOf(kNr);
  const int32_t accumulator = static_cast<int32_t>(tile.accumulator[i][c]);
  const int32_t multiplier = Load<int16_t>(panel + layout.multiplier + 2 * c);
  const int shift = Load<int32_t>(panel + layout.shift + 4 * c);
  const GemmResidual& residual = args.residual;
  if (residual.base == nullptr) {
    return RequantizeQ15(accumulator, multiplier, shift, args.stage);
  }
  const uint8_t* pixel = static_cast<const uint8_t*>(residual.base) +
                         static_cast<ptrdiff_t>(i) * residual.pixel_stride;
  const int32_t addend =
      ScaleAddend(ReadQ(pixel[first + c], args.form) - residual.zero_point,
                  residual.multiplier);
  return RequantizeAddQ15(accumulator, multiplier, shift, addend,
                          residual.fraction_bits, args.stage);
}

void Store(const GemmArgs& args, const uint8_t* panel, const Tile& tile,
           size_t first, size_t channels) {
  for (size_t i = 0; i < args.m; ++i) {
    uint8_t* output = static_cast<uint8_t*>(args.output) +
                      static_cast<ptrdiff_t>(i) * args.output_stride + first;
    for (size_t c = 0; c < channels; ++c) {
      output[c] = ToByte(OutputOf(args, panel, tile, i, first, c), args.form);
    }
  }
}

// The accumulators as they are.
void StoreAccumulators(const GemmArgs& args, const Tile& tile, size_t first,
                       size_t channels) {
  for (size_t i = 0; i < args.m; ++i) {
    uint8_t* pixel = static_cast<uint8_t*>(args.output) +
                     static_cast<ptrdiff_t>(i) * args.output_stride;
    std::memcpy(pixel + 4 * first, tile.accumulator[i], 4 * channels);
  }
}

// Calls store(panel, tile, first channel, channels) for each panel.
template <typename Weight, typename StoreTile>
void ForEachPanel(const GemmArgs& args, StoreTile store) {
  const uint8_t* panel = static_cast<const uint8_t*>(args.packed_weights);
  for (size_t n = 0; n < args.n; n += kNr, panel += args.panel_bytes) {
    const size_t channels = args.n - n < kNr ? args.n - n : kNr;
    Tile tile;
    Accumulate<Weight>(args, panel, tile);
    store(panel, tile, n, channels);
  }
}

}  // namespace

void Gemm4x8(const GemmArgs& args) {
  ForEachPanel<int8_t>(args, [&](const uint8_t* panel, const Tile& tile,
                                 size_t first, size_t channels) {
    Store(args, panel, tile, first, channels);
  });
}

void AccumulateGemm4x8(const GemmArgs& args) {
  ForEachPanel<int16_t>(args, [&](const uint8_t*, const Tile& tile,
                                  size_t first, size_t channels) {
    StoreAccumulators(args, tile, first, channels);
  });
}

}  // namespace octet::scalar
