#include <span>

#include "engine/image/decoders.h"

#if OCTET_HAVE_WEBP
#include <webp/decode.h>
#endif

namespace octet {

#if OCTET_HAVE_WEBP

Result<Picture> DecodeWebp(std::span<const uint8_t> bytes) {
  WebPBitstreamFeatures features;
  if (WebPGetFeatures(bytes.data(), bytes.size(), &features) != VP8_STATUS_OK) {
    return InvalidArgument("damaged WebP: its header cannot be read");
  }
  if (features.has_animation != 0) {
    return Unsupported("animated WebP; extract one picture from it");
  }
  OCTET_RETURN_IF_ERROR(CheckPictureSize(features.height, features.width));
  Picture picture{features.height, features.width, 3, {}};
  const size_t stride = size_t{3} * size_t(picture.width);
  picture.pixels.resize(stride * size_t(picture.height));
  if (WebPDecodeRGBInto(bytes.data(), bytes.size(), picture.pixels.data(),
                        picture.pixels.size(), int(stride)) == nullptr) {
    return InvalidArgument("damaged WebP: the file is cut short or broken");
  }
  return picture;
}

#else

Result<Picture> DecodeWebp(std::span<const uint8_t>) {
  return Unsupported(
      "WebP, and this program was built without libwebp; convert the picture "
      "to PNG, or build with libwebp-dev (the static octet is without)");
}

#endif

}  // namespace octet
