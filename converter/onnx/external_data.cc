#include "converter/onnx/external_data.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <system_error>

#include "converter/onnx/file_bytes.h"

namespace octet::converter {
namespace {

namespace fs = std::filesystem;

struct Location {
  std::string path;
  uint64_t position = 0;
  std::optional<uint64_t> length;  // absent: up to the end of the file
};

Result<uint64_t> ParseSize(const std::string& text) {
  uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [parsed, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || parsed != end) {
    return InvalidModel("external data: '" + text + "' is not a size");
  }
  return value;
}

Result<Location> ReadLocation(const onnx::TensorProto& tensor) {
  Location location;
  for (const onnx::StringStringEntryProto& entry : tensor.external_data()) {
    if (entry.key() == "location") {
      location.path = entry.value();
    } else if (entry.key() == "offset") {
      OCTET_ASSIGN_OR_RETURN(location.position, ParseSize(entry.value()));
    } else if (entry.key() == "length") {
      OCTET_ASSIGN_OR_RETURN(location.length, ParseSize(entry.value()));
    }
  }
  if (location.path.empty()) {
    return InvalidModel("external data without a location");
  }
  return location;
}

// The file that `location` names, with symbolic links resolved.
Result<fs::path> ResolveInside(const fs::path& folder,
                               const fs::path& location) {
  const bool goes_up =
      std::any_of(location.begin(), location.end(),
                  [](const fs::path& part) { return part == ".."; });
  if (location.is_absolute() || goes_up) {
    return InvalidModel("external data '" + location.string() +
                        "' must be a path inside the model's folder");
  }
  std::error_code error;
  const fs::path root = fs::canonical(folder, error);
  if (error) return IoError(folder.string() + ": " + error.message());
  const fs::path file = fs::canonical(root / location, error);
  if (error) {
    return IoError("external data '" + location.string() +
                   "': " + error.message());
  }
  const auto [root_end, unused] =
      std::mismatch(root.begin(), root.end(), file.begin(), file.end());
  if (root_end != root.end()) {
    return InvalidModel("external data '" + location.string() +
                        "' is a link that leads out of the model's folder");
  }
  return file;
}

}  // namespace

Result<std::string> ReadExternalData(const std::string& folder,
                                     const onnx::TensorProto& tensor) {
  OCTET_ASSIGN_OR_RETURN(const Location location, ReadLocation(tensor));
  if (folder.empty()) {
    return Unsupported("external data '" + location.path +
                       "' of a model that was read from memory; import the "
                       "model from its file");
  }
  OCTET_ASSIGN_OR_RETURN(const fs::path path,
                         ResolveInside(folder, location.path));
  OCTET_ASSIGN_OR_RETURN(const uint64_t size, FileSize(path.string()));
  if (location.position > size) {
    return InvalidModel("external data '" + location.path +
                        "' starts behind the end of the file");
  }
  const uint64_t rest = size - location.position;
  const uint64_t length = location.length.value_or(rest);
  if (length > rest) {
    return InvalidModel("external data '" + location.path + "' needs " +
                        std::to_string(length) + " bytes from byte " +
                        std::to_string(location.position) +
                        " on, but the file has " + std::to_string(size));
  }
  return ReadFileBytes(path.string(), location.position, length);
}

}  // namespace octet::converter
