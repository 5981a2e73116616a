// What the portable kernels call a tensor's type.

#ifndef OCTET_ENGINE_ELEMENT_TYPE_H_
#define OCTET_ENGINE_ELEMENT_TYPE_H_

#include "engine/network.h"
#include "kernels/float/element_type.h"

namespace octet {

// REQUIRES: not INT8.
inline ElementType ElementTypeOf(const Tensor& tensor) {
  switch (tensor.type) {
    case schema::DataType::INT32:
      return ElementType::kInt32;
    case schema::DataType::INT64:
      return ElementType::kInt64;
    case schema::DataType::UINT8:
      return ElementType::kUint8;
    case schema::DataType::BOOL:
      return ElementType::kBool;
    default:
      return ElementType::kFloat32;
  }
}

}  // namespace octet

#endif  // OCTET_ENGINE_ELEMENT_TYPE_H_
