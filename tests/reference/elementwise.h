// Naive elementwise functions on int8 values, written from the definition.

#ifndef OCTET_TESTS_REFERENCE_ELEMENTWISE_H_
#define OCTET_TESTS_REFERENCE_ELEMENTWISE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tests/reference/reference_requantize.h"

namespace octet::reference {

struct AddLayer {
  int zero_point_a = 0;
  int zero_point_b = 0;
  int multiplier_a = 0;
  int multiplier_b = 0;
  int fraction_bits = 6;
  OutputParams output;
};

std::vector<int8_t> Add(const AddLayer& layer, const std::vector<int8_t>& a,
                        const std::vector<int8_t>& b);

struct MulLayer {
  int zero_point_a = 0;
  int zero_point_b = 0;
  int multiplier = 0;
  int shift = 0;
  OutputParams output;
};

// b repeats where it is shorter.
std::vector<int8_t> Mul(const MulLayer& layer, const std::vector<int8_t>& a,
                        const std::vector<int8_t>& b);

// One entry of multiplier and shift for all values.
std::vector<int8_t> Requantize(const std::vector<int8_t>& input,
                               int input_zero_point, int multiplier, int shift,
                               const OutputParams& output);

// values[q + 128]; 256 values.
std::vector<int8_t> Lookup(const std::vector<int8_t>& input,
                           const std::vector<int8_t>& values);

// Over rows of n values; table[max - q] stands for exp.
std::vector<int8_t> Softmax(const std::vector<int8_t>& input, size_t n,
                            const std::vector<uint16_t>& table);

std::vector<int8_t> Quantize(const std::vector<float>& input, float scale,
                             int zero_point);
std::vector<float> Dequantize(const std::vector<int8_t>& input, float scale,
                              int zero_point);

}  // namespace octet::reference

#endif  // OCTET_TESTS_REFERENCE_ELEMENTWISE_H_
