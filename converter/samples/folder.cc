#include "converter/samples/folder.h"

#include <algorithm>
#include <filesystem>
#include <initializer_list>
#include <string_view>
#include <system_error>

namespace octet::converter {
namespace {

namespace fs = std::filesystem;

bool EndsWithAny(const std::string& path,
                 std::initializer_list<std::string_view> endings) {
  std::string small = path;
  for (char& c : small) {
    if (c >= 'A' && c <= 'Z') c = char(c - 'A' + 'a');
  }
  return std::any_of(
      endings.begin(), endings.end(),
      [&](std::string_view ending) { return small.ends_with(ending); });
}

}  // namespace

bool IsFolder(const std::string& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

std::string FileName(const std::string& path) {
  return fs::path(path).filename().string();
}

bool HasPictureName(const std::string& path) {
  return EndsWithAny(path, {".jpg", ".jpeg", ".png", ".webp", ".bmp"});
}

bool HasArrayName(const std::string& path) {
  return EndsWithAny(path, {".npy", ".npz"});
}

Result<std::vector<std::string>> ListFolder(const std::string& folder) {
  std::error_code error;
  std::vector<std::string> paths;
  fs::directory_iterator entry(folder, error);
  while (!error && entry != fs::directory_iterator()) {
    std::error_code ignored;  // a broken link is not a file
    if (!FileName(entry->path().string()).starts_with('.') &&
        entry->is_regular_file(ignored)) {
      paths.push_back(entry->path().string());
    }
    entry.increment(error);
  }
  if (error) return IoError(folder + ": cannot be read: " + error.message());
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace octet::converter
