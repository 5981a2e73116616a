#include "engine/image/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <utility>

#include "engine/image/temporary_files.h"

namespace octet {
namespace {

constexpr int kNoDescriptor = -1;

Status SystemError(const std::string& path, const char* action) {
  const int error = errno;
  const std::string message =
      path + ": cannot " + action + ": " + strerror(error);
  if (error == ENOENT) return NotFound(message);
  if (error == ENOSPC || error == EDQUOT) return ResourceExhausted(message);
  return IoError(message);
}

Status CheckRegularOrAbsent(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) return OkStatus();
  if (S_ISREG(info.st_mode)) return OkStatus();
  return InvalidArgument(path + ": is " +
                         (S_ISDIR(info.st_mode) ? "a folder" : "a device") +
                         "; name a file to write");
}

// A name beside `path` that no other process and no other call will choose:
// processes of different containers can share a number, but not the clock too.
std::string TemporaryName(const std::string& path) {
  static std::atomic<unsigned> counter{0};
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return path + ".tmp-" + std::to_string(getpid()) + "-" +
         std::to_string(now.tv_sec) + "-" + std::to_string(now.tv_nsec) + "-" +
         std::to_string(counter++);
}

Status WriteAndRename(int descriptor, const std::string& temporary_path,
                      const std::string& path, std::span<const uint8_t> bytes) {
  const Status written = WriteAll(descriptor, bytes, temporary_path);
  // close() reports errors of delayed writing, on network file systems.
  const bool closed = close(descriptor) == 0;
  if (!written.ok()) return written;
  if (!closed) return SystemError(temporary_path, "write");
  if (rename(temporary_path.c_str(), path.c_str()) != 0) {
    return SystemError(path, "rename the finished file to this name");
  }
  return OkStatus();
}

}  // namespace

InputFile::InputFile(int descriptor, std::string path, int64_t size)
    : descriptor_(descriptor), path_(std::move(path)), size_(size) {}

InputFile::InputFile(InputFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, kNoDescriptor)),
      path_(std::move(other.path_)),
      size_(other.size_) {}

InputFile& InputFile::operator=(InputFile&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(path_, other.path_);
  std::swap(size_, other.size_);
  return *this;
}

InputFile::~InputFile() {
  if (descriptor_ != kNoDescriptor) close(descriptor_);
}

Result<InputFile> InputFile::Open(const std::string& path) {
  // Without O_NONBLOCK, opening a named pipe would wait for a writer.
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return SystemError(path, "open");
  return FromDescriptor(descriptor, path);
}

Result<InputFile> InputFile::FromDescriptor(int descriptor, std::string path) {
  InputFile file(descriptor, std::move(path), 0);
  struct stat info;
  if (fstat(descriptor, &info) != 0) return SystemError(file.path_, "read");
  if (!S_ISREG(info.st_mode)) {
    return InvalidArgument(file.path_ + ": is not a regular file");
  }
  file.size_ = int64_t{info.st_size};
  return file;
}

Status InputFile::ReadAt(int64_t position, std::span<uint8_t> out) const {
  size_t done = 0;
  while (done < out.size()) {
    const ssize_t got = pread(descriptor_, out.data() + done, out.size() - done,
                              position + int64_t(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return SystemError(path_, "read");
    if (got == 0) return IoError(path_ + ": the file ends too early");
    done += size_t(got);
  }
  return OkStatus();
}

Result<std::vector<uint8_t>> ReadFile(const std::string& path) {
  OCTET_ASSIGN_OR_RETURN(const InputFile file, InputFile::Open(path));
  std::vector<uint8_t> bytes(size_t(file.size()));
  OCTET_RETURN_IF_ERROR(file.ReadAt(0, bytes));
  return bytes;
}

Status WriteAll(int descriptor, std::span<const uint8_t> bytes,
                const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t count = write(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return SystemError(path, "write");
    bytes = bytes.subspan(size_t(count));
  }
  return OkStatus();
}

Status WriteFileAtomically(const std::string& path,
                           std::span<const uint8_t> bytes) {
  OCTET_RETURN_IF_ERROR(CheckRegularOrAbsent(path));
  const std::string temporary_path = TemporaryName(path);
  TemporaryFile temporary(temporary_path);
  const int descriptor = temporary.Create();
  if (descriptor < 0) return SystemError(path, "create");
  return WriteAndRename(descriptor, temporary_path, path, bytes);
}

Status CheckCanWrite(const std::string& path) {
  OCTET_RETURN_IF_ERROR(CheckRegularOrAbsent(path));
  TemporaryFile temporary(TemporaryName(path));  // removes it
  const int descriptor = temporary.Create();
  if (descriptor < 0) return SystemError(path, "create");
  close(descriptor);
  return OkStatus();
}

}  // namespace octet
