#include "converter/tflite/value_tables.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "converter/tflite/tflite_scales.h"

namespace octet::converter {
namespace {

// The table of compute(q) + zero_point, saturated.
template <typename Compute>
schema::LookupT Tabulate(int32_t zero_point, Compute compute) {
  schema::LookupT table;
  for (int q = -128; q < 128; ++q) {
    const int64_t result = int64_t{compute(q)} + zero_point;
    table.values.push_back(
        static_cast<int8_t>(std::clamp<int64_t>(result, -128, 127)));
  }
  return table;
}

// A count of steps that may lie far outside int8.
int32_t ToSteps(double rounded) {
  return static_cast<int32_t>(std::clamp(rounded, -1024.0, 1024.0));
}

int32_t Saturate16(int64_t value) {
  return static_cast<int32_t>(std::clamp<int64_t>(value, INT16_MIN, INT16_MAX));
}

// The product of two numbers of 15 fraction bits: to nearest, halves up.
int32_t High16(int32_t a, int32_t b) {
  return Saturate16((int64_t{a} * b + (1 << 14)) >> 15);
}

// factor = multiplier * 2^(exponent - 15), multiplier of 16 bits.
struct Factor16 {
  int32_t multiplier = 0;
  int exponent = 0;
};

Result<Factor16> MakeFactor16(float factor) {
  schema::TfliteRequantizationT scale;
  OCTET_RETURN_IF_ERROR(AppendTfliteScale(double{factor}, scale));
  const int64_t rounded = (int64_t{scale.multiplier[0]} + (1 << 15)) >> 16;
  return Factor16{Saturate16(rounded), scale.shift[0]};
}

// x of 7 fraction bits -> min(max(x / 3, -1), 1) of 15, by `factor`, whose last
// doubling is done behind the product, where it may saturate.
int32_t ThirdOf(int32_t x, const Factor16& factor) {
  if (factor.exponent > 0) {
    x = Saturate16(int64_t{x} << (factor.exponent - 1));
  }
  x = High16(x, factor.multiplier);
  if (factor.exponent > 0) x = Saturate16(int64_t{x} * 2);
  if (factor.exponent < 0) x = RoundingShift(x, -factor.exponent);
  return x;
}

}  // namespace

schema::LookupT RescalingTable(const StoredAs& from, const StoredAs& to) {
  // The formula rounds values as the file stores them.
  const int bias = from.is_uint8 ? 128 : 0;
  const float ratio = from.scale[0] * (1.0f / to.scale[0]);
  const float shift = -static_cast<float>(from.zero_point + bias) * ratio;
  return Tabulate(to.zero_point, [&](int q) {
    const float scaled = static_cast<float>(q + bias) * ratio;
    return ToSteps(double{std::round(scaled + shift)});
  });
}

schema::LookupT FunctionTable(const StoredAs& from, const StoredAs& to,
                              double (*function)(double)) {
  const float inverse_scale = 1.0f / to.scale[0];
  return Tabulate(to.zero_point, [&](int q) {
    const float x = from.scale[0] * static_cast<float>(q - from.zero_point);
    const float y = static_cast<float>(function(double{x}));
    return ToSteps(double{std::round(y * inverse_scale)});
  });
}

Result<schema::LookupT> HardSwishTable(const StoredAs& from,
                                       const StoredAs& to) {
  const float unit = (1.0f / 128.0f) * from.scale[0];  // of 7 fraction bits
  OCTET_ASSIGN_OR_RETURN(const Factor16 to_output,
                         MakeFactor16(unit / to.scale[0]));
  OCTET_ASSIGN_OR_RETURN(const Factor16 to_third,
                         MakeFactor16(unit / (3.0f / 32768.0f)));
  if (to_output.exponent > 0) {
    return Unsupported("the output's scale is too small for the input's");
  }
  return Tabulate(to.zero_point, [&](int q) {
    // Up to 255 * 128: the format keeps 16 bits.
    const int32_t x = (q - from.zero_point) * 128;
    const int32_t scaled = High16(x, to_output.multiplier);
    const int32_t gate = (ThirdOf(x, to_third) + (1 << 15)) >> 1;
    // Toward zero.
    const int32_t product = gate * scaled / (1 << 15);
    return RoundingShift(product, -to_output.exponent);
  });
}

Result<schema::LookupT> LeakyReluTable(const StoredAs& from, const StoredAs& to,
                                       float alpha) {
  if (!(alpha >= 0.0f)) {
    return Unsupported("a negative alpha is not supported on integers");
  }
  const double ratio = double{from.scale[0]} / double{to.scale[0]};
  schema::TfliteRequantizationT scales;
  OCTET_RETURN_IF_ERROR(AppendTfliteScale(ratio, scales));
  OCTET_RETURN_IF_ERROR(AppendTfliteScale(ratio * double{alpha}, scales));
  return Tabulate(to.zero_point, [&](int q) {
    const int32_t difference = q - from.zero_point;
    return ScaleByEntry(difference, scales, difference >= 0 ? 0 : 1);
  });
}

}  // namespace octet::converter
