#include "tests/engine/float_network.h"

namespace octet {

reference::RealTensor RandomReals(const Shape& shape, double low, double high,
                                  Random& random) {
  reference::RealTensor tensor(shape);
  for (double& value : tensor.data) {
    value =
        static_cast<double>(random.Between(static_cast<int64_t>(low * 256),
                                           static_cast<int64_t>(high * 256))) /
        256.0;
  }
  return tensor;
}

reference::RealTensor Centered(const Shape& shape,
                               const std::vector<int8_t>& values,
                               int zero_point) {
  reference::RealTensor tensor(shape);
  for (size_t i = 0; i < values.size(); ++i) {
    tensor.data[i] = values[i] - zero_point;
  }
  return tensor;
}

std::vector<float> ToFloat(const reference::RealTensor& tensor) {
  return std::vector<float>(tensor.data.begin(), tensor.data.end());
}

void FloatHash::Add(const std::vector<float>& values) {
  for (const float value : values) {
    uint32_t bits = 0x7fc00000;
    if (value == value) std::memcpy(&bits, &value, sizeof(bits));
    for (int byte = 0; byte < 4; ++byte) {
      value_ = (value_ ^ (bits >> 8 * byte & 0xff)) * 0x100000001B3;
    }
  }
}

}  // namespace octet
