// CopyRows and CopyPlane against element by element, for every case of theirs:
// short and long rows, tiles and what is left of them, strides of any sign.
// What lies between is not touched.

#include "engine/operators/copy_plane.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <vector>

#include "tests/random.h"
#include "tests/test_seed.h"

namespace octet {
namespace {

constexpr uint8_t kUntouched = 0xA5;

// Elements from the lowest to the highest that strides reach, and where the
// first element lies among them.
struct Extent {
  int64_t size;
  int64_t origin;
};

Extent ExtentOf(int64_t rows, int64_t row, int64_t columns, int64_t column) {
  const int64_t down = (rows - 1) * std::abs(row);
  const int64_t across = (columns - 1) * std::abs(column);
  return {down + across + 1, (row < 0 ? down : 0) + (column < 0 ? across : 0)};
}

void TestPlane(const Plane& plane, int64_t element) {
  Random random(CaseSeed(std::to_string(plane.rows * 1000 + plane.columns)));
  const Extent from_extent =
      ExtentOf(plane.rows, plane.from_row, plane.columns, plane.from_column);
  const Extent to_extent =
      ExtentOf(plane.rows, plane.to_row, plane.columns, plane.to_column);
  // Exactly as long as what is read, so that a sanitizer sees more.
  std::vector<uint8_t> from(static_cast<size_t>(from_extent.size * element));
  for (uint8_t& byte : from) byte = static_cast<uint8_t>(random.Next());
  std::vector<uint8_t> to(static_cast<size_t>(to_extent.size * element),
                          kUntouched);
  std::vector<uint8_t> expected = to;
  for (int64_t row = 0; row < plane.rows; ++row) {
    for (int64_t column = 0; column < plane.columns; ++column) {
      const int64_t source = from_extent.origin + row * plane.from_row +
                             column * plane.from_column;
      const int64_t target =
          to_extent.origin + row * plane.to_row + column * plane.to_column;
      std::memcpy(expected.data() + target * element,
                  from.data() + source * element, static_cast<size_t>(element));
    }
  }
  CopyPlane(plane, element, from.data() + from_extent.origin * element,
            to.data() + to_extent.origin * element);
  ASSERT_EQ(to, expected) << plane.rows << "x" << plane.columns << ", from "
                          << plane.from_row << " " << plane.from_column
                          << ", to " << plane.to_row << " " << plane.to_column
                          << ", elements of " << element;
}

TEST(CopyPlaneTest, RowsOfEveryLength) {
  for (const int64_t element : {1, 4, 8}) {
    for (int64_t columns = 1; columns <= 40; ++columns) {
      TestPlane({5, columns, columns + 3, 1, columns + 1, 1}, element);
      TestPlane({5, columns, -columns - 2, 1, columns, 1}, element);
      TestPlane({5, columns, columns, 1, columns, 1}, element);  // one stretch
      TestPlane({5, columns, 0, 1, columns, 1}, element);        // the same row
    }
  }
}

TEST(CopyPlaneTest, TransposesTilesAndWhatIsLeft) {
  for (const int64_t element : {1, 4, 8}) {
    for (const int64_t rows : {1, 3, 7, 8, 9, 16, 25}) {
      for (const int64_t columns : {1, 2, 8, 15, 16, 33}) {
        TestPlane({rows, columns, 1, rows, columns, 1}, element);
        TestPlane({rows, columns, 1, rows + 5, columns + 2, 1}, element);
      }
    }
  }
}

TEST(CopyPlaneTest, AnyStrides) {
  for (const int64_t element : {1, 4, 8}) {
    TestPlane({9, 11, 30, 2, 11, 1}, element);
    TestPlane({9, 11, 30, -2, 11, 1}, element);
    TestPlane({9, 11, -3, 27, 1, 9}, element);
    TestPlane({9, 11, 22, 2, 33, 3}, element);
    TestPlane({1, 1, 0, 0, 0, 0}, element);
  }
}

}  // namespace
}  // namespace octet
