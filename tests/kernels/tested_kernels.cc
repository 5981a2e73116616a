#include "tests/kernels/tested_kernels.h"

#include <cctype>

namespace octet {

std::string TestName(const TestedTable& table, const std::string& kernel) {
  std::string name = table.table->isa;
  if (!kernel.empty()) name += "_" + kernel;
  name += table.form == ActivationForm::kU8 ? "_u8" : "_s8";
  for (char& letter : name) {
    if (std::isalnum(static_cast<unsigned char>(letter)) == 0) letter = '_';
  }
  return name;
}

std::vector<TestedTable> TestedTables() {
  std::vector<TestedTable> all;
  size_t count = 0;
  const IsaEntry* list = IsaList(&count);
  for (size_t i = 0; i < count; ++i) {
    if (!list[i].cpu_supports()) continue;
    const KernelTable* table = list[i].table;
    for (ActivationForm form : {ActivationForm::kS8, ActivationForm::kU8}) {
      if (form == table->form || table->serves_both_forms) {
        all.push_back({table, form});
      }
    }
  }
  return all;
}

namespace {

// Every kernel of one family of every tested table.
template <typename Kernel>
std::vector<Tested<const Kernel*>> TestedKernels(
    const Kernel* KernelTable::*kernels, size_t KernelTable::*count) {
  std::vector<Tested<const Kernel*>> all;
  for (const TestedTable& tested : TestedTables()) {
    for (size_t i = 0; i < tested.table->*count; ++i) {
      const Kernel* kernel = tested.table->*kernels + i;
      all.push_back(
          {kernel, tested.form, TestName(tested, kernel->descriptor.name)});
    }
  }
  return all;
}

}  // namespace

std::vector<Tested<const GemmKernel*>> TestedGemms() {
  return TestedKernels(&KernelTable::gemm, &KernelTable::num_gemm);
}

std::vector<Tested<const GemmKernel*>> TestedAccumulateGemms() {
  return TestedKernels(&KernelTable::accumulate_gemm,
                       &KernelTable::num_accumulate_gemm);
}

std::vector<Tested<const DepthwiseConvKernel*>> TestedDepthwiseConvs() {
  return TestedKernels(&KernelTable::depthwise_conv,
                       &KernelTable::num_depthwise_conv);
}

std::vector<Tested<const WinogradConvKernel*>> TestedWinogradConvs() {
  return TestedKernels(&KernelTable::winograd_conv,
                       &KernelTable::num_winograd_conv);
}

}  // namespace octet
