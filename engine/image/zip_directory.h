// The directory at the end of a zip archive: which files are inside and where.
//
//   [local header, name, extra, data] ... [directory entry] ... [end record]
//
// With zip64 (which NumPy always asks for), sizes of 2^32 - 1 stand for 64-bit
// ones in an extra field, and a second end record precedes the first.
// Format: PKWARE's APPNOTE 6.3.

#ifndef OCTET_ENGINE_IMAGE_ZIP_DIRECTORY_H_
#define OCTET_ENGINE_IMAGE_ZIP_DIRECTORY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "engine/image/file.h"
#include "octet/status.h"

namespace octet {

enum class ZipMethod { kStored = 0, kDeflated = 8 };

struct ZipEntry {
  std::string name;
  ZipMethod method;
  uint32_t crc32;
  // Position of the data in the archive, and how many bytes there are; the
  // archive has them all.
  int64_t data_begin;
  int64_t stored_size;
  // After decompression.
  int64_t size;
};

// The entries, in the directory's order. Errors name the file:
// kInvalidArgument when it is no archive or damaged, kUnsupported for another
// method or encryption.
Result<std::vector<ZipEntry>> ReadZipDirectory(const InputFile& file);

}  // namespace octet

#endif  // OCTET_ENGINE_IMAGE_ZIP_DIRECTORY_H_
