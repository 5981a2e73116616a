// accumulate_gemm by vpdpbusd: the sums of gemm.cc's widest tiles, stored as
// they are. The channels of a panel lie in order.

#include "kernels/avx512vnni/avx512vnni_kernels.h"
#include "kernels/avx512vnni/gemm_tile.h"
#include "kernels/vnni/tile_rows.h"

namespace octet::avx512vnni {
namespace {

constexpr size_t kMaxRows = 6;
constexpr size_t kNr = kMaxVectors * kVectorChannels;
constexpr PanelLayout kLayout = PanelLayoutOf(kNr);

struct Panel : PanelProducts {
  uint8_t* output;
  ptrdiff_t output_stride;
  __mmask16 last;  // of the last vector's channels
};

template <size_t kRows, size_t kVectors>
[[gnu::always_inline]] static inline void Store(
    const Panel& p, const Tile<kRows, kVectors>& tile, uint8_t* to) {
  OCTET_UNROLL for (size_t r = 0; r < kRows; ++r, to += p.output_stride) {
    OCTET_UNROLL for (size_t v = 0; v + 1 < kVectors; ++v) {
      _mm512_storeu_si512(to + v * kVectorBytes, tile.sum[r][v]);
    }
    _mm512_mask_storeu_epi32(to + (kVectors - 1) * kVectorBytes, p.last,
                             tile.sum[r][kVectors - 1]);
  }
}

// `count` tiles from pixel `first` on.
template <size_t kRows, size_t kVectors>
void RunTiles(const Panel& p, size_t first, size_t count) {
  ptrdiff_t pixel = static_cast<ptrdiff_t>(first);
  size_t part = p.first_part + first / kRows;
  for (; count != 0; --count, ++part) {
    Tile<kRows, kVectors> tile;
    Accumulate<false>(p, pixel, part % kVectors, tile);
    Store(p, tile, p.output + pixel * p.output_stride);
    pixel += kRows;
  }
}

using TilesFunction = void (*)(const Panel& p, size_t first, size_t count);

// [vectors - 1][rows - 1]
constexpr TilesFunction kTiles[kMaxVectors][kMaxRows] = {
    {RunTiles<1, 1>, RunTiles<2, 1>, RunTiles<3, 1>, RunTiles<4, 1>,
     RunTiles<5, 1>, RunTiles<6, 1>},
    {RunTiles<1, 2>, RunTiles<2, 2>, RunTiles<3, 2>, RunTiles<4, 2>,
     RunTiles<5, 2>, RunTiles<6, 2>},
    {RunTiles<1, 3>, RunTiles<2, 3>, RunTiles<3, 3>, RunTiles<4, 3>,
     RunTiles<5, 3>, RunTiles<6, 3>},
    {RunTiles<1, 4>, RunTiles<2, 4>, RunTiles<3, 4>, RunTiles<4, 4>,
     RunTiles<5, 4>, RunTiles<6, 4>}};

}  // namespace

void AccumulateGemm6x64(const GemmArgs& args) {
  const vnni::TileRows rows = vnni::DivideRows(args.m, kMaxRows);
  Panel p;
  static_cast<PanelProducts&>(p) = ProductsOf(args, kNr);
  p.output = static_cast<uint8_t*>(args.output);
  p.output_stride = args.output_stride;
  const uint8_t* panel = static_cast<const uint8_t*>(args.packed_weights);
  for (size_t c = 0; c < args.n; c += kNr, panel += args.panel_bytes) {
    const size_t channels = args.n - c < kNr ? args.n - c : kNr;
    const size_t vectors = VectorsOf(channels);
    PointTo(panel, kLayout.weights, args.panel_bytes, p);
    p.last = static_cast<__mmask16>(
        FirstLanes(channels - (vectors - 1) * kVectorChannels));
    vnni::RunTileRows(kTiles[vectors - 1], rows, p);
    p.output += 4 * kNr;
  }
}

}  // namespace octet::avx512vnni
