// Padding that keeps a picture's size.

#ifndef OCTET_CONVERTER_IR_SAME_PADDING_H_
#define OCTET_CONVERTER_IR_SAME_PADDING_H_

#include <algorithm>
#include <cstdint>

namespace octet::converter {

// The pads of one axis that make the output ceil(input / stride), split in two
// halves; `upper`: the odd one goes to the end.
inline void SetSamePads(int32_t input, int32_t kernel, int32_t stride,
                        int32_t dilation, bool upper, int32_t& begin,
                        int32_t& end) {
  const int64_t output = (int64_t{input} + stride - 1) / stride;
  const int64_t reach = int64_t{dilation} * (kernel - 1) + 1;
  const int64_t total =
      std::max<int64_t>(0, (output - 1) * stride + reach - input);
  const auto small_half = static_cast<int32_t>(total / 2);
  const auto large_half = static_cast<int32_t>(total - total / 2);
  begin = upper ? small_half : large_half;
  end = upper ? large_half : small_half;
}

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_IR_SAME_PADDING_H_
