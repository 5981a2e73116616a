// What the kernel tests run over: every entry of every production table that
// this machine supports, in every activation form that the table serves. A new
// kernel is tested by being listed in its table.

#ifndef OCTET_TESTS_KERNELS_TESTED_KERNELS_H_
#define OCTET_TESTS_KERNELS_TESTED_KERNELS_H_

#include <ostream>
#include <string>
#include <vector>

#include "kernels/dispatch.h"
#include "kernels/kernel_table.h"

namespace octet {

struct TestedTable {
  const KernelTable* table;
  ActivationForm form;
};

std::vector<TestedTable> TestedTables();

// A kernel with its name: "avx2_6x16_u8".
template <typename Kernel>
struct Tested {
  Kernel kernel;
  ActivationForm form;
  std::string name;

  friend void PrintTo(const Tested& tested, std::ostream* stream) {
    *stream << tested.name;
  }
};

std::vector<Tested<const GemmKernel*>> TestedGemms();
std::vector<Tested<const GemmKernel*>> TestedAccumulateGemms();
std::vector<Tested<const DepthwiseConvKernel*>> TestedDepthwiseConvs();
std::vector<Tested<const WinogradConvKernel*>> TestedWinogradConvs();

// "avx2_u8": letters, digits and underscores, as GoogleTest wants names.
std::string TestName(const TestedTable& table, const std::string& kernel);

// The functions at one entry of the tables, e.g. &KernelTable::add.
template <typename Function>
std::vector<Tested<Function>> TestedFunctions(Function KernelTable::*entry) {
  std::vector<Tested<Function>> all;
  for (const TestedTable& tested : TestedTables()) {
    const Function function = tested.table->*entry;
    if (function == nullptr) continue;  // another table stands in
    all.push_back({function, tested.form, TestName(tested, "")});
  }
  return all;
}

// The last argument of INSTANTIATE_TEST_SUITE_P.
struct NameOfTested {
  template <typename Info>
  std::string operator()(const Info& info) const {
    return info.param.name;
  }
};

}  // namespace octet

#endif  // OCTET_TESTS_KERNELS_TESTED_KERNELS_H_
