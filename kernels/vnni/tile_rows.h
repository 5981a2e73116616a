// How the gemm kernels of both instruction sets that have vpdpbusd divide the
// rows of a call into tiles.

#ifndef OCTET_KERNELS_VNNI_TILE_ROWS_H_
#define OCTET_KERNELS_VNNI_TILE_ROWS_H_

#include <cstddef>

namespace octet::vnni {

// Rows divided evenly: 13 rows into 5 + 4 + 4.
struct TileRows {
  size_t tiles;
  size_t rows;    // of a tile
  size_t taller;  // tiles, the first ones, have one row more
};

static inline TileRows DivideRows(size_t m, size_t max_rows) {
  const size_t tiles = (m + max_rows - 1) / max_rows;
  return {tiles, m / tiles, m % tiles};
}

// All tiles of a panel. functions[rows - 1](panel, first row, tiles) runs tiles
// of so many rows.
template <typename Function, typename Panel>
static inline void RunTileRows(const Function* functions, const TileRows& t,
                               const Panel& panel) {
  if (t.taller != 0) functions[t.rows](panel, 0, t.taller);
  functions[t.rows - 1](panel, t.taller * (t.rows + 1), t.tiles - t.taller);
}

}  // namespace octet::vnni

#endif  // OCTET_KERNELS_VNNI_TILE_ROWS_H_
