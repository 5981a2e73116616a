#include "engine/image/preprocess.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>

#include "engine/image/resize.h"

namespace octet {
namespace {

using schema::ColorOrder;
using schema::Resize;

std::string SizeText(int height, int width) {
  return std::to_string(width) + " x " + std::to_string(height) + " pixels";
}

Result<Picture> ResizeShorter(const Picture& picture, int shorter) {
  const int64_t size = shorter;
  // ResizePicture refuses what is too large, so the casts lose nothing that
  // matters beyond kMaxPicturePixels.
  const auto scaled = [&](int64_t longer, int64_t old_shorter) {
    return int(std::min(size * longer / old_shorter, kMaxPicturePixels + 1));
  };
  if (picture.height <= picture.width) {
    return ResizePicture(picture, shorter,
                         scaled(picture.width, picture.height));
  }
  return ResizePicture(picture, scaled(picture.height, picture.width), shorter);
}

Result<Picture> Fit(const Picture& picture, const PreprocessParams& params) {
  switch (params.resize) {
    case Resize::NONE:
      if (picture.height != params.height || picture.width != params.width) {
        return InvalidArgument("a picture of " +
                               SizeText(picture.height, picture.width) +
                               " where the network takes " +
                               SizeText(params.height, params.width) +
                               "; choose a way to resize it");
      }
      return picture;
    case Resize::STRETCH:
      return ResizePicture(picture, params.height, params.width);
    case Resize::SHORTER: {
      OCTET_ASSIGN_OR_RETURN(const Picture resized,
                             ResizeShorter(picture, params.resize_shorter));
      return CropCenter(resized, params.height, params.width);
    }
  }
  return InvalidArgument("unknown way to resize");
}

// 0.299, 0.587 and 0.114 times 2^16; their sum is 2^16, so that gray stays the
// same gray.
uint8_t Luma(const uint8_t* rgb) {
  return uint8_t(
      (19595u * rgb[0] + 38470u * rgb[1] + 7471u * rgb[2] + (1u << 15)) >> 16);
}

// values[p]: what pixel value p becomes.
using Table = std::array<float, 256>;

Table MakeTable(float mean, float deviation) {
  Table values;
  for (int pixel = 0; pixel < 256; ++pixel) {
    values[size_t(pixel)] = (float(pixel) - mean) / deviation;
  }
  return values;
}

std::vector<float> GrayValues(const Picture& picture, const Table& table) {
  const size_t num_pixels = size_t(picture.height) * size_t(picture.width);
  std::vector<float> values(num_pixels);
  for (size_t i = 0; i < num_pixels; ++i) {
    values[i] = table[picture.channels == 1 ? picture.pixels[i]
                                            : Luma(&picture.pixels[3 * i])];
  }
  return values;
}

std::vector<float> ColorValues(const Picture& picture,
                               const PreprocessParams& params) {
  const Table tables[3] = {MakeTable(params.mean[0], params.std[0]),
                           MakeTable(params.mean[1], params.std[1]),
                           MakeTable(params.mean[2], params.std[2])};
  // source[c]: the channel of the picture that becomes channel c.
  size_t source[3] = {0, 1, 2};
  if (params.color_order == ColorOrder::BGR) std::swap(source[0], source[2]);
  if (picture.channels == 1) source[0] = source[1] = source[2] = 0;
  const size_t num_pixels = size_t(picture.height) * size_t(picture.width);
  std::vector<float> values(3 * num_pixels);
  for (size_t i = 0; i < num_pixels; ++i) {
    const uint8_t* pixel = &picture.pixels[i * size_t(picture.channels)];
    for (size_t c = 0; c < 3; ++c) {
      values[3 * i + c] = tables[c][pixel[source[c]]];
    }
  }
  return values;
}

}  // namespace

Status CheckPreprocessParams(const PreprocessParams& params) {
  OCTET_RETURN_IF_ERROR(CheckPictureSize(params.height, params.width)
                            .WithContext("preprocessing"));
  if (params.resize == Resize::SHORTER &&
      params.resize_shorter < std::min(params.height, params.width)) {
    return InvalidArgument("preprocessing: a shorter side of " +
                           std::to_string(params.resize_shorter) +
                           " pixels is too small to crop " +
                           SizeText(params.height, params.width) + " from");
  }
  for (int c = 0; c < params.num_channels(); ++c) {
    if (!std::isfinite(params.mean[c]) || !std::isfinite(params.std[c]) ||
        params.std[c] == 0.0f) {
      return InvalidArgument("preprocessing: channel " + std::to_string(c) +
                             ": mean and std must be finite, std not 0");
    }
  }
  return OkStatus();
}

Result<std::vector<float>> Preprocess(const Picture& picture,
                                      const PreprocessParams& params) {
  OCTET_RETURN_IF_ERROR(CheckPreprocessParams(params));
  OCTET_ASSIGN_OR_RETURN(const Picture fitted, Fit(picture, params));
  if (fitted.channels != 1 && fitted.channels != 3) {
    return InvalidArgument("a picture of " + std::to_string(fitted.channels) +
                           " channels; 1 or 3 are supported");
  }
  if (params.color_order == ColorOrder::GRAY) {
    return GrayValues(fitted, MakeTable(params.mean[0], params.std[0]));
  }
  return ColorValues(fitted, params);
}

}  // namespace octet
