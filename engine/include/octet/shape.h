// Shape: the dimensions of a tensor.

#ifndef OCTET_SHAPE_H_
#define OCTET_SHAPE_H_

#include <cstdint>
#include <initializer_list>
#include <string>

namespace octet {

// The largest number of dimensions a tensor can have.
inline constexpr int kMaxRank = 6;

// The dimensions of a tensor, outermost first. Pictures are NHWC: {batch,
// height, width, channels}; the weights of a convolution are OHWI: {output
// channels, kernel height, kernel width, input channels / groups}. A scalar
// has rank 0.
struct Shape {
  int rank = 0;
  int32_t dims[kMaxRank] = {};

  Shape() = default;
  // REQUIRES: at most kMaxRank values.
  Shape(std::initializer_list<int32_t> values) {
    for (int32_t value : values) dims[rank++] = value;
  }

  int32_t operator[](int axis) const { return dims[axis]; }
  int32_t& operator[](int axis) { return dims[axis]; }

  // The product of the dimensions; 1 for a scalar. Where a product of
  // untrusted dimensions could overflow, call schema's CheckShape first.
  int64_t NumElements() const {
    int64_t product = 1;
    for (int axis = 0; axis < rank; ++axis) product *= dims[axis];
    return product;
  }

  // "[1, 224, 224, 3]", for messages.
  std::string ToString() const {
    std::string text = "[";
    for (int axis = 0; axis < rank; ++axis) {
      if (axis > 0) text += ", ";
      text += std::to_string(dims[axis]);
    }
    return text + "]";
  }

  friend bool operator==(const Shape& a, const Shape& b) {
    if (a.rank != b.rank) return false;
    for (int axis = 0; axis < a.rank; ++axis) {
      if (a.dims[axis] != b.dims[axis]) return false;
    }
    return true;
  }
  friend bool operator!=(const Shape& a, const Shape& b) { return !(a == b); }
};

}  // namespace octet

#endif  // OCTET_SHAPE_H_
