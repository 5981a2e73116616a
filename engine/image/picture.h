// Picture: decoded pixels, and how they come out of JPEG, PNG, WebP and BMP.

#ifndef OCTET_ENGINE_IMAGE_PICTURE_H_
#define OCTET_ENGINE_IMAGE_PICTURE_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "octet/status.h"

namespace octet {

// 8-bit pixels, HWC: row after row from the top, the channels of a pixel side
// by side (red, green, blue; or one gray channel).
// pixels.size() == height * width * channels.
struct Picture {
  int height = 0;
  int width = 0;
  int channels = 0;
  std::vector<uint8_t> pixels;
};

// The largest picture that is decoded or made: its pixels take 400 MB, so that
// the few bytes of a hostile header cannot exhaust memory.
inline constexpr int64_t kMaxPicturePixels = int64_t{1} << 27;

// OK if both are at least 1 and their product at most kMaxPicturePixels.
Status CheckPictureSize(int64_t height, int64_t width);

// OK if the size is, channels is 1 or 3, and the pixels are all there.
Status CheckPicture(const Picture& picture);

// Decodes a JPEG, PNG, WebP or BMP; the first bytes tell which. The result has
// 3 channels, red first: gray becomes three equal channels, alpha is dropped,
// 16 bits a channel become the upper 8. Orientation tags (EXIF) and colour
// profiles are not applied, as training pipelines do not.
//
// A file that is cut short or damaged is refused, never shown in part.
// kUnsupported: valid, but of a kind that is not decoded (CMYK, animation), or
// WebP in a build without libwebp.
Result<Picture> DecodePicture(std::span<const uint8_t> bytes);

// The same from a file; every error names the path.
Result<Picture> DecodePicture(const std::string& path);

}  // namespace octet

#endif  // OCTET_ENGINE_IMAGE_PICTURE_H_
