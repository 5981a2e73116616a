// A folder for one test's files, and the folder of the shared data.

#ifndef OCTET_TESTS_ENGINE_IMAGE_TEMPORARY_FOLDER_H_
#define OCTET_TESTS_ENGINE_IMAGE_TEMPORARY_FOLDER_H_

#include <stdlib.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>

namespace octet::testing {

// A new, empty folder that is removed with all its files at the end.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    path_ =
        (std::filesystem::temp_directory_path() / "octet-test-XXXXXX").string();
    if (mkdtemp(path_.data()) == nullptr) abort();
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string Path(const std::string& name) const { return path_ + "/" + name; }

  // Writes a file and returns its path.
  std::string Write(const std::string& name, std::span<const uint8_t> bytes) {
    const std::string path = Path(name);
    // Some file systems write a file that replaces its own contents to the
    // disk at once, which makes thousands of small files slow.
    std::filesystem::remove(path);
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               std::streamsize(bytes.size()));
    return path;
  }
  std::string Write(const std::string& name, const std::string& text) {
    return Write(name, std::span(reinterpret_cast<const uint8_t*>(text.data()),
                                 text.size()));
  }

  // The number of files and folders inside.
  int CountFiles() const {
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) {
      count += entry.exists() ? 1 : 0;
    }
    return count;
  }

 private:
  std::string path_;
};

// The path of a file of the shared data; tests skip where it does not exist.
inline std::string SharedDataPath(const std::string& name) {
  const char* folder = getenv("OCTET_DATA_DIR");
  const std::string root =
      folder != nullptr ? folder
                        : std::string(OCTET_SOURCE_DIR) + "/../shared/data";
  return root + "/" + name;
}

}  // namespace octet::testing

#endif  // OCTET_TESTS_ENGINE_IMAGE_TEMPORARY_FOLDER_H_
