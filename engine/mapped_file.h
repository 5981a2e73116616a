// MappedFile: a file's bytes, read-only, in memory on demand.

#ifndef OCTET_ENGINE_MAPPED_FILE_H_
#define OCTET_ENGINE_MAPPED_FILE_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "octet/status.h"

namespace octet {

class MappedFile {
 public:
  // Maps nothing.
  MappedFile() = default;
  // Errors: kNotFound, kIoError (the message names the cause, not the path).
  static Result<MappedFile> Open(const std::string& path);

  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  const uint8_t* data() const { return data_; }
  size_t size() const { return size_; }

  // Gives the physical memory of the pages that were read back to the system.
  // The bytes stay readable: a later access reads them from the file again.
  void ReleasePages() const;

 private:
  uint8_t* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace octet

#endif  // OCTET_ENGINE_MAPPED_FILE_H_
