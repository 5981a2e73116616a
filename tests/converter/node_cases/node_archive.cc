#include "tests/converter/node_cases/node_archive.h"

#include <cstdio>
#include <filesystem>
#include <utility>

#include "tests/engine/image/temporary_folder.h"

namespace octet::converter {

std::string NodeArchivePath() {
  return testing::SharedDataPath("onnx_backend_tests/node_subset.tar.gz");
}

std::map<std::string, std::string> ReadNodeArchive() {
  std::map<std::string, std::string> files;
  if (!std::filesystem::exists(NodeArchivePath())) return files;
  std::string tar;
  FILE* pipe = popen(("gzip -dc '" + NodeArchivePath() + "'").c_str(), "r");
  char block[1 << 16];
  while (const size_t count = fread(block, 1, sizeof(block), pipe)) {
    tar.append(block, count);
  }
  pclose(pipe);
  // Each file: a header of 512 bytes (the name first, the size in octal at byte
  // 124), then its bytes, filled up to a multiple of 512. A name that is too
  // long for the header is the contents of an entry of type L in front.
  std::string long_name;
  for (size_t at = 0; at + 512 <= tar.size() && tar[at] != 0;) {
    const bool is_name = tar[at + 156] == 'L';
    const std::string name =
        long_name.empty() ? tar.c_str() + at : std::exchange(long_name, "");
    const size_t size = std::stoul(tar.substr(at + 124, 12), nullptr, 8);
    if (is_name) {
      long_name = tar.c_str() + at + 512;
    } else {
      files[name] = tar.substr(at + 512, size);
    }
    at += 512 + (size + 511) / 512 * 512;
  }
  return files;
}

}  // namespace octet::converter
