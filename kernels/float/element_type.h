// The types of values that are not quantized.

#ifndef OCTET_KERNELS_FLOAT_ELEMENT_TYPE_H_
#define OCTET_KERNELS_FLOAT_ELEMENT_TYPE_H_

#include <cstdint>

namespace octet {

enum class ElementType : uint8_t { kFloat32, kInt32, kInt64, kUint8, kBool };

}  // namespace octet

#endif  // OCTET_KERNELS_FLOAT_ELEMENT_TYPE_H_
