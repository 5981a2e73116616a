// One decoder a format, for picture.cc. Each is given a whole file and returns
// 3 channels; see DecodePicture for what all have in common.

#ifndef OCTET_ENGINE_IMAGE_DECODERS_H_
#define OCTET_ENGINE_IMAGE_DECODERS_H_

#include <cstdint>
#include <span>

#include "engine/image/picture.h"
#include "octet/status.h"

namespace octet {

// Uncompressed, 24 or 32 bits a pixel (blue, green, red) or 1, 4 or 8 bits
// with a palette.
Result<Picture> DecodeBmp(std::span<const uint8_t> bytes);

// With libjpeg's default (exact integer) inverse transform and smooth chroma
// upsampling, the settings that Pillow and torchvision use.
Result<Picture> DecodeJpeg(std::span<const uint8_t> bytes);

Result<Picture> DecodePng(std::span<const uint8_t> bytes);

Result<Picture> DecodeWebp(std::span<const uint8_t> bytes);

// The same for a command that has to be small: decode_small.cc.
namespace small {
Result<Picture> DecodeJpeg(std::span<const uint8_t> bytes);
Result<Picture> DecodePng(std::span<const uint8_t> bytes);
}  // namespace small

}  // namespace octet

#endif  // OCTET_ENGINE_IMAGE_DECODERS_H_
