// Portable kernels of rounding TFLITE: what is done to single values.

#include "kernels/tflite.h"

#include "kernels/scalar/scalar_kernels.h"
#include "kernels/scalar/tflite_rounding.h"

namespace octet::scalar {

void TfliteOutput(const TfliteOutputArgs& args) {
  const int32_t* accumulators = args.accumulators;
  uint8_t* output = static_cast<uint8_t*>(args.output);
  for (size_t i = 0; i < args.pixels; ++i) {
    for (size_t c = 0; c < args.channels; ++c) {
      const int32_t steps = ScaleTflite(accumulators[c], args.scales[c]);
      output[c] = ToByte(OutputTflite(steps, args.stage), args.form);
    }
    accumulators += args.channels;
    output += args.output_stride;
  }
}

void TfliteAdd(const TfliteAddArgs& args) {
  const uint8_t* a = static_cast<const uint8_t*>(args.a);
  const uint8_t* b = static_cast<const uint8_t*>(args.b);
  uint8_t* output = static_cast<uint8_t*>(args.output);
  constexpr int32_t kUnit = 1 << kTfliteAddLeftShift;
  for (size_t i = 0; i < args.n; ++i) {
    const int32_t difference_a = ReadQ(a[i], args.form) - args.zero_point_a;
    const int32_t difference_b = ReadQ(b[i], args.form) - args.zero_point_b;
    const int32_t sum = ScaleTflite(difference_a * kUnit, args.scale_a) +
                        ScaleTflite(difference_b * kUnit, args.scale_b);
    const int32_t steps = ScaleTflite(sum, args.scale_output);
    output[i] = ToByte(OutputTflite(steps, args.stage), args.form);
  }
}

void TfliteRequantize(const TfliteRequantizeArgs& args) {
  const uint8_t* input = static_cast<const uint8_t*>(args.input);
  uint8_t* output = static_cast<uint8_t*>(args.output);
  for (size_t i = 0; i < args.n; ++i) {
    const int32_t difference =
        ReadQ(input[i], args.form) - args.zero_point_input;
    const int32_t steps = ScaleTflite(difference, args.scale);
    output[i] = ToByte(OutputTflite(steps, args.stage), args.form);
  }
}

}  // namespace octet::scalar
