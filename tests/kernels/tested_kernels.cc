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

std::vector<Tested<const GemmKernel*>> TestedGemms() {
  std::vector<Tested<const GemmKernel*>> all;
  for (const TestedTable& tested : TestedTables()) {
    for (size_t i = 0; i < tested.table->num_gemm; ++i) {
      const GemmKernel* kernel = &tested.table->gemm[i];
      all.push_back(
          {kernel, tested.form, TestName(tested, kernel->descriptor.name)});
    }
  }
  return all;
}

std::vector<Tested<const DepthwiseConvKernel*>> TestedDepthwiseConvs() {
  std::vector<Tested<const DepthwiseConvKernel*>> all;
  for (const TestedTable& tested : TestedTables()) {
    for (size_t i = 0; i < tested.table->num_depthwise_conv; ++i) {
      const DepthwiseConvKernel* kernel = &tested.table->depthwise_conv[i];
      all.push_back(
          {kernel, tested.form, TestName(tested, kernel->descriptor.name)});
    }
  }
  return all;
}

}  // namespace octet
