// Runs an elementwise function once and compares it with the reference:
//
//   ElementwiseTester().in_place(0).misalignment(3)
//       .TestAdd(function, form, layer, a, b);
//
// Inputs and outputs lie between pages that cannot be touched, kOverreadBytes
// behind an input may be read.

#ifndef OCTET_TESTS_KERNELS_ELEMENTWISE_TESTER_H_
#define OCTET_TESTS_KERNELS_ELEMENTWISE_TESTER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "kernels/elementwise.h"
#include "tests/reference/elementwise.h"

namespace octet {

class ElementwiseTester {
 public:
  // The output lies over input `index`.
  ElementwiseTester& in_place(size_t index);
  ElementwiseTester& misalignment(size_t value);

  void TestAdd(AddFunction function, ActivationForm form,
               const reference::AddLayer& layer, const std::vector<int8_t>& a,
               const std::vector<int8_t>& b) const;
  // b has rows of a.size() / rows values: as many as a, or one.
  void TestMul(MulFunction function, ActivationForm form,
               const reference::MulLayer& layer, size_t rows,
               const std::vector<int8_t>& a,
               const std::vector<int8_t>& b) const;
  void TestRequantize(RequantizeFunction function, ActivationForm form,
                      int input_zero_point, int multiplier, int shift,
                      const reference::OutputParams& output,
                      const std::vector<int8_t>& input) const;
  // values[q + 128]
  void TestLookup(LookupFunction function, ActivationForm form,
                  const std::vector<int8_t>& values,
                  const std::vector<int8_t>& input) const;
  // Rows of n values.
  void TestSoftmax(SoftmaxFunction function, ActivationForm form, size_t n,
                   const std::vector<uint16_t>& table,
                   const std::vector<int8_t>& input) const;
  void TestQuantize(QuantizeFunction function, ActivationForm form, float scale,
                    int zero_point, const std::vector<float>& input) const;
  void TestDequantize(DequantizeFunction function, ActivationForm form,
                      float scale, int zero_point,
                      const std::vector<int8_t>& input) const;

 private:
  using Call =
      std::function<void(const std::vector<const void*>& in, void* out)>;

  // Puts the inputs into guarded memory, calls, and compares the output.
  void Run(const std::string& description, ActivationForm form,
           const std::vector<std::vector<int8_t>>& inputs,
           const std::vector<int8_t>& expected, const Call& call) const;
  std::string ToString(const char* what, ActivationForm form, size_t n) const;

  bool in_place_ = false;
  size_t over_input_ = 0;
  size_t misalignment_ = 0;
};

}  // namespace octet

#endif  // OCTET_TESTS_KERNELS_ELEMENTWISE_TESTER_H_
