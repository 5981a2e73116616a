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

// The signal handler knows the first so many that live at once.
inline constexpr int kMaxTemporaryFiles = 64;

// A file that must not outlive this object. Any number of threads may create
// and destroy them.
class TemporaryFile {
 public:
  // REQUIRES: nobody else uses `path`. No file is made yet, but from here on
  // the signal handler removes it.
  explicit TemporaryFile(std::string path);
  // Removes the file, if it was created and not renamed or removed.
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  // Creates the file. The descriptor, for writing, is the caller's; -1 with
  // errno where it cannot be created or exists.
  int Create();

 private:
  const std::string path_;
  bool created_ = false;
  // Index into the table that the signal handler walks, or -1.
  int slot_;
};

}  // namespace octet

#endif  // OCTET_ENGINE_IMAGE_TEMPORARY_FILES_H_
