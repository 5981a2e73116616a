// The kernels of the scalar table: portable, either activation form.

#ifndef OCTET_KERNELS_SCALAR_SCALAR_KERNELS_H_
#define OCTET_KERNELS_SCALAR_SCALAR_KERNELS_H_

#include <cstdint>
#include <cstring>

#include "kernels/depthwise_conv.h"
#include "kernels/elementwise.h"
#include "kernels/gemm.h"
#include "kernels/pooling.h"
#include "kernels/tflite.h"

namespace octet::scalar {

void Gemm4x8(const GemmArgs& args);
void DepthwiseConvAny(const DepthwiseConvArgs& args);
void MaxPool(const PoolArgs& args);
void AveragePool(const PoolArgs& args);
void Add(const AddArgs& args);
void Mul(const MulArgs& args);
void Requantize(const RequantizeArgs& args);
void Lookup(const LookupArgs& args);
void Softmax(const SoftmaxArgs& args);
void Quantize(const QuantizeArgs& args);
void Dequantize(const DequantizeArgs& args);

void AccumulateGemm4x8(const GemmArgs& args);
void AccumulateDepthwiseConvAny(const DepthwiseConvArgs& args);
void TfliteOutput(const TfliteOutputArgs& args);
void TfliteAdd(const TfliteAddArgs& args);
void TfliteRequantize(const TfliteRequantizeArgs& args);
void TfliteSoftmax(const TfliteSoftmaxArgs& args);
void TfliteAveragePool(const PoolArgs& args);
void TfliteMean(const PoolArgs& args);

// An activation byte as the number that the kernels multiply: q, or q + 128.
static inline int32_t ReadInForm(uint8_t byte, ActivationForm form) {
  return form == ActivationForm::kU8 ? int32_t{byte}
                                     : int32_t{static_cast<int8_t>(byte)};
}

// q itself, whatever the form.
static inline int32_t ReadQ(uint8_t byte, ActivationForm form) {
  return static_cast<int8_t>(byte ^ FormMask(form));
}

static inline uint8_t ToByte(int32_t q, ActivationForm form) {
  return static_cast<uint8_t>(static_cast<uint8_t>(q) ^ FormMask(form));
}

// The largest byte of a row in unsigned order: flipping the sign bit of s8
// bytes makes both forms compare alike, and differences stay the same.
static inline uint8_t MaxBiased(const uint8_t* input, size_t n, uint8_t flip) {
  uint8_t largest = 0;
  for (size_t i = 0; i < n; ++i) {
    const uint8_t biased = input[i] ^ flip;
    largest = biased > largest ? biased : largest;
  }
  return largest;
}

template <typename T>
static inline T Load(const uint8_t* from) {
  T value;
  std::memcpy(&value, from, sizeof(value));
  return value;
}

}  // namespace octet::scalar

#endif  // OCTET_KERNELS_SCALAR_SCALAR_KERNELS_H_
