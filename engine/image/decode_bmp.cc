#include <cstdint>
#include <span>
#include <string>

#include "engine/image/decoders.h"

namespace octet {
namespace {

//   0  "BM"      14  bytes of the info header    46  colours of the palette
//  10  where the 18  width   22  height          54  palette (after an info
//      pixels    28  bits a pixel                    header of 40 bytes)
//      begin     30  compression                     as blue, green, red, 0
// Rows stand bottom first (top first where height < 0) and are filled up to 4
// bytes. Numbers are little-endian.
constexpr size_t kFileHeaderBytes = 14;
constexpr size_t kMinHeaderBytes = kFileHeaderBytes + 40;
constexpr uint32_t kUncompressed = 0;
constexpr uint32_t kBitFields = 3;

uint32_t Read32(std::span<const uint8_t> bytes, size_t position) {
  return uint32_t{bytes[position]} | uint32_t{bytes[position + 1]} << 8 |
         uint32_t{bytes[position + 2]} << 16 |
         uint32_t{bytes[position + 3]} << 24;
}

struct BmpHeader {
  int64_t width;
  int64_t height;
  bool top_first;
  int bits;
  uint64_t palette_begin;
  size_t num_colors;
  size_t pixels_begin;
  size_t stride;
};

// Bit fields are read where they say what 32 bits mean without them.
Status CheckEncoding(std::span<const uint8_t> bytes, int bits) {
  const uint32_t compression = Read32(bytes, 30);
  const bool known_bits =
      bits == 1 || bits == 4 || bits == 8 || bits == 24 || bits == 32;
  if (known_bits && compression == kUncompressed) return OkStatus();
  if (bits == 32 && compression == kBitFields &&
      bytes.size() >= kMinHeaderBytes + 12 && Read32(bytes, 54) == 0xff0000 &&
      Read32(bytes, 58) == 0xff00 && Read32(bytes, 62) == 0xff) {
    return OkStatus();
  }
  return Unsupported("BMP with " + std::to_string(bits) +
                     " bits a pixel and compression " +
                     std::to_string(compression) +
                     "; save it uncompressed with 24 bits a pixel");
}

Result<BmpHeader> ReadHeader(std::span<const uint8_t> bytes) {
  if (bytes.size() < kMinHeaderBytes) {
    return InvalidArgument("damaged BMP: the file ends too early");
  }
  BmpHeader header;
  const int64_t signed_height = int32_t(Read32(bytes, 22));
  header.width = int32_t(Read32(bytes, 18));
  header.height = signed_height < 0 ? -signed_height : signed_height;
  header.top_first = signed_height < 0;
  header.bits = bytes[28] | bytes[29] << 8;
  OCTET_RETURN_IF_ERROR(CheckEncoding(bytes, header.bits));
  OCTET_RETURN_IF_ERROR(CheckPictureSize(header.height, header.width));
  header.pixels_begin = Read32(bytes, 10);
  header.stride = (size_t(header.width) * size_t(header.bits) + 31) / 32 * 4;
  const uint64_t info_bytes = Read32(bytes, 14);
  const size_t num_colors = Read32(bytes, 46);
  header.palette_begin = kFileHeaderBytes + info_bytes;
  header.num_colors = 0;
  if (header.bits <= 8) {
    const size_t all = size_t{1} << header.bits;
    header.num_colors = num_colors == 0 ? all : num_colors;
    if (header.num_colors > all || info_bytes < 40 ||
        header.palette_begin > bytes.size() ||
        bytes.size() - header.palette_begin < 4 * header.num_colors) {
      return InvalidArgument("damaged BMP: its palette is broken");
    }
  }
  if (header.pixels_begin > bytes.size() ||
      bytes.size() - header.pixels_begin <
          header.stride * size_t(header.height)) {
    return InvalidArgument("damaged BMP: the file ends too early");
  }
  return header;
}

// Index into the palette of pixel x; the leftmost pixel has the upper bits.
size_t PaletteIndex(const uint8_t* row, int64_t x, int bits) {
  const int64_t bit = x * bits;
  return size_t(row[bit / 8] >> (8 - bits - bit % 8)) &
         ((size_t{1} << bits) - 1);
}

// False where a pixel names a colour that the palette does not have.
bool ReadPixel(std::span<const uint8_t> bytes, const BmpHeader& header,
               const uint8_t* row, int64_t x, uint8_t* out) {
  const uint8_t* blue_green_red = row + x * header.bits / 8;
  if (header.bits <= 8) {
    const size_t index = PaletteIndex(row, x, header.bits);
    if (index >= header.num_colors) return false;
    blue_green_red = bytes.data() + header.palette_begin + 4 * index;
  }
  out[0] = blue_green_red[2];
  out[1] = blue_green_red[1];
  out[2] = blue_green_red[0];
  return true;
}

}  // namespace

Result<Picture> DecodeBmp(std::span<const uint8_t> bytes) {
  OCTET_ASSIGN_OR_RETURN(const BmpHeader header, ReadHeader(bytes));
  Picture picture{int(header.height), int(header.width), 3, {}};
  picture.pixels.resize(size_t(3 * header.height * header.width));
  uint8_t* out = picture.pixels.data();
  for (int64_t y = 0; y < header.height; ++y) {
    const int64_t stored_y = header.top_first ? y : header.height - 1 - y;
    const uint8_t* row =
        bytes.data() + header.pixels_begin + size_t(stored_y) * header.stride;
    for (int64_t x = 0; x < header.width; ++x, out += 3) {
      if (!ReadPixel(bytes, header, row, x, out)) {
        return InvalidArgument("damaged BMP: a pixel has no colour");
      }
    }
  }
  return picture;
}

}  // namespace octet
