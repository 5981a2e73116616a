#include "engine/image/resize.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace octet {
namespace {

// 255 * 2^22 and a rounding of each weight stay inside int32.
constexpr int kWeightBits = 22;

// The pixels begin ... begin + count - 1 that one output is a mean of; their
// weights, times 2^kWeightBits, begin at weights[first_weight].
struct Span {
  int begin;
  int count;
  size_t first_weight;
};

struct Filter {
  std::vector<Span> spans;  // one an output
  std::vector<int32_t> weights;
};

Filter MakeFilter(int old_size, int new_size) {
  const double ratio = double(old_size) / double(new_size);
  const double support = std::max(ratio, 1.0);
  Filter filter;
  filter.spans.reserve(size_t(new_size));
  std::vector<double> exact;
  for (int o = 0; o < new_size; ++o) {
    const double center = (o + 0.5) * ratio;
    // Pixels whose centre may lie within `support`; the outermost can get
    // weight 0.
    const int begin = int(std::max(0.0, center - support + 0.5));
    const int end = int(std::min(double(old_size), center + support + 0.5));
    exact.clear();
    double sum = 0.0;
    for (int i = begin; i < end; ++i) {
      exact.push_back(
          std::max(0.0, 1.0 - std::fabs(i + 0.5 - center) / support));
      sum += exact.back();
    }
    filter.spans.push_back({begin, end - begin, filter.weights.size()});
    for (double weight : exact) {
      filter.weights.push_back(
          int32_t(weight / sum * double(1 << kWeightBits) + 0.5));
    }
  }
  return filter;
}

uint8_t RoundToPixel(int32_t accumulator) {
  const int32_t rounded =
      (accumulator + (1 << (kWeightBits - 1))) >> kWeightBits;
  return uint8_t(std::min(rounded, 255));
}

template <int kChannels>
void ResizeRow(const uint8_t* row, const Filter& filter, uint8_t* out) {
  for (const Span& span : filter.spans) {
    const uint8_t* pixel = row + size_t(span.begin) * kChannels;
    const int32_t* weights = filter.weights.data() + span.first_weight;
    int32_t accumulators[kChannels] = {};
    for (int i = 0; i < span.count; ++i, pixel += kChannels) {
      for (int c = 0; c < kChannels; ++c) {
        accumulators[c] += weights[i] * pixel[c];
      }
    }
    for (int c = 0; c < kChannels; ++c) *out++ = RoundToPixel(accumulators[c]);
  }
}

Picture ResizeWidth(const Picture& picture, int width) {
  const Filter filter = MakeFilter(picture.width, width);
  Picture out{picture.height, width, picture.channels, {}};
  const size_t old_stride = size_t(picture.width) * size_t(picture.channels);
  const size_t stride = size_t(width) * size_t(picture.channels);
  out.pixels.resize(stride * size_t(picture.height));
  for (size_t y = 0; y < size_t(picture.height); ++y) {
    const uint8_t* row = picture.pixels.data() + y * old_stride;
    uint8_t* out_row = out.pixels.data() + y * stride;
    if (picture.channels == 3) {
      ResizeRow<3>(row, filter, out_row);
    } else {
      ResizeRow<1>(row, filter, out_row);
    }
  }
  return out;
}

Picture ResizeHeight(const Picture& picture, int height) {
  const Filter filter = MakeFilter(picture.height, height);
  Picture out{height, picture.width, picture.channels, {}};
  const size_t stride = size_t(picture.width) * size_t(picture.channels);
  out.pixels.resize(stride * size_t(height));
  std::vector<int32_t> accumulators(stride);
  uint8_t* out_row = out.pixels.data();
  for (const Span& span : filter.spans) {
    std::fill(accumulators.begin(), accumulators.end(), 0);
    for (int i = 0; i < span.count; ++i) {
      const uint8_t* row =
          picture.pixels.data() + size_t(span.begin + i) * stride;
      const int32_t weight = filter.weights[span.first_weight + size_t(i)];
      for (size_t x = 0; x < stride; ++x) accumulators[x] += weight * row[x];
    }
    for (size_t x = 0; x < stride; ++x) {
      out_row[x] = RoundToPixel(accumulators[x]);
    }
    out_row += stride;
  }
  return out;
}

}  // namespace

Result<Picture> ResizePicture(const Picture& picture, int height, int width) {
  OCTET_RETURN_IF_ERROR(CheckPicture(picture));
  OCTET_RETURN_IF_ERROR(CheckPictureSize(height, width));
  // The picture between the two steps.
  OCTET_RETURN_IF_ERROR(CheckPictureSize(picture.height, width));
  Picture out = width == picture.width ? picture : ResizeWidth(picture, width);
  if (height != picture.height) out = ResizeHeight(out, height);
  return out;
}

Result<Picture> CropCenter(const Picture& picture, int height, int width) {
  OCTET_RETURN_IF_ERROR(CheckPicture(picture));
  OCTET_RETURN_IF_ERROR(CheckPictureSize(height, width));
  if (picture.height < height || picture.width < width) {
    return InvalidArgument(
        "a picture of " + std::to_string(picture.width) + " x " +
        std::to_string(picture.height) + " pixels is too small to crop " +
        std::to_string(width) + " x " + std::to_string(height) +
        " from; resize the shorter side to more");
  }
  const size_t channels = size_t(picture.channels);
  const size_t top = size_t(picture.height - height) / 2;
  const size_t left = size_t(picture.width - width) / 2;
  const size_t stride = size_t(width) * channels;
  Picture out{height, width, picture.channels, {}};
  out.pixels.resize(stride * size_t(height));
  for (size_t y = 0; y < size_t(height); ++y) {
    std::memcpy(out.pixels.data() + y * stride,
                picture.pixels.data() +
                    ((top + y) * size_t(picture.width) + left) * channels,
                stride);
  }
  return out;
}

}  // namespace octet
