// Packed weights: int8 values in one, two or four bits each. THE definition of
// schema::Encoding, for both halves: the engine expands, the converter packs.

#ifndef OCTET_SCHEMA_PACKED_WEIGHTS_H_
#define OCTET_SCHEMA_PACKED_WEIGHTS_H_

#include <cstdint>
#include <vector>

#include "octet/status.h"
#include "schema/octet_generated.h"

namespace octet {

// The values that an encoding can hold, by their codes.
struct WeightCodes {
  // Stands for a code without a value.
  static constexpr int8_t kInvalid = -128;

  const char* name;  // "int4"
  int bits;          // 1, 2 or 4
  int8_t values[16];

  int count() const { return 1 << bits; }
};

// Null for PLAIN and for encodings that this version does not know.
const WeightCodes* FindWeightCodes(schema::Encoding encoding);

// The size of a buffer with `count` values.
int64_t PackedBytes(const WeightCodes& codes, int64_t count);

// Every code of `data` has a value, and the bits behind the last are 0.
// REQUIRES: PackedBytes(codes, count) bytes.
Status CheckPackedWeights(const WeightCodes& codes, const uint8_t* data,
                          int64_t count);

// Writes the values first ... first + count - 1.
// REQUIRES: CheckPackedWeights has found no error.
void UnpackWeights(const WeightCodes& codes, const uint8_t* data, int64_t first,
                   int64_t count, int8_t* values);

// The inverse. REQUIRES: each of `values` has a code.
std::vector<uint8_t> PackWeights(const WeightCodes& codes,
                                 const std::vector<int8_t>& values);

}  // namespace octet

#endif  // OCTET_SCHEMA_PACKED_WEIGHTS_H_
