// Reading and writing whole files, and reading pieces of a file.
//
// Writing is atomic: the file at the final path is either the old one or the
// complete new one, whatever interrupts the process.

#ifndef OCTET_ENGINE_IMAGE_FILE_H_
#define OCTET_ENGINE_IMAGE_FILE_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "octet/status.h"

namespace octet {

// A file opened for reading at any position. Movable, not copyable. ReadAt may
// be called by several threads at once.
class InputFile {
 public:
  // Opens a regular file. kNotFound when there is none, kIoError when it
  // cannot be opened, kInvalidArgument when it is a folder or a device; the
  // message names the path.
  static Result<InputFile> Open(const std::string& path);
  // Takes ownership of an open descriptor; `path` is for messages.
  static Result<InputFile> FromDescriptor(int descriptor, std::string path);

  InputFile(InputFile&& other) noexcept;
  InputFile& operator=(InputFile&& other) noexcept;
  ~InputFile();

  const std::string& path() const { return path_; }
  // In bytes, when it was opened.
  int64_t size() const { return size_; }

  // Fills `out` with the bytes from `position` on. kIoError, naming the file,
  // where it ends before.
  Status ReadAt(int64_t position, std::span<uint8_t> out) const;

 private:
  InputFile(int descriptor, std::string path, int64_t size);

  int descriptor_;
  std::string path_;
  int64_t size_;
};

// All bytes of a regular file. Errors as InputFile's.
Result<std::vector<uint8_t>> ReadFile(const std::string& path);

// Writes all bytes to a descriptor; `path` is for messages.
Status WriteAll(int descriptor, std::span<const uint8_t> bytes,
                const std::string& path);

// Makes `path` a file of exactly these bytes: writes a temporary file in the
// same folder ("<path>.tmp-<process>-<time>-<n>") and renames it. On an error
// the temporary file is removed and what stood at `path` is left unchanged; so
// it is on SIGINT or SIGTERM where the program called
// RemoveTemporaryFilesOnInterrupt. Refuses a path that is a folder or a
// device, because renaming would replace it.
Status WriteFileAtomically(const std::string& path,
                           std::span<const uint8_t> bytes);

// Whether WriteFileAtomically could begin now; leaves everything as it is. For
// programs that would find out after minutes of work.
Status CheckCanWrite(const std::string& path);

}  // namespace octet

#endif  // OCTET_ENGINE_IMAGE_FILE_H_
