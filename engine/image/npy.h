// Arrays of numbers in .npy files.
//
// Numbers are little-endian in the file and in memory; kernels run on no other
// machine.

#ifndef OCTET_ENGINE_IMAGE_NPY_H_
#define OCTET_ENGINE_IMAGE_NPY_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/image/file.h"
#include "engine/image/npy_header.h"
#include "octet/status.h"

namespace octet {

// A whole array in memory, C order.
struct NpyArray {
  // A type that NpyItemSize knows.
  std::string dtype;
  std::vector<int64_t> shape;
  // As in the file; the product of the shape times the element's size.
  std::vector<uint8_t> data;

  // REQUIRES: as many values as the shape has.
  static NpyArray FromFloats(std::vector<int64_t> shape,
                             std::span<const float> values);

  // Each element as a float; 64-bit numbers are rounded.
  std::vector<float> ToFloat() const;
};

// An array whose elements stay in the file until they are asked for. Copies
// share the open file. Const functions may be called by several threads.
class NpyFile {
 public:
  // Reads the header. The file must have exactly the bytes that the shape
  // says. Errors name the path.
  static Result<NpyFile> Open(const std::string& path);
  // A .npy of `size` bytes that begins at `begin` of a file; `name` is for
  // messages.
  static Result<NpyFile> OpenInside(std::shared_ptr<const InputFile> file,
                                    int64_t begin, int64_t size,
                                    std::string name);

  const std::string& name() const { return name_; }
  const std::string& dtype() const { return header_.dtype; }
  const std::vector<int64_t>& shape() const { return header_.shape; }
  int64_t num_elements() const { return header_.num_elements(); }

  // The elements first ... first + count - 1, in C order, as floats.
  // REQUIRES: the array has them.
  Result<std::vector<float>> ReadFloats(int64_t first, int64_t count) const;

  // All of it.
  Result<NpyArray> ReadAll() const;

 private:
  NpyFile(std::shared_ptr<const InputFile> file, NpyHeader header,
          int64_t data_begin, std::string name);

  std::shared_ptr<const InputFile> file_;
  NpyHeader header_;
  int64_t data_begin_;
  std::string name_;
};

// NpyFile::Open and ReadAll.
Result<NpyArray> ReadNpy(const std::string& path);

// Writes version 1.0, atomically (see WriteFileAtomically).
// kInvalidArgument: an unknown dtype, or data of another size than the shape.
Status WriteNpy(const std::string& path, const NpyArray& array);

}  // namespace octet

#endif  // OCTET_ENGINE_IMAGE_NPY_H_
