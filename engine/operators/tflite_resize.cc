// Resize with rounding TFLITE: the height and width of a picture.

#include <algorithm>
#include <cmath>

#include "engine/operators/operators.h"
#include "engine/operators/split.h"
#include "engine/operators/tflite_checks.h"
#include "schema/shape_inference.h"

namespace octet {
namespace {

constexpr int64_t kOne = 1 << 10;  // a weight of 1, in integers
// Of an integer output: two weights' bits.
constexpr int kShift = 20;
// Keeps i * s, with s up to 2^10 * n, within int64 and w within int32.
constexpr int32_t kMaxSize = 1 << 20;

// The two values that an output lies between.
struct Taps {
  int32_t lower;
  int32_t upper;
  // Of the upper one, in 2^-10 or, in single precision, as it is.
  int32_t weight;
  float float_weight;
};

using Coordinates = schema::ResizeCoordinates;

Taps IntegerTaps(int64_t i, int64_t n, int64_t m, Coordinates coordinates) {
  int64_t scale = (kOne * n + m / 2) / m;
  if (coordinates == Coordinates::ALIGN_CORNERS && m > 1) {
    scale = (kOne * (n - 1) + (m - 1) / 2) / (m - 1);
  }
  int64_t position = i * scale;
  if (coordinates == Coordinates::HALF_PIXEL) position += scale / 2 - kOne / 2;
  const int64_t lower = std::clamp<int64_t>(position / kOne, 0, n - 1);
  const int64_t upper = std::min((position + kOne - 1) / kOne, n - 1);
  return {static_cast<int32_t>(lower), static_cast<int32_t>(upper),
          static_cast<int32_t>(position - kOne * lower), 0.0f};
}

Taps FloatTaps(int32_t i, int32_t n, int32_t m, Coordinates coordinates) {
  float scale = static_cast<float>(n) / static_cast<float>(m);
  if (coordinates == Coordinates::ALIGN_CORNERS && m > 1) {
    scale = static_cast<float>(n - 1) / static_cast<float>(m - 1);
  }
  float position = static_cast<float>(i) * scale;
  if (coordinates == Coordinates::HALF_PIXEL) {
    position = (static_cast<float>(i) + 0.5f) * scale - 0.5f;
  }
  const int32_t lower =
      std::clamp(static_cast<int32_t>(std::floor(position)), 0, n - 1);
  const int32_t upper =
      std::min(static_cast<int32_t>(std::ceil(position)), n - 1);
  return {lower, upper, 0, position - static_cast<float>(lower)};
}

class TfliteResize : public Operator {
 public:
  TfliteResize(const PrepareContext& context, const Node& node,
               const schema::Resize& options)
      : input_(node.inputs[0]),
        output_(node.output),
        in_(context.network.input(node, 0).shape),
        out_(context.network.output(node).shape),
        coordinates_(options.coordinates()),
        in_floats_(options.halves_up()),
        mask_(FormMask(context.kernels.form)) {
    plan_.kernel = "tflite resize";
    plan_.packed_bytes =
        static_cast<uint64_t>(int64_t{out_[1]} + out_[2]) * sizeof(Taps);
    plan_.num_parts = NumParts(context, out_.NumElements() * kWorkPerOutput,
                               int64_t{out_[0]} * out_[1]);
  }

  void Pack(uint8_t* memory) override {
    Taps* taps = reinterpret_cast<Taps*>(memory);
    rows_ = taps;
    columns_ = taps + out_[1];
    for (int axis = 1; axis <= 2; ++axis) {
      for (int32_t i = 0; i < out_[axis]; ++i) {
        *taps++ = in_floats_
                      ? FloatTaps(i, in_[axis], out_[axis], coordinates_)
                      : IntegerTaps(i, in_[axis], out_[axis], coordinates_);
      }
    }
  }

  void Run(const RunContext& context, int part) const override {
    const Range rows =
        PartOf(int64_t{out_[0]} * out_[1], part, plan_.num_parts);
    const int64_t channels = out_[3];
    const int64_t stride = in_[2] * channels;
    for (int64_t row = rows.begin; row < rows.end; ++row) {
      const Taps& y = rows_[row % out_[1]];
      const uint8_t* picture =
          context.tensors[input_] + row / out_[1] * in_[1] * stride;
      RunRow(picture + y.lower * stride, picture + y.upper * stride, y,
             context.tensors[output_] + row * out_[2] * channels);
    }
  }

 private:
  void RunRow(const uint8_t* lower, const uint8_t* upper, const Taps& y,
              uint8_t* output) const {
    const int64_t channels = out_[3];
    for (int32_t i = 0; i < out_[2]; ++i) {
      const Taps& x = columns_[i];
      // y x: lower lower, upper lower, lower upper, upper upper.
      const uint8_t* inputs[4] = {
          lower + x.lower * channels, upper + x.lower * channels,
          lower + x.upper * channels, upper + x.upper * channels};
      for (int64_t c = 0; c < channels; ++c) {
        const int32_t q = in_floats_ ? FloatSum(inputs, c, y, x)
                                     : IntegerSum(inputs, c, y, x);
        *output++ = static_cast<uint8_t>(static_cast<uint8_t>(q) ^ mask_);
      }
    }
  }

  int32_t ReadQ(const uint8_t* at) const {
    return static_cast<int8_t>(*at ^ mask_);
  }

  int32_t IntegerSum(const uint8_t* const* inputs, int64_t c, const Taps& y,
                     const Taps& x) const {
    const int64_t one = kOne;
    const int64_t sum =
        ReadQ(inputs[0] + c) * (one - y.weight) * (one - x.weight) +
        ReadQ(inputs[1] + c) * int64_t{y.weight} * (one - x.weight) +
        ReadQ(inputs[2] + c) * (one - y.weight) * x.weight +
        ReadQ(inputs[3] + c) * int64_t{y.weight} * x.weight;
    const int64_t half = int64_t{1} << (kShift - 1);
    return static_cast<int32_t>((sum > 0 ? sum + half : sum - half) /
                                (int64_t{1} << kShift));
  }

  int32_t FloatSum(const uint8_t* const* inputs, int64_t c, const Taps& y,
                   const Taps& x) const {
    const auto value = [&](int i) {
      return static_cast<float>(ReadQ(inputs[i] + c) + 128);
    };
    const float sum = value(0) * (1 - y.float_weight) * (1 - x.float_weight) +
                      value(1) * y.float_weight * (1 - x.float_weight) +
                      value(2) * (1 - y.float_weight) * x.float_weight +
                      value(3) * y.float_weight * x.float_weight + 0.5f;
    return std::clamp(static_cast<int32_t>(sum), 0, 255) - 128;
  }

  int input_, output_;
  Shape in_, out_;
  Coordinates coordinates_;
  bool in_floats_;
  uint8_t mask_;
  const Taps* rows_ = nullptr;
  const Taps* columns_ = nullptr;
};

}  // namespace

Status CheckTfliteResize(const Network& network, const Node& node) {
  const auto& options = node.options<schema::Resize>();
  const Tensor& input = network.input(node, 0);
  const Shape& in = input.shape;
  const Shape& out = network.output(node).shape;
  const Coordinates coordinates = options.coordinates();
  const bool known = coordinates == Coordinates::HALF_PIXEL ||
                     coordinates == Coordinates::ALIGN_CORNERS ||
                     coordinates == Coordinates::ASYMMETRIC;
  if (input.is_float() || options.mode() != schema::ResizeMode::LINEAR ||
      !known || in.rank != 4 || in[0] != out[0] || in[3] != out[3]) {
    return InvalidModel(
        "rounding TFLITE resizes height and width of INT8 {n, h, w, c}, "
        "LINEAR, with coordinates HALF_PIXEL, ALIGN_CORNERS or ASYMMETRIC");
  }
  for (const Shape& shape : {in, out}) {
    if (shape[1] > kMaxSize || shape[2] > kMaxSize) {
      return InvalidModel("the picture " + shape.ToString() +
                          " is larger than 2^20");
    }
  }
  return OkStatus();
}

OperatorPointer MakeTfliteResize(const PrepareContext& context,
                                 const Node& node) {
  return std::make_unique<TfliteResize>(context, node,
                                        node.options<schema::Resize>());
}

}  // namespace octet
