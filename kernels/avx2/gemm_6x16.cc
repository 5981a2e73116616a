// gemm on a tile of 6 pixels x 16 channels (tile_6x16.h): weights lie in the
// panel widened, activations are widened into the workspace once a call and
// serve all panels.

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "kernels/avx2/avx2_kernels.h"
#include "kernels/avx2/tile_6x16.h"
#include "kernels/avx2/vector_stage.h"
#include "kernels/avx2/widen.h"

namespace octet::avx2 {
namespace {

constexpr size_t kMr = 6;
constexpr size_t kNr = 16;
constexpr size_t kKr = 2;
constexpr PanelLayout kLayout = PanelLayoutOf(kNr);

// Rows of widened activations, and a panel.
struct TileInput {
  const uint8_t* activations;
  size_t row_bytes;  // from pixel to pixel: all runs, a multiple of 4
  const uint8_t* panel;
};

template <size_t kM, size_t kChannels>
[[gnu::always_inline]] static inline Tile AccumulatePanel(const TileInput& in) {
  return Accumulate<kM, kChannels>({in.activations, in.row_bytes, in.row_bytes,
                                    in.panel, in.panel + kLayout.weights});
}

// Storing with left shifts or a residual, or sums as they are, needs many
// registers: out of line and by way of memory, so that it costs the loop none.
template <size_t kM, size_t kChannels>
[[gnu::noinline]] void AccumulateTo(const TileInput& in, Tile* t) {
  *t = AccumulatePanel<kM, kChannels>(in);
}

template <bool kLeft, size_t kM, size_t kChannels>
[[gnu::noinline]] void PanelByWayOfMemory(const TileInput& in,
                                          const TileOutput& out) {
  Tile t;
  AccumulateTo<kM, kChannels>(in, &t);
  if (out.residual.bytes == nullptr) {
    StoreAllRows<kLeft, false, kM>(t, in.panel, out);
  } else {
    StoreAllRows<kLeft, true, kM>(t, in.panel, out);
  }
}

// A last panel has 8 channels if it needs no more.
template <bool kSimple, bool kLeft, size_t kM, size_t kChannels>
[[gnu::always_inline]] static inline void RunPanel(const TileInput& in,
                                                   const TileOutput& out) {
  if constexpr (kSimple) {
    StoreAllRows<false, false, kM>(AccumulatePanel<kM, kChannels>(in), in.panel,
                                   out);
  } else {
    PanelByWayOfMemory<kLeft, kM, kChannels>(in, out);
  }
}

// kSimple: no left shifts and no residual.
template <bool kSimple, bool kLeft, size_t kM>
void Panels(const GemmArgs& args, size_t padded_k) {
  TileInput in = {static_cast<const uint8_t*>(args.workspace), 2 * padded_k,
                  static_cast<const uint8_t*>(args.packed_weights)};
  TileOutput out = {static_cast<uint8_t*>(args.output), args.output_stride, kNr,
                    MakeVectorStage(args), MakeVectorResidual(args.residual)};
  size_t left = args.n;
  for (; left > kNr / 2; left -= out.channels) {
    out.channels = left < kNr ? left : kNr;
    RunPanel<kSimple, kLeft, kM, kNr>(in, out);
    in.panel += args.panel_bytes;
    out.bytes += kNr;
    if (out.residual.bytes != nullptr) out.residual.bytes += kNr;
  }
  out.channels = left;
  if (left != 0) RunPanel<kSimple, kLeft, kM, kNr / 2>(in, out);
}

template <size_t kM>
void Rows(const GemmArgs& args, size_t padded_k) {
  if (AnyLeftShift(args.left_shifts)) {
    Panels<false, true, kM>(args, padded_k);
  } else if (args.residual.base != nullptr) {
    Panels<false, false, kM>(args, padded_k);
  } else {
    Panels<true, false, kM>(args, padded_k);
  }
}

// A row's sums of `channels` channels, as they are.
static inline void StoreSums(const TileRow& row, uint8_t* to, size_t channels) {
  StoreUpTo8Sums(to, row.sum0, channels);
  if (channels > 8) StoreUpTo8Sums(to + 32, row.sum1, channels - 8);
}

template <size_t kM>
void AccumulateRows(const GemmArgs& args, size_t padded_k) {
  TileInput in = {static_cast<const uint8_t*>(args.workspace), 2 * padded_k,
                  static_cast<const uint8_t*>(args.packed_weights)};
  uint8_t* to = static_cast<uint8_t*>(args.output);
  const ptrdiff_t stride = args.output_stride;
  for (size_t c = 0; c < args.n; c += kNr) {
    const size_t channels = args.n - c;
    Tile t;
    AccumulateTo<kM, kNr>(in, &t);
    StoreSums(t.row0, to, channels);
    if (kM > 1) StoreSums(t.row1, to + stride, channels);
    if (kM > 2) StoreSums(t.row2, to + 2 * stride, channels);
    if (kM > 3) StoreSums(t.row3, to + 3 * stride, channels);
    if (kM > 4) StoreSums(t.row4, to + 4 * stride, channels);
    if (kM > 5) StoreSums(t.row5, to + 5 * stride, channels);
    in.panel += args.panel_bytes;
    to += 4 * kNr;
  }
}

}  // namespace

void AccumulateGemm6x16(const GemmArgs& args) {
  const size_t padded_k = WidenRuns(args, kKr);
  switch (args.m) {
    case 1:
      return AccumulateRows<1>(args, padded_k);
    case 2:
      return AccumulateRows<2>(args, padded_k);
    case 3:
      return AccumulateRows<3>(args, padded_k);
    case 4:
      return AccumulateRows<4>(args, padded_k);
    case 5:
      return AccumulateRows<5>(args, padded_k);
    default:
      return AccumulateRows<6>(args, padded_k);
  }
}

void Gemm6x16(const GemmArgs& args) {
  const size_t padded_k = WidenRuns(args, kKr);
  static_assert(kMr == 6);
  switch (args.m) {
    case 1:
      return Rows<1>(args, padded_k);
    case 2:
      return Rows<2>(args, padded_k);
    case 3:
      return Rows<3>(args, padded_k);
    case 4:
      return Rows<4>(args, padded_k);
    case 5:
      return Rows<5>(args, padded_k);
    default:
      return Rows<6>(args, padded_k);
  }
}

}  // namespace octet::avx2
