#include "tests/converter/command/digits.h"

#include <fstream>
#include <iterator>

namespace octet::converter {

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
