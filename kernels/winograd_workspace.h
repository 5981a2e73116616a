// Where winograd_conv kernels keep transformed inputs and sums: the layout of
// WinogradConvArgs::workspace. A plain function with internal linkage, for the
// folders of all instruction sets.

#ifndef OCTET_KERNELS_WINOGRAD_WORKSPACE_H_
#define OCTET_KERNELS_WINOGRAD_WORKSPACE_H_

#include <cstddef>
#include <cstdint>

#include "kernels/winograd_conv.h"

namespace octet {

// inputs int16 [position][tile][c, rounded up], then sums int32
// [position][tile][nr].
struct WinogradWorkspace {
  uint8_t* inputs;
  size_t row_bytes;       // of a tile at one position
  size_t position_bytes;  // of all tiles
  uint8_t* sums;
  size_t sum_position_bytes;
};

// `channels`: the descriptor's workspace_c.
static inline WinogradWorkspace LayOutWinogradWorkspace(
    const WinogradConvArgs& args, size_t channels, size_t nr) {
  WinogradWorkspace w;
  w.inputs = static_cast<uint8_t*>(args.workspace);
  w.row_bytes = (args.c + channels - 1) / channels * channels * 2;
  w.position_bytes = w.row_bytes * args.num_tiles;
  w.sums = w.inputs + kWinogradPositions * w.position_bytes;
  w.sum_position_bytes = nr * 4 * args.num_tiles;
  return w;
}

}  // namespace octet

#endif  // OCTET_KERNELS_WINOGRAD_WORKSPACE_H_
