// Portable softmax of rounding TFLITE: gemmlowp's exponential and reciprocal,
// once for each distance from the maximum instead of once for each value.

#include "kernels/scalar/scalar_kernels.h"
#include "kernels/scalar/tflite_rounding.h"
#include "kernels/tflite.h"

namespace octet::scalar {
namespace {

// Fixed-point numbers of 5, 0 and 12 integer bits.
using Exponent = gemmlowp::FixedPoint<int32_t, 5>;
using Fraction = gemmlowp::FixedPoint<int32_t, 0>;
constexpr int kSumIntegerBits = 12;

constexpr int kDistances = 256;

int LeadingZeros(uint32_t value) {
  int zeros = 0;
  for (; (value & 0x80000000u) == 0; value <<= 1) ++zeros;
  return zeros;
}

// e[d], and e[d] in the units of the sum, for the distances that count: returns
// how many there are.
int FillExponentials(const TfliteScale& scale, int32_t* exponentials,
                     int32_t* addends) {
  const int64_t farthest = (int64_t{31} << 26) >> scale.shift;
  int d = 0;
  for (; d < kDistances && d <= farthest; ++d) {
    const int32_t x = gemmlowp::SaturatingRoundingDoublingHighMul(
        ShiftLeftSaturating(-d, scale.shift), scale.multiplier);
    exponentials[d] =
        gemmlowp::exp_on_negative_values(Exponent::FromRaw(x)).raw();
    addends[d] =
        gemmlowp::RoundingDivideByPOT(exponentials[d], kSumIntegerBits);
  }
  return d;
}

// What each distance's exponential becomes in a row whose sum is `sum`.
class Quotient {
 public:
  explicit Quotient(int32_t sum) {
    const int zeros = LeadingZeros(static_cast<uint32_t>(sum));
    const uint32_t above_one =
        (static_cast<uint32_t>(sum) << zeros) - 0x80000000u;
    reciprocal_ = gemmlowp::one_over_one_plus_x_for_x_in_0_1(
                      Fraction::FromRaw(static_cast<int32_t>(above_one)))
                      .raw();
    right_shift_ = kSumIntegerBits - zeros + 31 - 8;
  }

  int32_t Of(int32_t exponential) const {
    if (right_shift_ > 31) return -128;  // less than half a step
    const int32_t steps = gemmlowp::RoundingDivideByPOT(
        gemmlowp::SaturatingRoundingDoublingHighMul(reciprocal_, exponential),
        right_shift_);
    return steps < 255 ? steps - 128 : 127;
  }

 private:
  int32_t reciprocal_;
  int right_shift_;
};

}  // namespace

void TfliteSoftmax(const TfliteSoftmaxArgs& args) {
  const uint8_t flip = FormMask(args.form) ^ 0x80;
  int32_t exponentials[kDistances], addends[kDistances];
  const int near = FillExponentials(args.scale, exponentials, addends);
  const uint8_t* input = static_cast<const uint8_t*>(args.input);
  uint8_t* output = static_cast<uint8_t*>(args.output);
  for (size_t row = 0; row < args.rows; ++row) {
    const int largest = MaxBiased(input, args.n, flip);
    int32_t sum = 0;
    for (size_t i = 0; i < args.n; ++i) {
      const int d = largest - (input[i] ^ flip);
      sum += d < near ? addends[d] : 0;
    }
    const Quotient quotient(sum);
    uint8_t result[kDistances];
    for (int d = 0; d < kDistances; ++d) {
      const int32_t q = d < near ? quotient.Of(exponentials[d]) : -128;
      result[d] = ToByte(q, args.form);
    }
    for (size_t i = 0; i < args.n; ++i) {
      output[i] = result[largest - (input[i] ^ flip)];
    }
    input += args.n;
    output += args.n;
  }
}

}  // namespace octet::scalar
