#include "engine/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace octet {
namespace {

Status ErrnoStatus(int error) {
  if (error == ENOENT) return NotFound("no such file");
  return IoError(std::strerror(error));
}

}  // namespace

Result<MappedFile> MappedFile::Open(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return ErrnoStatus(errno);
  struct stat info;
  if (fstat(file, &info) != 0) {
    const int error = errno;
    close(file);
    return ErrnoStatus(error);
  }
  if (!S_ISREG(info.st_mode) || info.st_size <= 0) {
    close(file);
    return IoError(S_ISREG(info.st_mode) ? "the file is empty"
                                         : "not a regular file");
  }
  const size_t size = static_cast<size_t>(info.st_size);
  void* data = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
  const int error = errno;
  close(file);
  if (data == MAP_FAILED) return ErrnoStatus(error);
  MappedFile mapped;
  mapped.data_ = static_cast<uint8_t*>(data);
  mapped.size_ = size;
  return mapped;
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) munmap(data_, size_);
}

void MappedFile::ReleasePages() const {
  // Advice alone: where the system refuses it, memory stays resident.
  if (data_ != nullptr) (void)madvise(data_, size_, MADV_DONTNEED);
}

}  // namespace octet
