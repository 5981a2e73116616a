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

std::string SizeText(int height, int width) {
  return std::to_string(width) + " x " + std::to_string(height) + " pixels";
}

struct Size {
  int height, width;
};

// What is too large for an int is too large for ResizePicture, which says so.
int Scaled(int64_t side, int64_t to, int64_t from) {
  return int(std::min(side * to / from, kMaxPicturePixels + 1));
}

// The size of a picture of `size` after kShorter.
Size SizeWithShorter(Size size, int shorter) {
  if (size.height <= size.width) {
    return {shorter, Scaled(size.width, shorter, size.height)};
  }
  return {Scaled(size.height, shorter, size.width), shorter};
}

// The size of a picture of `size` after kFit.
Size SizeInside(Size size, Size box) {
  if (int64_t{size.height} * box.width >= int64_t{size.width} * box.height) {
    return {box.height,
            std::max(1, Scaled(size.width, box.height, size.height))};
  }
  return {std::max(1, Scaled(size.height, box.width, size.width)), box.width};
}

// Where a picture of size `inner` begins in `outer`.
Size MarginsOf(Size inner, Size outer, bool centered) {
  if (!centered) return {0, 0};
  return {(outer.height - inner.height) / 2, (outer.width - inner.width) / 2};
}

// A picture of height x width with `inner` in it, and `info`'s fill around it.
Picture Surround(const Picture& inner, const PreprocessingInfo& info) {
  Picture outer{info.height, info.width, inner.channels, {}};
  const size_t channels = size_t(inner.channels);
  outer.pixels.assign(size_t(info.height) * size_t(info.width) * channels,
                      info.fill);
  const Size margins = MarginsOf({inner.height, inner.width},
                                 {info.height, info.width}, info.centered);
  const size_t row = size_t(inner.width) * channels;
  for (int y = 0; y < inner.height; ++y) {
    const size_t to =
        size_t(margins.height + y) * size_t(info.width) + size_t(margins.width);
    std::copy_n(&inner.pixels[size_t(y) * row], row,
                &outer.pixels[to * channels]);
  }
  return outer;
}

Result<Picture> Fit(const Picture& picture, const PreprocessingInfo& info) {
  switch (info.resize) {
    case ResizeMode::kNone:
      if (picture.height != info.height || picture.width != info.width) {
        return InvalidArgument(
            "a picture of " + SizeText(picture.height, picture.width) +
            " where the network takes " + SizeText(info.height, info.width) +
            "; choose a way to resize it");
      }
      return picture;
    case ResizeMode::kStretch:
      return ResizePicture(picture, info.height, info.width);
    case ResizeMode::kShorter: {
      const Size size =
          SizeWithShorter({picture.height, picture.width}, info.resize_shorter);
      OCTET_ASSIGN_OR_RETURN(const Picture resized,
                             ResizePicture(picture, size.height, size.width));
      return CropCenter(resized, info.height, info.width);
    }
    case ResizeMode::kFit: {
      const Size size = SizeInside({picture.height, picture.width},
                                   {info.height, info.width});
      OCTET_ASSIGN_OR_RETURN(const Picture resized,
                             ResizePicture(picture, size.height, size.width));
      return Surround(resized, info);
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

// The value of channel c in a list of one a channel, one for all, or none.
float ChannelValue(const std::vector<float>& values, size_t c, float if_empty) {
  if (values.empty()) return if_empty;
  return values.size() == 1 ? values[0] : values[c];
}

Table MakeTable(const PreprocessingInfo& info, size_t c) {
  const float mean = ChannelValue(info.mean, c, 0.0f);
  const float deviation = ChannelValue(info.std, c, 1.0f);
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
                               const PreprocessingInfo& info) {
  const Table tables[3] = {MakeTable(info, 0), MakeTable(info, 1),
                           MakeTable(info, 2)};
  // source[c]: the channel of the picture that becomes channel c.
  size_t source[3] = {0, 1, 2};
  if (info.color_order == ColorOrder::kBgr) std::swap(source[0], source[2]);
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

Status CheckChannelValues(const std::string& name,
                          const std::vector<float>& values, size_t channels) {
  if (values.size() > 1 && values.size() != channels) {
    return InvalidArgument("preprocessing: " + std::to_string(values.size()) +
                           " values of " + name + " for " +
                           std::to_string(channels) +
                           " channels; give one a channel or one for all");
  }
  for (float value : values) {
    if (!std::isfinite(value)) {
      return InvalidArgument("preprocessing: " + name + " is not finite");
    }
  }
  return OkStatus();
}

}  // namespace

int NumChannels(ColorOrder color_order) {
  return color_order == ColorOrder::kGray ? 1 : 3;
}

Status CheckPreprocessing(const PreprocessingInfo& info) {
  OCTET_RETURN_IF_ERROR(
      CheckPictureSize(info.height, info.width).WithContext("preprocessing"));
  if (info.resize == ResizeMode::kShorter &&
      info.resize_shorter < std::min(info.height, info.width)) {
    return InvalidArgument("preprocessing: a shorter side of " +
                           std::to_string(info.resize_shorter) +
                           " pixels is too small to crop " +
                           SizeText(info.height, info.width) + " from");
  }
  const size_t channels = size_t(NumChannels(info.color_order));
  OCTET_RETURN_IF_ERROR(CheckChannelValues("mean", info.mean, channels));
  OCTET_RETURN_IF_ERROR(CheckChannelValues("std", info.std, channels));
  for (float deviation : info.std) {
    if (deviation == 0.0f) return InvalidArgument("preprocessing: std is 0");
  }
  return OkStatus();
}

Result<std::vector<float>> Preprocess(const Picture& picture,
                                      const PreprocessingInfo& info) {
  OCTET_RETURN_IF_ERROR(CheckPreprocessing(info));
  OCTET_RETURN_IF_ERROR(CheckPicture(picture));
  OCTET_ASSIGN_OR_RETURN(const Picture fitted, Fit(picture, info));
  if (info.color_order == ColorOrder::kGray) {
    return GrayValues(fitted, MakeTable(info, 0));
  }
  return ColorValues(fitted, info);
}

Placement PlacementOf(int height, int width, const PreprocessingInfo& info) {
  const Size input{info.height, info.width};
  Size resized = input;  // the whole picture, in pixels of the input
  Size begin{0, 0};      // where it begins there; below 0 where it is cropped
  if (info.resize == ResizeMode::kShorter) {
    resized = SizeWithShorter({height, width}, info.resize_shorter);
    begin = {-((resized.height - input.height) / 2),
             -((resized.width - input.width) / 2)};
  } else if (info.resize == ResizeMode::kFit) {
    resized = SizeInside({height, width}, input);
    begin = MarginsOf(resized, input, info.centered);
  }
  Placement placement;
  placement.scale_x = double(width) / resized.width;
  placement.scale_y = double(height) / resized.height;
  placement.left = -begin.width * placement.scale_x;
  placement.top = -begin.height * placement.scale_y;
  return placement;
}

}  // namespace octet
