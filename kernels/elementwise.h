// Contracts of the elementwise family: functions of one or two int8 values at a
// time, softmax, and the way between float and int8 at a model's border.
// Arrays have n elements without gaps; input and output may be the same array,
// but must not overlap otherwise.

#ifndef OCTET_KERNELS_ELEMENTWISE_H_
#define OCTET_KERNELS_ELEMENTWISE_H_

#include <cstddef>
#include <cstdint>

#include "kernels/activation_form.h"

namespace octet {

// q = AddQ15(ScaleAddend(q_a - zero_point_a, multiplier_a),
//            ScaleAddend(q_b - zero_point_b, multiplier_b),
//            fraction_bits, stage)                          (requantize.h)
struct AddArgs {
  size_t n;
  const void* a;
  const void* b;
  void* output;
  int8_t zero_point_a;
  int8_t zero_point_b;
  int16_t multiplier_a;  // >= 0
  int16_t multiplier_b;
  int8_t fraction_bits;  // 0 ... 6
  OutputStage stage;
  ActivationForm form;
};

// q = RequantizeQ15((q_a - zero_point_a) * (q_b - zero_point_b), multiplier,
//                   shift, stage)
// in rows of n values: `a` and the output have `rows` of them without gaps, `b`
// has as many or one for all, which then must not be the output.
struct MulArgs {
  size_t rows;
  size_t n;
  const void* a;
  const void* b;
  void* output;
  size_t b_stride;  // from row to row, in bytes: n or 0
  int8_t zero_point_a;
  int8_t zero_point_b;
  int16_t multiplier;
  int8_t shift;
  OutputStage stage;
  ActivationForm form;
};

// q = RequantizeQ15(q_input - zero_point_input, multiplier, shift, stage)
struct RequantizeArgs {
  size_t n;
  const void* input;
  void* output;
  int8_t zero_point_input;
  int16_t multiplier;
  int8_t shift;
  OutputStage stage;
  ActivationForm form;
};

// output byte = table[input byte]; the table is in the plan's form already.
struct LookupArgs {
  size_t n;
  const void* input;
  void* output;
  const uint8_t* table;  // [256]
};

// For each row of n values: d = max - q, S = sum of table[d],
//   q_output = min(floor((512 * table[d] + S) / (2 * S)) - 128, 127)
struct SoftmaxArgs {
  size_t rows;
  size_t n;  // <= 2^30: S fits uint64 by far
  const void* input;
  void* output;
  const uint16_t* table;  // [256], table[0] > 0
  ActivationForm form;
};

// q = clamp(round_half_even(clamp(real / scale, -1024, 1024)) + zero_point,
//           -128, 127)
// in IEEE single precision; a NaN becomes zero_point.
struct QuantizeArgs {
  size_t n;
  const float* input;
  void* output;
  float scale;  // finite, > 0
  int8_t zero_point;
  ActivationForm form;
};

// real = scale * (q - zero_point), one IEEE multiplication.
struct DequantizeArgs {
  size_t n;
  const void* input;
  float* output;
  float scale;
  int8_t zero_point;
  ActivationForm form;
};

using AddFunction = void (*)(const AddArgs& args);
using MulFunction = void (*)(const MulArgs& args);
using RequantizeFunction = void (*)(const RequantizeArgs& args);
using LookupFunction = void (*)(const LookupArgs& args);
using SoftmaxFunction = void (*)(const SoftmaxArgs& args);
using QuantizeFunction = void (*)(const QuantizeArgs& args);
using DequantizeFunction = void (*)(const DequantizeArgs& args);

}  // namespace octet

#endif  // OCTET_KERNELS_ELEMENTWISE_H_
