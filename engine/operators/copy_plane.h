// Copies of two dimensions, each with strides of its own: what data movement
// (Transpose, Slice, Concat and the like) is made of.

#ifndef OCTET_ENGINE_OPERATORS_COPY_PLANE_H_
#define OCTET_ENGINE_OPERATORS_COPY_PLANE_H_

#include <cstdint>

namespace octet {

// `rows` stretches of `bytes`, which lie so many bytes apart. Fast for rows of
// a few bytes too. The memory read and the memory written do not overlap.
struct RowCopy {
  int64_t rows;
  int64_t bytes;
  int64_t from_stride;
  int64_t to_stride;
};
void CopyRows(const RowCopy& copy, const uint8_t* from, uint8_t* to);

// to[row * to_row + column * to_column] = from[row * from_row + column *
// from_column], strides in elements.
struct Plane {
  int64_t rows;
  int64_t columns;
  int64_t from_row;
  int64_t from_column;
  int64_t to_row;
  int64_t to_column;
};

// element: bytes of one, 1, 4 or 8, to which both are aligned. Fast where the
// columns lie side by side in `to`, and in `from` the columns or the rows.
// Otherwise as CopyRows.
void CopyPlane(const Plane& plane, int64_t element, const uint8_t* from,
               uint8_t* to);

}  // namespace octet

#endif  // OCTET_ENGINE_OPERATORS_COPY_PLANE_H_
