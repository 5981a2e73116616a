#include "engine/image/picture.h"

#include <cstring>

#include "engine/image/decoders.h"
#include "engine/image/file.h"

namespace octet {
namespace {

// Whether `bytes` has `magic` at `position`.
bool HasMagic(std::span<const uint8_t> bytes, size_t position,
              const char* magic) {
  const size_t length = strlen(magic);
  return bytes.size() >= position + length &&
         memcmp(bytes.data() + position, magic, length) == 0;
}

}  // namespace

Status CheckPictureSize(int64_t height, int64_t width) {
  if (height >= 1 && width >= 1 && width <= kMaxPicturePixels &&
      height <= kMaxPicturePixels / width) {
    return OkStatus();
  }
  return InvalidArgument(
      std::to_string(width) + " x " + std::to_string(height) +
      " pixels; at least 1 x 1 and at most " +
      std::to_string(kMaxPicturePixels) + " in all are supported");
}

Status CheckPicture(const Picture& picture) {
  OCTET_RETURN_IF_ERROR(CheckPictureSize(picture.height, picture.width));
  if (picture.channels != 1 && picture.channels != 3) {
    return InvalidArgument("a picture of " + std::to_string(picture.channels) +
                           " channels; 1 or 3 are supported");
  }
  const int64_t num_values =
      int64_t{picture.height} * picture.width * picture.channels;
  if (int64_t(picture.pixels.size()) != num_values) {
    return InvalidArgument(
        "a picture with " + std::to_string(picture.pixels.size()) +
        " bytes of pixels instead of " + std::to_string(num_values));
  }
  return OkStatus();
}

Result<Picture> DecodePicture(std::span<const uint8_t> bytes) {
#if OCTET_SMALL_DECODERS
  using small::DecodeJpeg, small::DecodePng;
#endif
  if (HasMagic(bytes, 0, "\xff\xd8\xff")) return DecodeJpeg(bytes);
  if (HasMagic(bytes, 0, "\x89PNG\r\n\x1a\n")) return DecodePng(bytes);
  if (HasMagic(bytes, 0, "RIFF") && HasMagic(bytes, 8, "WEBP")) {
    return DecodeWebp(bytes);
  }
  if (HasMagic(bytes, 0, "BM")) return DecodeBmp(bytes);
  return InvalidArgument("is not a JPEG, PNG, WebP or BMP picture");
}

Result<Picture> DecodePicture(const std::string& path) {
  OCTET_ASSIGN_OR_RETURN(const std::vector<uint8_t> bytes, ReadFile(path));
  Result<Picture> picture = DecodePicture(std::span<const uint8_t>(bytes));
  if (!picture.ok()) return picture.status().WithContext(path);
  return picture;
}

}  // namespace octet
