// One operator on FLOAT32 tensors, run in all ways of run_network.h and
// compared with real numbers.

#ifndef OCTET_TESTS_ENGINE_FLOAT_NETWORK_H_
#define OCTET_TESTS_ENGINE_FLOAT_NETWORK_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "tests/engine/model_builder.h"
#include "tests/engine/run_network.h"
#include "tests/random.h"
#include "tests/reference/float_operators.h"

namespace octet {

// Multiples of 2^-8 in [low, high].
reference::RealTensor RandomReals(const Shape& shape, double low, double high,
                                  Random& random);

// What int8 values stand for, in steps: q - zero_point.
reference::RealTensor Centered(const Shape& shape,
                               const std::vector<int8_t>& values,
                               int zero_point);

std::vector<float> ToFloat(const reference::RealTensor& tensor);

// A 64-bit FNV-1a hash over the bits of floats; all NaNs are the same.
class FloatHash {
 public:
  void Add(const std::vector<float>& values);
  uint64_t value() const { return value_; }

 private:
  uint64_t value_ = 0xCBF29CE484222325;
};

// Runs `options` on the inputs, activations first, then constants, and compares
// each output with `expected`: |output - expected| <= tolerance * (1 +
// |expected|). Adds the output's bits to the hash.
template <typename Options>
void ExpectReals(Options options,
                 const std::vector<reference::RealTensor>& activations,
                 const std::vector<reference::RealTensor>& constants,
                 const reference::RealTensor& expected, double tolerance,
                 FloatHash* hash) {
  ModelBuilder builder;
  std::vector<int> inputs;
  std::vector<Bytes> values;
  for (const reference::RealTensor& tensor : activations) {
    inputs.push_back(builder.Input(tensor.shape, schema::DataType::FLOAT32));
    values.push_back(BytesOf(ToFloat(tensor)));
  }
  for (const reference::RealTensor& tensor : constants) {
    inputs.push_back(builder.Constant(tensor.shape, ToFloat(tensor),
                                      schema::DataType::FLOAT32));
  }
  builder.Output(builder.Operator(std::move(options), inputs, expected.shape,
                                  schema::DataType::FLOAT32));
  const std::vector<Bytes> outputs =
      OutputsEverywhere(builder.Finish(), values);
  ASSERT_EQ(outputs.size(), 1u);
  std::vector<float> output(expected.data.size());
  ASSERT_EQ(outputs[0].size(), output.size() * sizeof(float));
  std::memcpy(output.data(), outputs[0].data(), outputs[0].size());
  for (size_t i = 0; i < output.size(); ++i) {
    const double want = expected.data[i];
    if (want != want) {
      ASSERT_NE(output[i], output[i]) << "value " << i << " is not NaN";
    } else {
      ASSERT_NEAR(double{output[i]}, want, tolerance * (1.0 + std::abs(want)))
          << "value " << i;
    }
  }
  hash->Add(output);
}

}  // namespace octet

#endif  // OCTET_TESTS_ENGINE_FLOAT_NETWORK_H_
