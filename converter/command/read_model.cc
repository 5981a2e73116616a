#include "converter/command/read_model.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <utility>

#include "converter/command/shape_option.h"
#include "converter/onnx/import.h"
#include "converter/tflite/network.h"
#include "engine/image/file.h"

namespace octet::converter {
namespace {

Result<bool> IsTflite(const std::string& path) {
  OCTET_ASSIGN_OR_RETURN(const InputFile file, InputFile::Open(path));
  std::vector<uint8_t> head(
      static_cast<size_t>(std::min<int64_t>(file.size(), 8)));
  OCTET_RETURN_IF_ERROR(file.ReadAt(0, head));
  return LooksLikeTflite(
      {reinterpret_cast<const char*>(head.data()), head.size()});
}

}  // namespace

Result<TfliteImport> ReadSourceModel(const std::string& path,
                                     const std::vector<std::string>& shapes) {
  OCTET_ASSIGN_OR_RETURN(const bool is_tflite, IsTflite(path));
  if (!is_tflite) {
    OnnxImportOptions options;
    OCTET_ASSIGN_OR_RETURN(options.shapes, ParseShapes(shapes));
    TfliteImport result;
    OCTET_ASSIGN_OR_RETURN(result.graph, ImportOnnx(path, options));
    return result;
  }
  TfliteImportOptions options;
  OCTET_ASSIGN_OR_RETURN(options.shapes, ParseShapes(shapes));
  OCTET_ASSIGN_OR_RETURN(const std::vector<uint8_t> bytes, ReadFile(path));
  return ImportTflite(
      {reinterpret_cast<const char*>(bytes.data()), bytes.size()},
      std::filesystem::path(path).filename().string(), options);
}

}  // namespace octet::converter
