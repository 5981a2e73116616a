// The table of a Lookup that a layer applies to what it has just written, which
// is still in the cache, instead of the Lookup in a pass of its own. The bytes
// are the same.

#ifndef OCTET_ENGINE_OPERATORS_OUTPUT_TABLE_H_
#define OCTET_ENGINE_OPERATORS_OUTPUT_TABLE_H_

#include <cstddef>
#include <cstdint>

#include "kernels/elementwise.h"

namespace octet {

struct OutputTable {
  LookupFunction run = nullptr;  // null: there is no table
  const uint8_t* values = nullptr;

  // Replaces `pixels` rows of `channels` bytes, `stride` bytes apart.
  void Apply(uint8_t* output, int64_t pixels, int64_t channels,
             int64_t stride) const {
    if (run == nullptr) return;
    if (channels == stride) {
      channels *= pixels;
      pixels = 1;
    }
    for (; pixels > 0; --pixels, output += stride) {
      run({static_cast<size_t>(channels), output, output, values});
    }
  }
};

}  // namespace octet

#endif  // OCTET_ENGINE_OPERATORS_OUTPUT_TABLE_H_
