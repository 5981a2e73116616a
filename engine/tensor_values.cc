#include "engine/tensor_values.h"

#include <cstring>

#include "engine/element_type.h"
#include "kernels/float/cast.h"

namespace octet {

void CopyBytes(const Tensor& tensor, ActivationForm form, const uint8_t* from,
               uint8_t* to) {
  const int64_t bytes = tensor.NumBytes();
  if (tensor.is(schema::DataType::INT8)) {
    const uint8_t mask = FormMask(form);
    for (int64_t i = 0; i < bytes; ++i) {
      to[i] = static_cast<uint8_t>(from[i] ^ mask);
    }
  } else if (tensor.is(schema::DataType::BOOL)) {
    for (int64_t i = 0; i < bytes; ++i) to[i] = from[i] != 0;
  } else {
    std::memcpy(to, from, static_cast<size_t>(bytes));
  }
}

void FromFloats(const Tensor& tensor, const KernelSet& kernels,
                const float* values, uint8_t* memory) {
  const size_t n = static_cast<size_t>(tensor.NumElements());
  if (!tensor.is(schema::DataType::INT8)) {
    Cast({n, values, ElementType::kFloat32, memory, ElementTypeOf(tensor)});
    return;
  }
  QuantizeArgs args = {};
  args.n = n;
  args.input = values;
  args.output = memory;
  args.scale = tensor.scale;
  args.zero_point = static_cast<int8_t>(tensor.zero_point);
  args.form = kernels.form;
  kernels.quantize(args);
}

void ToFloats(const Tensor& tensor, const KernelSet& kernels,
              const uint8_t* memory, float* values) {
  const size_t n = static_cast<size_t>(tensor.NumElements());
  if (!tensor.is(schema::DataType::INT8)) {
    Cast({n, memory, ElementTypeOf(tensor), values, ElementType::kFloat32});
    return;
  }
  DequantizeArgs args = {};
  args.n = n;
  args.input = memory;
  args.output = values;
  args.scale = tensor.scale;
  args.zero_point = static_cast<int8_t>(tensor.zero_point);
  args.form = kernels.form;
  kernels.dequantize(args);
}

}  // namespace octet
