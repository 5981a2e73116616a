// Reads parts of files.

#ifndef OCTET_CONVERTER_ONNX_FILE_BYTES_H_
#define OCTET_CONVERTER_ONNX_FILE_BYTES_H_

#include <cstdint>
#include <string>

#include "octet/status.h"

namespace octet::converter {

// The size of a regular file in bytes; kIoError for anything else.
Result<uint64_t> FileSize(const std::string& path);

// `size` bytes from `position` on; kIoError where the file ends before.
Result<std::string> ReadFileBytes(const std::string& path, uint64_t position,
                                  uint64_t size);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_ONNX_FILE_BYTES_H_
