#include "tests/converter/command/digits.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace octet::converter {

TemporaryFolder::TemporaryFolder() {
  std::string pattern =
      (std::filesystem::temp_directory_path() / "octet-test-XXXXXX").string();
  const char* made = mkdtemp(pattern.data());
  if (made == nullptr) std::abort();
  path_ = made;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

ConvertOptions DigitsOptions(const std::string& output) {
  ConvertOptions options;
  options.model_path = DigitsPath("digits.onnx");
  options.output_path = output;
  options.calibrate_path = DigitsPath("calib-images.idx3-ubyte");
  options.class_names_path = DigitsPath("labels.txt");
  options.samples.preprocessing.std = {255.0f};
  return options;
}

std::string ReadBytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void WriteBytes(const std::string& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace octet::converter
