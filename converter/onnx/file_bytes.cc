#include "converter/onnx/file_bytes.h"

#include <filesystem>
#include <fstream>
#include <system_error>

namespace octet::converter {

Result<uint64_t> FileSize(const std::string& path) {
  std::error_code error;
  const bool is_file = std::filesystem::is_regular_file(path, error);
  if (error) return IoError(path + ": " + error.message());
  if (!is_file) return IoError(path + ": not a regular file");
  const uint64_t size = std::filesystem::file_size(path, error);
  if (error) return IoError(path + ": " + error.message());
  return size;
}

Result<std::string> ReadFileBytes(const std::string& path, uint64_t position,
                                  uint64_t size) {
  // Checked first, so that a wrong size is never allocated.
  OCTET_ASSIGN_OR_RETURN(const uint64_t available, FileSize(path));
  if (position > available || size > available - position) {
    return IoError(path + ": has " + std::to_string(available) +
                   " bytes, but bytes " + std::to_string(position) + " to " +
                   std::to_string(position) + " + " + std::to_string(size) +
                   " are needed");
  }
  std::ifstream file(path, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(position));
  std::string bytes(size, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(size));
  if (!file) return IoError(path + ": cannot be read");
  return bytes;
}

}  // namespace octet::converter
