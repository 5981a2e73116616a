// gemm by vpdpbusd: four activations of a pixel, broadcast, times four weights
// of 16 channels. The tiles of a panel of 64 channels:
//
//     channels      at most 6 rows x 4 vectors; 3 rows where k is small: the
//     0-15 ... 48-63  requantization of one tile then overlaps the next best
//     ... 48, 32, 16  6 x 3, 8 x 2, 8 x 1: the last panel, only the vectors
//                     that hold channels
//
// A call walks all tiles of a panel before the next one. Rows are divided
// evenly: 13 rows are 5 + 4 + 4, not 6 + 6 + 1.

#include "kernels/gemm.h"

#include "kernels/avx512vnni/avx512vnni_kernels.h"
#include "kernels/avx512vnni/gemm_tile.h"
#include "kernels/vnni/tile_rows.h"

namespace octet::avx512vnni {
namespace {

constexpr size_t kSmallK = 256;

// What is added to the output of a panel.
struct Residual {
  const uint8_t* bytes;  // of pixel 0; null: none
  ptrdiff_t stride;
  __m512i zero_point;
  __m512i multiplier;
  __m128i fraction_bits;
};

// The channels of a panel, and how their sums become bytes.
struct Panel : PanelProducts {
  PanelShifts shifts;
  __m512i multiplier0;  // as packing orders the sums of a row
  __m512i multiplier1;
  VectorStage stage;
  Residual residual;
  uint8_t* output;
  ptrdiff_t output_stride;
  __mmask64 mask;  // of a pixel's bytes
};

// The t of two vectors of sums, `v0` and `v1` of the panel.
static inline __m512i ShiftAndPack(const Panel& p, __m512i sum0, size_t v0,
                                   __m512i sum1, size_t v1) {
  return _mm512_packs_epi32(
      _mm512_srav_epi32(sum0, Load(p.shifts.right + v0 * kVectorBytes)),
      _mm512_srav_epi32(sum1, Load(p.shifts.right + v1 * kVectorBytes)));
}

// From the t of 64 outputs to their bytes. `residual`: their addends, in the
// order of the result.
template <bool kResidual>
static inline __m512i ToBytes(const Panel& p, __m512i t0, __m512i multiplier0,
                              __m512i t1, __m512i multiplier1,
                              __m512i zero_point, __m512i residual) {
  if constexpr (!kResidual) {
    return ToBytes(ToWords(t0, multiplier0, zero_point),
                   ToWords(t1, multiplier1, zero_point), p.stage);
  }
  const Residual& r = p.residual;
  const Words words = Widen(residual);
  const __m512i sum0 =
      SumToWords(_mm512_mulhrs_epi16(t0, multiplier0),
                 ScaleAddend(words.part0, r.zero_point, r.multiplier),
                 r.fraction_bits, zero_point);
  const __m512i sum1 =
      SumToWords(_mm512_mulhrs_epi16(t1, multiplier1),
                 ScaleAddend(words.part1, r.zero_point, r.multiplier),
                 r.fraction_bits, zero_point);
  return ToBytes(sum0, sum1, p.stage);
}

// The addends of a tile's row `row`, of which `from` is the first.
static inline __m512i LoadResidual(const Panel& p, const uint8_t* from,
                                   size_t row) {
  return Load(from + static_cast<ptrdiff_t>(row) * p.residual.stride);
}

static inline __m256i LoadHalfResidual(const Panel& p, const uint8_t* from,
                                       size_t row) {
  from += static_cast<ptrdiff_t>(row) * p.residual.stride;
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
}

static inline __m128i LoadQuarterResidual(const Panel& p, const uint8_t* from,
                                          size_t row) {
  from += static_cast<ptrdiff_t>(row) * p.residual.stride;
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
}

// Those of two rows, 32 channels each.
static inline __m512i LoadTwoResiduals(const Panel& p, const uint8_t* from,
                                       size_t row0, size_t row1) {
  return _mm512_inserti64x4(
      _mm512_castsi256_si512(LoadHalfResidual(p, from, row0)),
      LoadHalfResidual(p, from, row1), 1);
}

// Those of four rows, 16 channels each.
static inline __m512i LoadFourResiduals(const Panel& p, const uint8_t* from,
                                        size_t row0, size_t row1, size_t row2,
                                        size_t row3) {
  const __m256i low = _mm256_inserti128_si256(
      _mm256_castsi128_si256(LoadQuarterResidual(p, from, row0)),
      LoadQuarterResidual(p, from, row1), 1);
  const __m256i high = _mm256_inserti128_si256(
      _mm256_castsi128_si256(LoadQuarterResidual(p, from, row2)),
      LoadQuarterResidual(p, from, row3), 1);
  return _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
}

// The addends of a whole tile, in the order of its packed sums. They are loaded
// before anything is stored: in place, a store that its mask makes shorter than
// a vector would hold up the loads behind it.
template <bool kResidual, size_t kRows, size_t kVectors>
struct Addends {
  static constexpr size_t kRowsAtOnce =
      kVectors == 1 ? 4 : (kVectors == 2 ? 2 : 1);

  [[gnu::always_inline]] Addends(const Panel& p, const uint8_t* from) {
    if constexpr (!kResidual) return;
    // Rows that there are not repeat the last one.
    constexpr size_t kLast = kRows - 1;
    OCTET_UNROLL for (size_t r = 0; r < kRows; r += kRowsAtOnce) {
      const size_t r1 = r + 1 < kRows ? r + 1 : kLast;
      const size_t r2 = r + 2 < kRows ? r + 2 : kLast;
      const size_t r3 = r + 3 < kRows ? r + 3 : kLast;
      __m512i& to = bytes[r / kRowsAtOnce];
      if constexpr (kVectors == 1) {
        to = LoadFourResiduals(p, from, r, r1, r2, r3);
      } else if constexpr (kVectors == 2) {
        to = LoadTwoResiduals(p, from, r, r1);
      } else {
        to = LoadResidual(p, from, r);
      }
      to = TransposeLanes(to);
    }
  }

  // Those of row r and the rows that are stored with it.
  __m512i At(size_t r) const {
    return kResidual ? bytes[r / kRowsAtOnce] : __m512i();
  }

  __m512i bytes[(kRows + kRowsAtOnce - 1) / kRowsAtOnce];
};

static inline void StoreQuarter(uint8_t* to, __mmask64 mask, __m128i bytes) {
  _mm_mask_storeu_epi8(to, static_cast<__mmask16>(mask), bytes);
}

static inline void StoreHalf(uint8_t* to, __mmask64 mask, __m256i bytes) {
  _mm256_mask_storeu_epi8(to, static_cast<__mmask32>(mask), bytes);
}

template <bool kResidual, size_t kRows>
[[gnu::always_inline]] static inline void Store(const Panel& p,
                                                const Tile<kRows, 4>& tile,
                                                const uint8_t* from,
                                                uint8_t* to) {
  const __m512i zero_point = Keep(p.stage.zero_point);
  const __m512i multiplier0 = Keep(p.multiplier0);
  const __m512i multiplier1 = Keep(p.multiplier1);
  OCTET_UNROLL for (size_t r = 0; r < kRows; ++r, to += p.output_stride) {
    const auto& sum = tile.sum[r];
    const __m512i t0 = ShiftAndPack(p, sum[0], 0, sum[1], 1);
    const __m512i t1 = ShiftAndPack(p, sum[2], 2, sum[3], 3);
    const __m512i residual = kResidual ? LoadResidual(p, from, r) : __m512i();
    const __m512i bytes = ToBytes<kResidual>(p, t0, multiplier0, t1,
                                             multiplier1, zero_point, residual);
    _mm512_mask_storeu_epi8(to, p.mask, bytes);
  }
}

// The vectors of the other tiles are in order, so that packing leaves four
// bytes of one vector in each 128-bit lane: TransposeLanes brings them
// together.
template <bool kResidual, size_t kRows>
[[gnu::always_inline]] static inline void Store(const Panel& p,
                                                const Tile<kRows, 3>& tile,
                                                const uint8_t* from,
                                                uint8_t* to) {
  const Addends<kResidual, kRows, 3> addends(p, from);
  const __m512i zero_point = Keep(p.stage.zero_point);
  OCTET_UNROLL for (size_t r = 0; r < kRows; ++r, to += p.output_stride) {
    const auto& sum = tile.sum[r];
    const __m512i t0 = ShiftAndPack(p, sum[0], 0, sum[1], 1);
    const __m512i t1 = ShiftAndPack(p, sum[2], 2, sum[2], 2);
    const __m512i bytes = ToBytes<kResidual>(
        p, t0, p.multiplier0, t1, p.multiplier1, zero_point, addends.At(r));
    _mm512_mask_storeu_epi8(to, p.mask, TransposeLanes(bytes));
  }
}

template <bool kResidual, size_t kRows>
[[gnu::always_inline]] static inline void Store(const Panel& p,
                                                const Tile<kRows, 2>& tile,
                                                const uint8_t* from,
                                                uint8_t* to) {
  const Addends<kResidual, kRows, 2> addends(p, from);
  const __m512i zero_point = Keep(p.stage.zero_point);
  const __m512i multiplier = Keep(p.multiplier0);
  OCTET_UNROLL for (size_t r = 0; r < kRows; r += 2) {
    const size_t r1 = r + 1 < kRows ? r + 1 : r;
    const auto& sum0 = tile.sum[r];
    const auto& sum1 = tile.sum[r1];
    const __m512i t0 = ShiftAndPack(p, sum0[0], 0, sum0[1], 1);
    const __m512i t1 = ShiftAndPack(p, sum1[0], 0, sum1[1], 1);
    const __m512i bytes = TransposeLanes(ToBytes<kResidual>(
        p, t0, multiplier, t1, multiplier, zero_point, addends.At(r)));
    StoreHalf(to, p.mask, _mm512_castsi512_si256(bytes));
    to += p.output_stride;
    if (r + 1 == kRows) break;
    StoreHalf(to, p.mask, _mm512_extracti64x4_epi64(bytes, 1));
    to += p.output_stride;
  }
}

template <bool kResidual, size_t kRows>
[[gnu::always_inline]] static inline void Store(const Panel& p,
                                                const Tile<kRows, 1>& tile,
                                                const uint8_t* from,
                                                uint8_t* to) {
  const Addends<kResidual, kRows, 1> addends(p, from);
  const __m512i zero_point = Keep(p.stage.zero_point);
  const __m512i multiplier = Keep(p.multiplier0);
  constexpr size_t kLast = kRows - 1;
  OCTET_UNROLL for (size_t r = 0; r < kRows; r += 4) {
    // Rows that there are not repeat the last one.
    const size_t r1 = r + 1 < kRows ? r + 1 : kLast;
    const size_t r2 = r + 2 < kRows ? r + 2 : kLast;
    const size_t r3 = r + 3 < kRows ? r + 3 : kLast;
    const __m512i t0 = ShiftAndPack(p, tile.sum[r][0], 0, tile.sum[r1][0], 0);
    const __m512i t1 = ShiftAndPack(p, tile.sum[r2][0], 0, tile.sum[r3][0], 0);
    const __m512i bytes = TransposeLanes(ToBytes<kResidual>(
        p, t0, multiplier, t1, multiplier, zero_point, addends.At(r)));
    StoreQuarter(to, p.mask, _mm512_castsi512_si128(bytes));
    to += p.output_stride;
    if (r + 1 < kRows) {
      StoreQuarter(to, p.mask, _mm512_extracti32x4_epi32(bytes, 1));
      to += p.output_stride;
    }
    if (r + 2 < kRows) {
      StoreQuarter(to, p.mask, _mm512_extracti32x4_epi32(bytes, 2));
      to += p.output_stride;
    }
    if (r + 3 < kRows) {
      StoreQuarter(to, p.mask, _mm512_extracti32x4_epi32(bytes, 3));
      to += p.output_stride;
    }
  }
}

template <size_t kRows, size_t kVectors>
[[gnu::always_inline]] static inline void ShiftLeft(
    const PanelShifts& shifts, Tile<kRows, kVectors>& tile) {
  if (shifts.low != nullptr) [[unlikely]] {
    OCTET_UNROLL for (size_t v = 0; v < kVectors; ++v) {
      const __m512i low = Load(shifts.low + v * kVectorBytes);
      const __m512i high = Load(shifts.high + v * kVectorBytes);
      OCTET_UNROLL for (auto& row : tile.sum) {
        row[v] = _mm512_min_epi32(_mm512_max_epi32(row[v], low), high);
      }
    }
  }
  if (shifts.left == nullptr) return;
  OCTET_UNROLL for (size_t v = 0; v < kVectors; ++v) {
    const __m512i left = Load(shifts.left + v * kVectorBytes);
    OCTET_UNROLL for (auto& row : tile.sum) {
      row[v] = _mm512_sllv_epi32(row[v], left);
    }
  }
}

// `count` tiles from pixel `first` on.
template <size_t kRows, size_t kVectors, bool kHalf = false>
void RunTiles(const Panel& p, size_t first, size_t count) {
  ptrdiff_t pixel = static_cast<ptrdiff_t>(first);
  uint8_t* to = p.output + pixel * p.output_stride;
  size_t part = p.first_part + first / kRows;
  for (; count != 0; --count, ++part) {
    Tile<kRows, kVectors> tile;
    Accumulate<kHalf>(p, pixel, part % kVectors, tile);
    ShiftLeft(p.shifts, tile);
    if (p.residual.bytes == nullptr) {
      Store<false>(p, tile, nullptr, to);
    } else {
      Store<true>(p, tile, p.residual.bytes + pixel * p.residual.stride, to);
    }
    pixel += kRows;
    to += static_cast<ptrdiff_t>(kRows) * p.output_stride;
  }
}

using TilesFunction = void (*)(const Panel& p, size_t first, size_t count);

// [vectors - 1][rows - 1]
constexpr TilesFunction kTiles[kMaxVectors][8] = {
    {RunTiles<1, 1>, RunTiles<2, 1>, RunTiles<3, 1>, RunTiles<4, 1>,
     RunTiles<5, 1>, RunTiles<6, 1>, RunTiles<7, 1>, RunTiles<8, 1>},
    {RunTiles<1, 2>, RunTiles<2, 2>, RunTiles<3, 2>, RunTiles<4, 2>,
     RunTiles<5, 2>, RunTiles<6, 2>, RunTiles<7, 2>, RunTiles<8, 2>},
    {RunTiles<1, 3>, RunTiles<2, 3>, RunTiles<3, 3>, RunTiles<4, 3>,
     RunTiles<5, 3>, RunTiles<6, 3>},
    {RunTiles<1, 4>, RunTiles<2, 4>, RunTiles<3, 4>, RunTiles<4, 4>,
     RunTiles<5, 4>, RunTiles<6, 4>}};

// Half a last vector, of 2 and 3: layers of 24 and 40 channels are common.
constexpr TilesFunction kHalfTiles[2][8] = {
    {RunTiles<1, 2, true>, RunTiles<2, 2, true>, RunTiles<3, 2, true>,
     RunTiles<4, 2, true>, RunTiles<5, 2, true>, RunTiles<6, 2, true>,
     RunTiles<7, 2, true>, RunTiles<8, 2, true>},
    {RunTiles<1, 3, true>, RunTiles<2, 3, true>, RunTiles<3, 3, true>,
     RunTiles<4, 3, true>, RunTiles<5, 3, true>, RunTiles<6, 3, true>}};

const TilesFunction* TilesFor(size_t channels) {
  const size_t vectors = VectorsOf(channels);
  const bool half = channels % 16 != 0 && channels % 16 <= 8;
  if (half && (vectors == 2 || vectors == 3)) return kHalfTiles[vectors - 2];
  return kTiles[vectors - 1];
}

size_t MaxRows(size_t vectors, size_t k) {
  if (vectors <= 2) return 8;
  return k <= kSmallK ? 3 : 6;
}

void RunPanel(const Panel& p, size_t channels, size_t m) {
  const size_t max_rows =
      MaxRows(VectorsOf(channels), p.num_runs * p.groups * kKr);
  vnni::RunTileRows(TilesFor(channels), vnni::DivideRows(m, max_rows), p);
}

// The multipliers of a panel in order, as packing orders the sums of 1 ... 3
// vectors: channels 0-3, 16-19, 4-7, ... and 32-35, 32-35, 36-39, ...
void OrderMultipliers(const uint8_t* multiplier, size_t vectors, Panel& p) {
  const __m512i pair = _mm512_setr_epi64(0, 4, 1, 5, 2, 6, 3, 7);
  const __m512i twice = _mm512_setr_epi64(0, 0, 1, 1, 2, 2, 3, 3);
  p.multiplier0 =
      _mm512_permutexvar_epi64(vectors == 1 ? twice : pair, Load(multiplier));
  if (vectors < 3) return;
  p.multiplier1 = _mm512_permutexvar_epi64(twice, Load(multiplier + 64));
}

Residual MakeResidual(const GemmResidual& residual) {
  return {static_cast<const uint8_t*>(residual.base), residual.pixel_stride,
          ZeroPointWords(residual.zero_point),
          _mm512_set1_epi16(residual.multiplier),
          _mm_cvtsi32_si128(residual.fraction_bits)};
}

template <size_t kNr>
void RunPanels(const GemmArgs& args) {
  constexpr PanelLayout kLayout = PanelLayoutOf(kNr);
  Panel p;
  static_cast<PanelProducts&>(p) = ProductsOf(args, kNr);
  p.stage = MakeVectorStage(args.stage, args.residual.base == nullptr
                                            ? kFractionBits
                                            : args.residual.fraction_bits);
  p.residual = MakeResidual(args.residual);
  p.output = static_cast<uint8_t*>(args.output);
  p.output_stride = args.output_stride;
  const uint8_t* panel = static_cast<const uint8_t*>(args.packed_weights);
  for (size_t c = 0; c < args.n; c += kNr, panel += args.panel_bytes) {
    const size_t channels = args.n - c < kNr ? args.n - c : kNr;
    const size_t vectors = VectorsOf(channels);
    PointTo(panel, kLayout.weights, args.panel_bytes, p);
    SplitShifts(panel + kLayout.shift, kNr, args.left_shifts, p.shifts);
    const uint8_t* multiplier = panel + kLayout.multiplier;
    if (vectors == kMaxVectors) {
      p.multiplier0 = Load(multiplier);
      p.multiplier1 = Load(multiplier + 64);
    } else {
      OrderMultipliers(multiplier, vectors, p);
    }
    p.mask = FirstLanes(channels);
    RunPanel(p, channels, args.m);
    p.output += kNr;
    if (p.residual.bytes != nullptr) p.residual.bytes += kNr;
  }
}

}  // namespace

void Gemm6x64(const GemmArgs& args) { RunPanels<64>(args); }
void Gemm8x32(const GemmArgs& args) { RunPanels<32>(args); }
void Gemm8x16(const GemmArgs& args) { RunPanels<16>(args); }

}  // namespace octet::avx512vnni
