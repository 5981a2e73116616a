#include "converter/explain/picture_png.h"

#include <png.h>

#include <algorithm>
#include <cmath>

namespace octet::converter {
namespace {

constexpr int64_t kMostPixels = 512;  // of a side of a picture of numbers

// 8 bits a channel, row after row.
struct Pixels {
  uint32_t height = 0;
  uint32_t width = 0;
  uint32_t channels = 1;
  std::vector<uint8_t> bytes;
};

uint8_t ToByte(double value) {
  return static_cast<uint8_t>(std::clamp(std::round(value), 0.0, 255.0));
}

bool IsPicture(const Shape& shape) {
  return shape.rank == 4 && shape[0] == 1 && (shape[3] == 1 || shape[3] == 3);
}

float EntryOf(const std::vector<float>& values, size_t channel,
              float otherwise) {
  if (values.empty()) return otherwise;
  return values[values.size() == 1 ? 0 : channel];
}

Pixels UndoPreprocessing(std::span<const float> values, const Shape& shape,
                         const PreprocessingInfo& info) {
  Pixels pixels{uint32_t(shape[1]), uint32_t(shape[2]), uint32_t(shape[3]), {}};
  pixels.bytes.resize(values.size());
  const bool swapped = shape[3] == 3 && info.color_order == ColorOrder::kBgr;
  for (size_t i = 0; i < values.size(); ++i) {
    const size_t channel = i % pixels.channels;
    const size_t to = swapped ? i - channel + (2 - channel) : i;
    pixels.bytes[to] =
        ToByte(double{values[i]} * EntryOf(info.std, channel, 1.0f) +
               EntryOf(info.mean, channel, 0.0f));
  }
  return pixels;
}

Pixels PictureOfNumbers(std::span<const float> values, const Shape& shape) {
  int64_t height = 1;
  if (shape.rank > 2) height = shape[1];
  if (shape.rank == 2) height = shape[0];
  int64_t width = int64_t(values.size()) / height;
  if (shape.rank > 2) width /= shape[0];
  const auto [min, max] = std::minmax_element(values.begin(), values.end());
  const double range = *max > *min ? double{*max} - *min : 1.0;
  Pixels pixels{uint32_t(std::min(height, kMostPixels)),
                uint32_t(std::min(width, kMostPixels)),
                1,
                {}};
  for (int64_t y = 0; y < int64_t{pixels.height}; ++y) {
    for (int64_t x = 0; x < int64_t{pixels.width}; ++x) {
      const double value = values[size_t(y * width + x)];
      pixels.bytes.push_back(ToByte(255.0 * (value - *min) / range));
    }
  }
  return pixels;
}

}  // namespace

Result<std::vector<uint8_t>> EncodeInput(std::span<const float> values,
                                         const Shape& shape,
                                         const PreprocessingInfo* info) {
  const Pixels pixels = info != nullptr && IsPicture(shape)
                            ? UndoPreprocessing(values, shape, *info)
                            : PictureOfNumbers(values, shape);
  png_image image = {};
  image.version = PNG_IMAGE_VERSION;
  image.width = pixels.width;
  image.height = pixels.height;
  image.format = pixels.channels == 3 ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  std::vector<uint8_t> png(size);
  if (!png_image_write_to_memory(&image, png.data(), &size,
                                 /*convert_to_8_bit=*/0, pixels.bytes.data(),
                                 /*row_stride=*/0, /*colormap=*/nullptr)) {
    return InternalError(std::string("libpng: ") + image.message);
  }
  png.resize(size);
  return png;
}

std::string PngDataUri(std::span<const uint8_t> png) {
  constexpr char kDigits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text = "data:image/png;base64,";
  for (size_t i = 0; i < png.size(); i += 3) {
    const size_t count = std::min<size_t>(3, png.size() - i);
    uint32_t group = 0;
    for (size_t j = 0; j < 3; ++j) {
      group = group << 8 | (j < count ? png[i + j] : 0u);
    }
    for (size_t j = 0; j < 4; ++j) {
      text += j <= count ? kDigits[group >> (18 - 6 * j) & 63] : '=';
    }
  }
  return text;
}

}  // namespace octet::converter
