// The values of a tensor in a session's memory, from and to what an application
// has. Only INT8 tensors have a form (s8 or u8); all others lie as stored.

#ifndef OCTET_ENGINE_TENSOR_VALUES_H_
#define OCTET_ENGINE_TENSOR_VALUES_H_

#include <cstdint>

#include "engine/network.h"
#include "kernels/dispatch.h"

namespace octet {

// tensor.NumBytes() bytes, from the stored form to that of kernels or back. A
// byte of BOOL becomes 0 or 1.
void CopyBytes(const Tensor& tensor, ActivationForm form, const uint8_t* from,
               uint8_t* to);

// INT8 is quantized; integers as the operator Cast makes them.
void FromFloats(const Tensor& tensor, const KernelSet& kernels,
                const float* values, uint8_t* memory);
void ToFloats(const Tensor& tensor, const KernelSet& kernels,
              const uint8_t* memory, float* values);

}  // namespace octet

#endif  // OCTET_ENGINE_TENSOR_VALUES_H_
