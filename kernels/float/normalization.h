// Rows that are normalized: softmax, layer normalization, local response.
// Sums are in double precision, from the first value to the last.

#ifndef OCTET_KERNELS_FLOAT_NORMALIZATION_H_
#define OCTET_KERNELS_FLOAT_NORMALIZATION_H_

#include <cstddef>

namespace octet {

// exp(x - max) / sum of exp(x - max), or its logarithm.
struct FloatSoftmaxArgs {
  size_t rows;
  size_t n;
  const float* input;
  float* output;  // may be the input
  bool logarithm;
};
void FloatSoftmax(const FloatSoftmaxArgs& args);

// (x - mean) / sqrt(mean of (x - mean)^2 + epsilon) * scale + bias
struct FloatLayerNormalizationArgs {
  size_t rows;
  size_t n;
  const float* input;
  float* output;       // may be the input
  const float* scale;  // [n], or null: 1
  const float* bias;   // [n], or null: 0
  float epsilon;
};
void FloatLayerNormalization(const FloatLayerNormalizationArgs& args);

// x[c] / (bias + alpha / size * sum of x[j]^2)^beta, j from c - (size - 1) / 2
// to c + size / 2, inside the row.
struct FloatLrnArgs {
  size_t rows;
  size_t n;
  const float* input;
  float* output;
  size_t size;
  float alpha;
  float beta;
  float bias;
};
void FloatLrn(const FloatLrnArgs& args);

}  // namespace octet

#endif  // OCTET_KERNELS_FLOAT_NORMALIZATION_H_
