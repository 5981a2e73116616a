#include "engine/operators/copy_plane.h"

#include <algorithm>
#include <cstring>

namespace octet {
namespace {

// kBytes <= copy.bytes <= 2 * kBytes: the first and the last kBytes of a row,
// which may overlap.
template <int kBytes>
void CopyShortRows(const RowCopy& copy, const uint8_t* from, uint8_t* to) {
  struct Chunk {
    uint8_t bytes[kBytes];
  };
  const int64_t last = copy.bytes - kBytes;
  for (int64_t row = 0; row < copy.rows; ++row) {
    Chunk head, tail;
    std::memcpy(&head, from, kBytes);
    std::memcpy(&tail, from + last, kBytes);
    std::memcpy(to, &head, kBytes);
    std::memcpy(to + last, &tail, kBytes);
    from += copy.from_stride;
    to += copy.to_stride;
  }
}

void CopyLongRows(const RowCopy& copy, const uint8_t* from, uint8_t* to) {
  for (int64_t row = 0; row < copy.rows; ++row) {
    std::memcpy(to, from, static_cast<size_t>(copy.bytes));
    from += copy.from_stride;
    to += copy.to_stride;
  }
}

constexpr int kTile = 8;

// A tile of bytes, a row in each word: element (i, j) and (j, i) change places.
// In blocks of four, then of two, then single ones: off-diagonal blocks of each
// pair of rows are exchanged.
void TransposeWords(uint64_t (&words)[kTile]) {
  constexpr uint64_t kLower[] = {0x00FF00FF00FF00FF, 0x0000FFFF0000FFFF,
                                 0x00000000FFFFFFFF};
  for (int level = 2; level >= 0; --level) {
    const int size = 1 << level;
    for (int i = 0; i < kTile; ++i) {
      if ((i & size) != 0) continue;
      uint64_t& upper = words[i];
      uint64_t& lower = words[i + size];
      const uint64_t changed = (upper >> (8 * size) ^ lower) & kLower[level];
      lower ^= changed;
      upper ^= changed << (8 * size);
    }
  }
}

// Little-endian, as every CPU that this runs on: byte j of a word is the j-th
// in memory.
void TransposeTile(const uint8_t* from, int64_t from_stride, uint8_t* to,
                   int64_t to_stride) {
  uint64_t words[kTile];
  for (int i = 0; i < kTile; ++i) {
    std::memcpy(&words[i], from + i * from_stride, kTile);
  }
  TransposeWords(words);
  for (int i = 0; i < kTile; ++i) {
    std::memcpy(to + i * to_stride, &words[i], kTile);
  }
}

template <typename T>
void CopyElements(const Plane& plane, const uint8_t* from, uint8_t* to) {
  const T* values = reinterpret_cast<const T*>(from);
  T* copies = reinterpret_cast<T*>(to);
  for (int64_t row = 0; row < plane.rows; ++row) {
    for (int64_t i = 0; i < plane.columns; ++i) {
      copies[i * plane.to_column] = values[i * plane.from_column];
    }
    values += plane.from_row;
    copies += plane.to_row;
  }
}

void CopyElements(const Plane& plane, int64_t element, const uint8_t* from,
                  uint8_t* to) {
  if (element == 1) return CopyElements<uint8_t>(plane, from, to);
  if (element == 4) return CopyElements<uint32_t>(plane, from, to);
  CopyElements<uint64_t>(plane, from, to);
}

// Rows lie side by side in `from`, columns in `to`: in tiles, so that both are
// read and written in stretches.
void TransposePlane(const Plane& plane, int64_t element, const uint8_t* from,
                    uint8_t* to) {
  for (int64_t row = 0; row < plane.rows; row += kTile) {
    for (int64_t column = 0; column < plane.columns; column += kTile) {
      Plane tile = plane;
      tile.rows = std::min<int64_t>(kTile, plane.rows - row);
      tile.columns = std::min<int64_t>(kTile, plane.columns - column);
      const uint8_t* source =
          from + (row + column * plane.from_column) * element;
      uint8_t* target = to + (row * plane.to_row + column) * element;
      if (element == 1 && tile.rows == kTile && tile.columns == kTile) {
        TransposeTile(source, plane.from_column, target, plane.to_row);
      } else {
        CopyElements(tile, element, source, target);
      }
    }
  }
}

}  // namespace

void CopyRows(const RowCopy& copy, const uint8_t* from, uint8_t* to) {
  if (copy.bytes == copy.from_stride && copy.bytes == copy.to_stride) {
    return CopyLongRows({1, copy.rows * copy.bytes, 0, 0}, from, to);
  }
  if (copy.bytes == 0 || copy.bytes > 32) return CopyLongRows(copy, from, to);
  if (copy.bytes >= 16) return CopyShortRows<16>(copy, from, to);
  if (copy.bytes >= 8) return CopyShortRows<8>(copy, from, to);
  if (copy.bytes >= 4) return CopyShortRows<4>(copy, from, to);
  if (copy.bytes >= 2) return CopyShortRows<2>(copy, from, to);
  CopyShortRows<1>(copy, from, to);
}

void CopyPlane(const Plane& plane, int64_t element, const uint8_t* from,
               uint8_t* to) {
  if (plane.to_column == 1 && plane.from_column == 1) {
    return CopyRows({plane.rows, plane.columns * element,
                     plane.from_row * element, plane.to_row * element},
                    from, to);
  }
  if (plane.to_column == 1 && plane.from_row == 1) {
    return TransposePlane(plane, element, from, to);
  }
  CopyElements(plane, element, from, to);
}

}  // namespace octet
