#include "kernels/float/cast.h"

#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

namespace octet {
namespace {

template <typename To, typename From>
To Convert(From value) {
  if constexpr (std::is_same_v<To, bool>) {
    return value != From{0};
  } else if constexpr (std::is_integral_v<To> && std::is_same_v<From, float>) {
    // 2^31 and 2^63 are floats, the largest integers are not.
    constexpr float kEnd =
        static_cast<float>(std::numeric_limits<To>::max() / 2 + 1) * 2.0f;
    constexpr To kLeast = std::numeric_limits<To>::min();
    if (value >= kEnd) return std::numeric_limits<To>::max();
    if (value > static_cast<float>(kLeast)) return static_cast<To>(value);
    return value <= static_cast<float>(kLeast) ? kLeast : To{0};
  } else {
    return static_cast<To>(value);
  }
}

template <typename To, typename From>
void ConvertAll(const CastArgs& args) {
  const From* input = static_cast<const From*>(args.input);
  To* output = static_cast<To*>(args.output);
  for (size_t i = 0; i < args.n; ++i) output[i] = Convert<To>(input[i]);
}

template <typename From>
void CastFrom(const CastArgs& args) {
  switch (args.output_type) {
    case ElementType::kFloat32:
      return ConvertAll<float, From>(args);
    case ElementType::kInt32:
      return ConvertAll<int32_t, From>(args);
    case ElementType::kInt64:
      return ConvertAll<int64_t, From>(args);
    case ElementType::kUint8:
      return ConvertAll<uint8_t, From>(args);
    case ElementType::kBool:
      return ConvertAll<bool, From>(args);
  }
}

}  // namespace

void Cast(const CastArgs& args) {
  switch (args.input_type) {
    case ElementType::kFloat32:
      return CastFrom<float>(args);
    case ElementType::kInt32:
      return CastFrom<int32_t>(args);
    case ElementType::kInt64:
      return CastFrom<int64_t>(args);
    case ElementType::kUint8:
    case ElementType::kBool:  // a byte, 0 or 1
      return CastFrom<uint8_t>(args);
  }
}

}  // namespace octet
