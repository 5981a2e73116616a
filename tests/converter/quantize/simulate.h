// A naive evaluation of an int8 model, by the formulas of the schema's
// comments, for tests of the quantizer. It shares no code with kernels/.

#ifndef OCTET_TESTS_CONVERTER_QUANTIZE_SIMULATE_H_
#define OCTET_TESTS_CONVERTER_QUANTIZE_SIMULATE_H_

#include <cstdint>
#include <vector>

#include "schema/octet_generated.h"

namespace octet::converter {

// For each tensor of `model` its values, real = scale * (q - zero_point).
// `inputs` are real numbers, one vector a model input. Knows Conv2d,
// FullyConnected, the pools, Add, Requantize, Softmax, Reshape, Pad and Concat
// (along the last dimension); anything else fails the test.
std::vector<std::vector<float>> Simulate(
    const schema::ModelT& model, const std::vector<std::vector<float>>& inputs);

}  // namespace octet::converter

#endif  // OCTET_TESTS_CONVERTER_QUANTIZE_SIMULATE_H_
