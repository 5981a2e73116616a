// The IDX format of MNIST: 0, 0, type, rank; each dimension as 4 bytes, most
// significant first; the elements. Only unsigned bytes (type 8) are read.

#ifndef OCTET_CONVERTER_SAMPLES_IDX_H_
#define OCTET_CONVERTER_SAMPLES_IDX_H_

#include <cstdint>
#include <string>
#include <vector>

#include "engine/image/file.h"
#include "octet/status.h"

namespace octet::converter {

struct IdxHeader {
  std::vector<int64_t> shape;
  // Position of the first element.
  int64_t data_begin = 0;
};

// Whether the file begins like IDX.
bool IsIdx(const InputFile& file);

// Reads the header and checks that the file has exactly the bytes that it says.
// Errors name the file.
Result<IdxHeader> ReadIdxHeader(const InputFile& file);

// The elements of an IDX file of one dimension.
Result<std::vector<int>> ReadIdxLabels(const std::string& path);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_SAMPLES_IDX_H_
