// The header of a .npy file (NumPy's format for one array), versions 1 to 3:
//
//   "\x93NUMPY"  major minor  length (2 bytes; 4 from version 2)
//   {'descr': '<f4', 'fortran_order': False, 'shape': (3, 224, 224), }  \n
//   the elements
//
// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html

#ifndef OCTET_ENGINE_IMAGE_NPY_HEADER_H_
#define OCTET_ENGINE_IMAGE_NPY_HEADER_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "octet/status.h"

namespace octet {

// The bytes that hold every header: more are refused, since NumPy writes a few
// hundred.
inline constexpr int64_t kMaxNpyHeaderBytes = 1 << 16;

struct NpyHeader {
  // One of kNpyTypes, e.g. "f4".
  std::string dtype;
  // Each at least 0; the product times the element's size fits int64.
  std::vector<int64_t> shape;
  // Position of the first element from the beginning of the .npy.
  int64_t data_begin = 0;

  int64_t num_elements() const;
};

// Bytes of an element of "f4" "f8" "i1" "u1" "i2" "u2" "i4" "i8" or "b1"
// (bool), the types that can be read; 0 for any other.
int NpyItemSize(const std::string& dtype);

// Reads the header at the beginning of `bytes`, which are the file's first
// kMaxNpyHeaderBytes or all of it. kInvalidArgument: not a .npy, or damaged.
// kUnsupported: a type that is not in NpyItemSize's list, big-endian numbers
// or Fortran order.
Result<NpyHeader> ParseNpyHeader(std::span<const uint8_t> bytes);

// The bytes of a header (version 1.0, filled up so that the elements begin at
// a multiple of 64, as NumPy does). REQUIRES: a known dtype.
std::vector<uint8_t> MakeNpyHeader(const std::string& dtype,
                                   const std::vector<int64_t>& shape);

}  // namespace octet

#endif  // OCTET_ENGINE_IMAGE_NPY_HEADER_H_
