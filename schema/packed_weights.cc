#include "schema/packed_weights.h"

#include <cassert>
#include <string>

namespace octet {
namespace {

constexpr int8_t kNone = WeightCodes::kInvalid;

constexpr WeightCodes kInt4 = {
    "int4", 4, {0, 1, 2, 3, 4, 5, 6, 7, kNone, -7, -6, -5, -4, -3, -2, -1}};
constexpr WeightCodes kLogarithmic = {
    "logarithmic",
    4,
    {0, 1, 2, 4, 8, 16, 32, 64, kNone, -1, -2, -4, -8, -16, -32, -64}};
constexpr WeightCodes kTernary = {"ternary", 2, {0, 1, kNone, -1}};
constexpr WeightCodes kBinary = {"binary", 1, {-1, 1}};

int CodeAt(const WeightCodes& codes, const uint8_t* data, int64_t index) {
  const int64_t bit = index * codes.bits;
  return data[bit / 8] >> (bit % 8) & (codes.count() - 1);
}

}  // namespace

const WeightCodes* FindWeightCodes(schema::Encoding encoding) {
  switch (encoding) {
    case schema::Encoding::PLAIN:
      return nullptr;
    case schema::Encoding::INT4:
      return &kInt4;
    case schema::Encoding::LOGARITHMIC:
      return &kLogarithmic;
    case schema::Encoding::TERNARY:
      return &kTernary;
    case schema::Encoding::BINARY:
      return &kBinary;
  }
  return nullptr;
}

int64_t PackedBytes(const WeightCodes& codes, int64_t count) {
  return (count * codes.bits + 7) / 8;
}

Status CheckPackedWeights(const WeightCodes& codes, const uint8_t* data,
                          int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    const int code = CodeAt(codes, data, i);
    if (codes.values[code] == WeightCodes::kInvalid) {
      return InvalidModel("value " + std::to_string(i) + " has the code " +
                          std::to_string(code) + ", which " + codes.name +
                          " weights do not have");
    }
  }
  const int64_t used = count * codes.bits % 8;
  if (used != 0 && data[PackedBytes(codes, count) - 1] >> used != 0) {
    return InvalidModel("the bits behind the last value are not 0");
  }
  return OkStatus();
}

void UnpackWeights(const WeightCodes& codes, const uint8_t* data, int64_t first,
                   int64_t count, int8_t* values) {
  for (int64_t i = 0; i < count; ++i) {
    values[i] = codes.values[CodeAt(codes, data, first + i)];
  }
}

std::vector<uint8_t> PackWeights(const WeightCodes& codes,
                                 const std::vector<int8_t>& values) {
  const int64_t count = static_cast<int64_t>(values.size());
  std::vector<uint8_t> data(static_cast<size_t>(PackedBytes(codes, count)));
  for (int64_t i = 0; i < count; ++i) {
    int code = 0;
    while (code < codes.count() &&
           codes.values[code] != values[static_cast<size_t>(i)]) {
      ++code;
    }
    assert(code < codes.count());
    const int64_t bit = i * codes.bits;
    data[static_cast<size_t>(bit / 8)] |=
        static_cast<uint8_t>(code << (bit % 8));
  }
  return data;
}

}  // namespace octet
