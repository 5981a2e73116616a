// Operators of a .tflite file that move or interpolate values, for the walk of
// tflite_file.h.

#ifndef OCTET_TESTS_REFERENCE_TFLITE_PICTURES_H_
#define OCTET_TESTS_REFERENCE_TFLITE_PICTURES_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tests/reference/tflite_file.h"

namespace octet::reference {

// A tensor of the file with its values.
struct Stored {
  std::vector<int64_t> shape;
  StoredValues values;
  std::vector<double> scale;
  int64_t zero_point = 0;
  int64_t low = 0;  // of the type
  int64_t high = 0;

  int64_t size() const {
    int64_t product = 1;
    for (const int64_t dim : shape) product *= dim;
    return product;
  }
  double ScaleOf(size_t channel) const {
    return scale[scale.size() == 1 ? 0 : channel];
  }
  // The index of {n, y, x, c}.
  size_t Index(int64_t n, int64_t y, int64_t x, int64_t c) const {
    return size_t(((n * shape[1] + y) * shape[2] + x) * shape[3] + c);
  }
};

// The values of an output whose shape and type are those of `out`.
StoredValues ResizeTfliteBilinear(const Stored& in, const Stored& out,
                                  bool align_corners, bool half_pixel);
StoredValues ResizeTfliteNearest(const Stored& in, const Stored& out,
                                 bool align_corners, bool half_pixel);
StoredValues PadTflite(const Stored& in, const Stored& pads, const Stored& out);
// The first of equal ones; axis may count from the end.
StoredValues TfliteArgMax(const Stored& in, const Stored& out, int64_t axis);

}  // namespace octet::reference

#endif  // OCTET_TESTS_REFERENCE_TFLITE_PICTURES_H_
