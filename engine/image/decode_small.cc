// JPEG and PNG by stb_image, which is a tenth of the size of libjpeg, libpng
// and zlib: for the static command. Pixels of a PNG are those of libpng;
// checksums of its chunks are not looked at. Pixels of a JPEG may differ from
// libjpeg's by a few steps where colours are stored at half resolution.

#include <climits>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>

#include "engine/image/decoders.h"

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_ONLY_JPEG
#define STBI_ONLY_PNG
#define STBI_NO_STDIO
#define STBI_NO_LINEAR
#define STBI_NO_HDR
#define STBI_ASSERT(condition)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include <stb/stb_image.h>
#pragma GCC diagnostic pop

namespace octet::small {
namespace {

struct Free {
  void operator()(uint8_t* pixels) const { std::free(pixels); }
};

Status Damaged(const char* format) {
  return InvalidArgument(std::string("damaged ") + format + ": " +
                         stbi_failure_reason());
}

// Tables of a DHT segment, without its length: a class and number, how many
// codes of 1 to 16 bits there are, and a byte for each.
bool HuffmanTablesFit(std::span<const uint8_t> tables) {
  while (!tables.empty()) {
    if (tables.size() < 17) return false;
    size_t codes = 0;
    for (size_t i = 1; i <= 16; ++i) codes += tables[i];
    if (codes > 256 || tables.size() < 17 + codes) return false;
    tables = tables.subspan(17 + codes);
  }
  return true;
}

// stb_image 2.27 writes behind its tables where a file has more than 256 codes
// for one. Walks over all segments, and lets nothing stand between them that a
// decoder could take for another one.
Status CheckHuffmanTables(std::span<const uint8_t> bytes) {
  const Status damaged = InvalidArgument("damaged JPEG: its segments");
  constexpr uint8_t kTables = 0xC4, kEnd = 0xD9, kScan = 0xDA;
  size_t at = 2;
  for (;;) {
    if (at >= bytes.size() || bytes[at] != 0xFF) return damaged;
    while (at < bytes.size() && bytes[at] == 0xFF) ++at;
    if (at == bytes.size()) return damaged;
    const uint8_t marker = bytes[at++];
    if (marker == kEnd) return OkStatus();
    // A marker within a scan, or one without a length.
    if (marker < 0xC0 || (marker >= 0xD0 && marker < kEnd)) return damaged;
    if (bytes.size() - at < 2) return damaged;
    const size_t length = size_t{bytes[at]} << 8 | bytes[at + 1];
    if (length < 2 || bytes.size() - at < length) return damaged;
    if (marker == kTables &&
        !HuffmanTablesFit(bytes.subspan(at + 2, length - 2))) {
      return damaged;
    }
    at += length;
    if (marker != kScan) continue;
    // Coded bytes up to the next marker: 0 stands behind an FF among them, and
    // restart markers belong to them.
    for (; at + 1 < bytes.size(); ++at) {
      if (bytes[at] != 0xFF) continue;
      const uint8_t next = bytes[at + 1];
      if (next != 0 && (next < 0xD0 || next > 0xD7)) break;
    }
  }
}

Result<Picture> Decode(const char* format, std::span<const uint8_t> bytes) {
  if (bytes.size() > INT_MAX) return Unsupported("a file of more than 2 GB");
  const int size = static_cast<int>(bytes.size());
  int width = 0, height = 0, channels = 0;
  if (!stbi_info_from_memory(bytes.data(), size, &width, &height, &channels)) {
    return Damaged(format);
  }
  OCTET_RETURN_IF_ERROR(CheckPictureSize(height, width));
  const std::unique_ptr<uint8_t, Free> pixels(
      stbi_load_from_memory(bytes.data(), size, &width, &height, &channels, 3));
  if (pixels == nullptr) return Damaged(format);
  const size_t count = size_t{3} * size_t(width) * size_t(height);
  return Picture{height, width, 3, {pixels.get(), pixels.get() + count}};
}

}  // namespace

Result<Picture> DecodeJpeg(std::span<const uint8_t> bytes) {
  OCTET_RETURN_IF_ERROR(CheckHuffmanTables(bytes));
  return Decode("JPEG", bytes);
}

Result<Picture> DecodePng(std::span<const uint8_t> bytes) {
  return Decode("PNG", bytes);
}

}  // namespace octet::small
