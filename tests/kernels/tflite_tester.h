// What the tests of rounding TFLITE share: its kernels in all tables, and
// values for them.

#ifndef OCTET_TESTS_KERNELS_TFLITE_TESTER_H_
#define OCTET_TESTS_KERNELS_TFLITE_TESTER_H_

#include <cstdint>
#include <vector>

#include "kernels/tflite.h"
#include "tests/kernels/tested_kernels.h"
#include "tests/random.h"

namespace octet {

template <typename Kernel>
std::vector<Tested<Kernel>> TestedTflite(Kernel TfliteKernels::*entry) {
  std::vector<Tested<Kernel>> all;
  for (const TestedTable& tested : TestedTables()) {
    const Kernel kernel = tested.table->tflite.*entry;
    if (kernel != nullptr) {
      all.push_back({kernel, tested.form, TestName(tested, "tflite")});
    }
  }
  return all;
}

std::vector<int8_t> RandomBytes(size_t count, Random& random);

// The values as they lie in memory.
std::vector<int8_t> InForm(std::vector<int8_t> values, ActivationForm form);

}  // namespace octet

#endif  // OCTET_TESTS_KERNELS_TFLITE_TESTER_H_
