// How int8 activations lie in memory, and the last stage that all integer
// kernels share.

#ifndef OCTET_KERNELS_ACTIVATION_FORM_H_
#define OCTET_KERNELS_ACTIVATION_FORM_H_

#include <cstdint>

namespace octet {

// A property of the leading kernel table: every activation of a plan has the
// same form. Weights are always signed.
enum class ActivationForm : uint8_t {
  kS8 = 0,  // the byte is q
  kU8 = 1,  // the byte is q + 128, that is q xor 0x80, read as unsigned
};

// byte = q ^ FormMask(form), and back.
constexpr uint8_t FormMask(ActivationForm form) {
  return form == ActivationForm::kU8 ? 0x80 : 0x00;
}

// What is subtracted from a byte, read in its form, to get q - zero_point.
constexpr int32_t ZeroPointInForm(int32_t zero_point, ActivationForm form) {
  return form == ActivationForm::kU8 ? zero_point + 128 : zero_point;
}

// From a sum of r terms to the stored byte (requantize.h):
//   q = clamp(saturate_int16(r + 64 * zero_point + 32) >> 6,
//             clamp_min, clamp_max)
// All values are in the domain of q, whatever the form.
struct OutputStage {
  int8_t zero_point = 0;
  int8_t clamp_min = -128;
  int8_t clamp_max = 127;
};

// Kernels may read, but not use, this many bytes behind the last byte that an
// argument names; whoever allocates provides them. They never write outside.
inline constexpr int kOverreadBytes = 64;

}  // namespace octet

#endif  // OCTET_KERNELS_ACTIVATION_FORM_H_
