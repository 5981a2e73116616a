#include "tests/kernels/tflite_tester.h"

namespace octet {

std::vector<int8_t> RandomBytes(size_t count, Random& random) {
  std::vector<int8_t> values(count);
  for (int8_t& value : values) {
    value = static_cast<int8_t>(random.Between(-128, 127));
  }
  return values;
}

std::vector<int8_t> InForm(std::vector<int8_t> values, ActivationForm form) {
  for (int8_t& q : values) {
    q = static_cast<int8_t>(static_cast<uint8_t>(q) ^ FormMask(form));
  }
  return values;
}

}  // namespace octet
