// gemm on a tile of 4 pixels x 16 channels by vpmaddubsw, which multiplies
// bytes but saturates: the packer has split the weights so that it cannot
// (gemm.h, int16_sums). For a step of 8 bytes and 8 channels:
//
//   bytes 0-3 * weights -> vpmaddubsw -+
//   bytes 4-7 * weights -> vpmaddubsw -+-> vpaddw -> vpmaddwd by 1 -> vpaddd
//
// Five instructions for 64 products, where gemm_6x16 takes eight. Activations
// are read where they lie. Eight sums are enough, as only the additions wait
// for each other, and leave room for weights and two products.

#include <immintrin.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "kernels/avx2/avx2_kernels.h"
#include "kernels/avx2/tile_6x16.h"
#include "kernels/avx2/vector_stage.h"
#include "kernels/avx2/widen.h"

namespace octet::avx2 {
namespace {

constexpr size_t kMr = 4;
constexpr size_t kNr = 16;
constexpr size_t kBlock = 4;  // bytes of a pixel
constexpr size_t kBlockBytes = kNr * kBlock;
constexpr PanelLayout kLayout = PanelLayoutOf(kNr);

// A panel, and what it multiplies.
struct PanelInput {
  const GemmRun* runs;
  size_t num_runs;
  size_t steps;  // a run
  const uint8_t* panel;
};

// Where a step reads its first block of each row, as two pointers and a stride,
// and how far behind it the second one lies.
struct StepInput {
  const uint8_t* row0;
  const uint8_t* row2;
  ptrdiff_t stride;
  ptrdiff_t second;
};

static inline StepInput InputOf(const GemmRun& run, ptrdiff_t pixel,
                                ptrdiff_t at, ptrdiff_t second) {
  const ptrdiff_t stride = run.pixel_stride;
  const uint8_t* row0 =
      static_cast<const uint8_t*>(run.base) + pixel * stride + at;
  return {row0, row0 + 2 * stride, stride, second};
}

static inline __m256i SumOfStep(__m256i block0, __m256i block1,
                                const uint8_t* weights) {
  const __m256i sums = _mm256_add_epi16(
      _mm256_maddubs_epi16(block0, Load256(weights)),
      _mm256_maddubs_epi16(block1, Load256(weights + kBlockBytes)));
  return _mm256_madd_epi16(sums, _mm256_set1_epi16(1));
}

// kChannels: 16, or 8 in a last panel that has no more; sum1 stays what it is.
template <size_t kChannels>
[[gnu::always_inline]] static inline void StepOfRow(const uint8_t* from,
                                                    ptrdiff_t second,
                                                    const uint8_t* weights,
                                                    TileRow& row) {
  const __m256i block0 = BroadcastPair(from);
  const __m256i block1 = BroadcastPair(from + second);
  row.sum0 = _mm256_add_epi32(row.sum0, SumOfStep(block0, block1, weights));
  if (kChannels == 8) return;
  row.sum1 =
      _mm256_add_epi32(row.sum1, SumOfStep(block0, block1, weights + 32));
}

template <size_t kM, size_t kChannels>
[[gnu::always_inline]] static inline void Step(const StepInput& in,
                                               const uint8_t* weights,
                                               Tile& t) {
  const auto row = [&](const uint8_t* from, TileRow& sums) {
    StepOfRow<kChannels>(from, in.second, weights, sums);
  };
  row(in.row0, t.row0);
  if (kM > 1) row(in.row0 + in.stride, t.row1);
  if (kM > 2) row(in.row2, t.row2);
  if (kM > 3) row(in.row2 + in.stride, t.row3);
}

template <size_t kM, size_t kChannels>
[[gnu::always_inline]] static inline Tile AccumulateSteps(const PanelInput& in,
                                                          ptrdiff_t pixel) {
  const TileRow start = {Load256(in.panel), Load256(in.panel + 32)};
  Tile t = {start, start, start, start, start, start};
  const uint8_t* weights = in.panel + kLayout.weights;
  for (const GemmRun* run = in.runs; run != in.runs + in.num_runs; ++run) {
    StepInput step = InputOf(*run, pixel, 0, kBlock);
    for (size_t left = in.steps; left != 0; --left) {
      Step<kM, kChannels>(step, weights, t);
      step.row0 += 2 * kBlock;
      step.row2 += 2 * kBlock;
      weights += 2 * kBlockBytes;
    }
  }
  ExtraSteps extra;
  std::memcpy(&extra, weights, sizeof(extra));
  const uint8_t* entry = weights + sizeof(extra);
  weights += extra.weights_at;
  for (int32_t left = extra.count; left != 0; --left) {
    ExtraStep at;
    std::memcpy(&at, entry, sizeof(at));
    Step<kM, kChannels>(
        InputOf(in.runs[at.run], pixel, at.at[0], at.at[1] - at.at[0]), weights,
        t);
    entry += sizeof(at);
    weights += 2 * kBlockBytes;
  }
  return t;
}

// Storing with left shifts or a residual needs many registers: out of line and
// by way of memory, so that it costs the loop none.
template <size_t kM, size_t kChannels>
[[gnu::noinline]] void AccumulateTo(const PanelInput& in, ptrdiff_t pixel,
                                    Tile* t) {
  *t = AccumulateSteps<kM, kChannels>(in, pixel);
}

// kSimple: no left shifts and no residual.
template <bool kSimple, bool kLeft, size_t kM, size_t kChannels>
[[gnu::noinline]] void RunTile(const PanelInput& in, ptrdiff_t pixel,
                               const TileOutput& out) {
  if constexpr (kSimple) {
    StoreAllRows<false, false, kM>(AccumulateSteps<kM, kChannels>(in, pixel),
                                   in.panel, out);
    return;
  }
  Tile t;
  AccumulateTo<kM, kChannels>(in, pixel, &t);
  if (out.residual.bytes == nullptr) {
    StoreAllRows<kLeft, false, kM>(t, in.panel, out);
  } else {
    StoreAllRows<kLeft, true, kM>(t, in.panel, out);
  }
}

using TileFunction = void (*)(const PanelInput& in, ptrdiff_t pixel,
                              const TileOutput& out);

template <size_t kM, size_t kChannels>
TileFunction TileFor(const GemmArgs& args) {
  if (AnyLeftShift(args.left_shifts)) {
    return RunTile<false, true, kM, kChannels>;
  }
  return args.residual.base != nullptr ? RunTile<false, false, kM, kChannels>
                                       : RunTile<true, false, kM, kChannels>;
}

template <size_t kChannels>
TileFunction TileFor(const GemmArgs& args, size_t rows) {
  static_assert(kMr == 4);
  switch (rows) {
    case 1:
      return TileFor<1, kChannels>(args);
    case 2:
      return TileFor<2, kChannels>(args);
    case 3:
      return TileFor<3, kChannels>(args);
    default:
      return TileFor<4, kChannels>(args);
  }
}

// The pixels of a call as tiles of kMr rows and, if they do not divide, some of
// one row less.
struct Tiles {
  size_t count;
  size_t rows;  // of the first `taller` tiles one more
  size_t taller;
};

template <size_t kChannels>
void RunPanel(const GemmArgs& args, const Tiles& tiles, const PanelInput& in,
              TileOutput out) {
  const TileFunction lower = TileFor<kChannels>(args, tiles.rows);
  const TileFunction taller = TileFor<kChannels>(args, tiles.rows + 1);
  ptrdiff_t pixel = 0;
  for (size_t i = 0; i < tiles.count; ++i) {
    const bool is_taller = i < tiles.taller;
    (is_taller ? taller : lower)(in, pixel, out);
    const ptrdiff_t rows = static_cast<ptrdiff_t>(tiles.rows + is_taller);
    pixel += rows;
    out.bytes += rows * out.stride;
    if (out.residual.bytes != nullptr) {
      out.residual.bytes += rows * out.residual.stride;
    }
  }
}

}  // namespace

void GemmInt16Sums4x16(const GemmArgs& args) {
  const size_t count = (args.m + kMr - 1) / kMr;
  const Tiles tiles = {count, args.m / count, args.m % count};
  PanelInput in = {args.runs, args.num_runs,
                   (args.run_length + 2 * kBlock - 1) / (2 * kBlock),
                   static_cast<const uint8_t*>(args.packed_weights)};
  TileOutput out = {static_cast<uint8_t*>(args.output), args.output_stride, kNr,
                    MakeVectorStage(args), MakeVectorResidual(args.residual)};
  for (size_t left = args.n; left != 0; left -= out.channels) {
    out.channels = left < kNr ? left : kNr;
    if (out.channels > kNr / 2) {
      RunPanel<kNr>(args, tiles, in, out);
    } else {
      RunPanel<kNr / 2>(args, tiles, in, out);
    }
    in.panel += args.panel_bytes;
    out.bytes += kNr;
    if (out.residual.bytes != nullptr) out.residual.bytes += kNr;
  }
}

}  // namespace octet::avx2
