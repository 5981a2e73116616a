#include "tests/reference/tflite_pictures.h"

#include <algorithm>
#include <cmath>

#include "tests/reference/tflite.h"

namespace octet::reference {
namespace {

// Where an output lies between two inputs of `n`, and the share of the upper
// one: in 2^-10 in the format's integers, or in single precision.
struct Between {
  int64_t lower, upper, share;
  float real_share;
};

Between IntegerBetween(int64_t i, int64_t n, int64_t m, bool align_corners,
                       bool half_pixel) {
  int64_t step = (1024 * n + m / 2) / m;
  if (align_corners && m > 1) {
    step = (1024 * (n - 1) + (m - 1) / 2) / (m - 1);
  }
  const int64_t at = i * step + (half_pixel ? step / 2 - 512 : 0);
  const int64_t lower = Limit(at / 1024, 0, n - 1);
  return {lower, std::min((at + 1023) / 1024, n - 1), at - 1024 * lower, 0.0f};
}

Between RealBetween(int64_t i, int64_t n, int64_t m, bool align_corners,
                    bool half_pixel) {
  float step = static_cast<float>(n) / static_cast<float>(m);
  if (align_corners && m > 1) {
    step = static_cast<float>(n - 1) / static_cast<float>(m - 1);
  }
  float at = static_cast<float>(i) * step;
  if (half_pixel) at = (static_cast<float>(i) + 0.5f) * step - 0.5f;
  const int64_t lower = Limit(static_cast<int64_t>(std::floor(at)), 0, n - 1);
  const int64_t upper =
      std::min<int64_t>(static_cast<int64_t>(std::ceil(at)), n - 1);
  return {lower, upper, 0, at - static_cast<float>(lower)};
}

}  // namespace

// int8 in integers, uint8 in single precision.
StoredValues ResizeTfliteBilinear(const Stored& in, const Stored& out,
                                  bool align_corners, bool half_pixel) {
  const bool in_integers = out.low < 0;  // int8
  const auto between = in_integers ? IntegerBetween : RealBetween;
  StoredValues values;
  for (int64_t i = 0; i < out.size(); ++i) {
    const int64_t c = i % out.shape[3];
    const int64_t column = i / out.shape[3] % out.shape[2];
    const int64_t row = i / out.shape[3] / out.shape[2] % out.shape[1];
    const int64_t n = i / out.shape[3] / out.shape[2] / out.shape[1];
    const Between y =
        between(row, in.shape[1], out.shape[1], align_corners, half_pixel);
    const Between x =
        between(column, in.shape[2], out.shape[2], align_corners, half_pixel);
    const int64_t ll = in.values[in.Index(n, y.lower, x.lower, c)];
    const int64_t ul = in.values[in.Index(n, y.upper, x.lower, c)];
    const int64_t lu = in.values[in.Index(n, y.lower, x.upper, c)];
    const int64_t uu = in.values[in.Index(n, y.upper, x.upper, c)];
    if (in_integers) {
      const int64_t sum = ll * (1024 - y.share) * (1024 - x.share) +
                          ul * y.share * (1024 - x.share) +
                          lu * (1024 - y.share) * x.share +
                          uu * y.share * x.share;
      values.push_back(TfliteRight(sum, 20));
    } else {
      const float v = y.real_share;
      const float h = x.real_share;
      const float sum = static_cast<float>(ll) * (1 - v) * (1 - h) +
                        static_cast<float>(ul) * v * (1 - h) +
                        static_cast<float>(lu) * (1 - v) * h +
                        static_cast<float>(uu) * v * h;
      values.push_back(static_cast<int64_t>(sum + 0.5f));
    }
  }
  return values;
}

StoredValues ResizeTfliteNearest(const Stored& in, const Stored& out,
                                 bool align_corners, bool half_pixel) {
  const auto nearest = [&](int64_t i, int64_t n, int64_t m) {
    const float step =
        align_corners && m > 1
            ? static_cast<float>(n - 1) / static_cast<float>(m - 1)
            : static_cast<float>(n) / static_cast<float>(m);
    const float offset = half_pixel ? 0.5f : 0.0f;
    const float at = (static_cast<float>(i) + offset) * step;
    return std::min<int64_t>(
        static_cast<int64_t>(align_corners ? std::round(at) : std::floor(at)),
        n - 1);
  };
  StoredValues values;
  for (int64_t i = 0; i < out.size(); ++i) {
    const int64_t x = i / out.shape[3] % out.shape[2];
    const int64_t y = i / out.shape[3] / out.shape[2] % out.shape[1];
    const int64_t n = i / out.shape[3] / out.shape[2] / out.shape[1];
    values.push_back(in.values[in.Index(
        n, nearest(y, in.shape[1], out.shape[1]),
        nearest(x, in.shape[2], out.shape[2]), i % out.shape[3])]);
  }
  return values;
}

StoredValues TfliteArgMax(const Stored& in, const Stored& out, int64_t axis) {
  const int64_t rank = static_cast<int64_t>(in.shape.size());
  const size_t at = size_t(axis < 0 ? axis + rank : axis);
  int64_t inner = 1;
  for (size_t i = at + 1; i < in.shape.size(); ++i) inner *= in.shape[i];
  StoredValues values;
  for (int64_t i = 0; i < out.size(); ++i) {
    const int64_t first = i / inner * in.shape[at] * inner + i % inner;
    int64_t best = 0;
    for (int64_t j = 1; j < in.shape[at]; ++j) {
      if (in.values[size_t(first + j * inner)] >
          in.values[size_t(first + best * inner)]) {
        best = j;
      }
    }
    values.push_back(best);
  }
  return values;
}

// With the zero point.
StoredValues PadTflite(const Stored& in, const Stored& pads,
                       const Stored& out) {
  StoredValues values;
  for (int64_t i = 0; i < out.size(); ++i) {
    int64_t rest = i;
    int64_t from = 0;
    int64_t stride = 1;
    bool inside = true;
    for (size_t axis = out.shape.size(); axis-- > 0;) {
      const int64_t position = rest % out.shape[axis] - pads.values[2 * axis];
      rest /= out.shape[axis];
      inside = inside && position >= 0 && position < in.shape[axis];
      from += position * stride;
      stride *= in.shape[axis];
    }
    values.push_back(inside ? in.values[size_t(from)] : out.zero_point);
  }
  return values;
}

}  // namespace octet::reference
