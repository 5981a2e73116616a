// Temporary files that disappear when the program is interrupted.

#ifndef OCTET_ENGINE_IMAGE_TEMPORARY_FILES_H_
#define OCTET_ENGINE_IMAGE_TEMPORARY_FILES_H_

#include <string>

namespace octet {

// From now on SIGINT, SIGTERM and SIGHUP first remove every file that a living
// TemporaryFile names, and then end the process as they would have. A signal
// that the process ignores stays ignored. For a command's main(): a library
// has no business with signal handlers. May be called more than once.
void RemoveTemporaryFilesOnInterrupt();

// Names a file, just created, that must not outlive this object. Any number of
// threads may create and destroy them; the signal handler knows the first
// kMaxTemporaryFiles that live at once.
inline constexpr int kMaxTemporaryFiles = 64;
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string path);
  // Removes the file, if it has not been renamed or removed.
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

 private:
  const std::string path_;
  // Index into the table that the signal handler walks, or -1.
  int slot_;
};

}  // namespace octet

#endif  // OCTET_ENGINE_IMAGE_TEMPORARY_FILES_H_
