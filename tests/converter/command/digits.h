// The bundled example as a test's input.

#ifndef OCTET_TESTS_CONVERTER_COMMAND_DIGITS_H_
#define OCTET_TESTS_CONVERTER_COMMAND_DIGITS_H_

#include <string>

#include "converter/command/options.h"
#include "tests/engine/image/temporary_folder.h"

namespace octet::converter {

inline std::string DigitsPath(const std::string& file) {
  return OCTET_SOURCE_DIR "/examples/digits/" + file;
}

using testing::TemporaryFolder;

// Options that convert the example into `output`, as examples/run.sh does.
ConvertOptions DigitsOptions(const std::string& output);

std::string ReadBytes(const std::string& path);
void WriteBytes(const std::string& path, const std::string& bytes);

}  // namespace octet::converter

#endif  // OCTET_TESTS_CONVERTER_COMMAND_DIGITS_H_
