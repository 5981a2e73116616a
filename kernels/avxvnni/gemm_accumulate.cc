// accumulate_gemm by vpdpbusd: the sums of gemm.cc's tiles of 3x32, stored as
// they are. The channels of a panel lie in order.

#include "kernels/avxvnni/avxvnni_kernels.h"
#include "kernels/avxvnni/gemm_tile.h"
#include "kernels/vnni/tile_rows.h"

namespace octet::avxvnni {
namespace {

constexpr size_t kMaxRows = 3;
constexpr size_t kVectors = 4;
constexpr size_t kVectorChannels = 8;
constexpr size_t kNr = kVectors * kVectorChannels;
constexpr PanelLayout kLayout = PanelLayoutOf(kNr);

struct Panel : PanelProducts {
  size_t channels;
  uint8_t* output;
  ptrdiff_t output_stride;
};

template <size_t kRows>
[[gnu::always_inline]] static inline void Store(
    const Panel& p, const Tile<kRows, kVectors>& tile, uint8_t* to) {
  OCTET_UNROLL for (size_t r = 0; r < kRows; ++r, to += p.output_stride) {
    OCTET_UNROLL for (size_t v = 0; v < kVectors; ++v) {
      const size_t first = v * kVectorChannels;
      if (first >= p.channels) break;
      avx2::StoreUpTo8Sums(to + v * kVectorBytes, tile.sum[r][v],
                           p.channels - first);
    }
  }
}

// `count` tiles from pixel `first` on.
template <size_t kRows>
void RunTiles(const Panel& p, size_t first, size_t count) {
  ptrdiff_t pixel = static_cast<ptrdiff_t>(first);
  for (; count != 0; --count, pixel += kRows) {
    Tile<kRows, kVectors> tile;
    Accumulate(p, pixel, tile);
    Store(p, tile, p.output + pixel * p.output_stride);
  }
}

using TilesFunction = void (*)(const Panel& p, size_t first, size_t count);

constexpr TilesFunction kTiles[kMaxRows] = {RunTiles<1>, RunTiles<2>,
                                            RunTiles<3>};

}  // namespace

void AccumulateGemm3x32(const GemmArgs& args) {
  const vnni::TileRows rows = vnni::DivideRows(args.m, kMaxRows);
  Panel p;
  static_cast<PanelProducts&>(p) = ProductsOf(args);
  p.output = static_cast<uint8_t*>(args.output);
  p.output_stride = args.output_stride;
  const uint8_t* panel = static_cast<const uint8_t*>(args.packed_weights);
  for (size_t c = 0; c < args.n; c += kNr, panel += args.panel_bytes) {
    p.channels = args.n - c < kNr ? args.n - c : kNr;
    p.bias = panel;
    p.weights = panel + kLayout.weights;
    vnni::RunTileRows(kTiles, rows, p);
    p.output += 4 * kNr;
  }
}

}  // namespace octet::avxvnni
