// The bundled example as a test's input.

#ifndef OCTET_TESTS_CONVERTER_COMMAND_DIGITS_H_
#define OCTET_TESTS_CONVERTER_COMMAND_DIGITS_H_

#include <string>

#include "converter/command/options.h"

namespace octet::converter {

inline std::string DigitsPath(const std::string& file) {
  return OCTET_SOURCE_DIR "/examples/digits/" + file;
}

// A folder that is removed with the object.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string Path(const std::string& file) const { return path_ + "/" + file; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Options that convert the example into `output`, as examples/run.sh does.
ConvertOptions DigitsOptions(const std::string& output);

std::string ReadBytes(const std::string& path);
void WriteBytes(const std::string& path, const std::string& bytes);

}  // namespace octet::converter

#endif  // OCTET_TESTS_CONVERTER_COMMAND_DIGITS_H_
