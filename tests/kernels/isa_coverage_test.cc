// Fails when an instruction set that this machine has was not tested: the
// kernel tests run over the tables that dispatch reports, so a dispatch that
// forgets one would leave it untested without a sign.
//
// Which ones are expected is found without dispatch: OCTET_EXPECT_ISAS
// ("avx2,scalar") if it is set, otherwise those folders of kernels/ whose flags
// /proc/cpuinfo has. In qemu's user mode that file is the host's: there the
// variable is needed for anything but scalar.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>
#include <sstream>
#include <string>

#include "tests/kernels/gemm_tester.h"
#include "tests/kernels/tested_kernels.h"

namespace octet {
namespace {

// An instruction set and the flags of /proc/cpuinfo that it needs.
struct Requirement {
  const char* isa;
  std::set<std::string> flags;
};

const Requirement kRequirements[] = {
    {"scalar", {}},
#if defined(__x86_64__) || defined(__i386__)
    {"avx2", {"avx2"}},
    {"avxvnni", {"avx2", "avx_vnni"}},
    {"avx512vnni",
     {"avx512f", "avx512bw", "avx512vl", "avx512dq", "avx512_vnni"}},
#elif defined(__aarch64__)
    {"neon", {"asimd"}},
    {"neondot", {"asimd", "asimddp"}},
    {"i8mm", {"asimd", "i8mm"}},
#elif defined(__arm__)
    {"neon", {"neon"}},
#endif
};

std::set<std::string> Split(const std::string& text, char separator) {
  std::set<std::string> words;
  std::istringstream stream(text);
  std::string word;
  while (std::getline(stream, word, separator)) {
    if (!word.empty()) words.insert(word);
  }
  return words;
}

// The flags of the first CPU: "flags" on x86, "Features" on ARM.
std::set<std::string> CpuFlags() {
  std::ifstream file("/proc/cpuinfo");
  std::string line;
  while (std::getline(file, line)) {
    if (line.rfind("flags", 0) == 0 || line.rfind("Features", 0) == 0) {
      return Split(line.substr(line.find(':') + 1), ' ');
    }
  }
  return {};
}

std::set<std::string> ExpectedIsas() {
  if (const char* list = std::getenv("OCTET_EXPECT_ISAS")) {
    return Split(list, ',');
  }
  std::set<std::string> expected;
  const std::set<std::string> flags = CpuFlags();
  for (const Requirement& requirement : kRequirements) {
    const std::string folder =
        std::string(OCTET_SOURCE_DIR "/kernels/") + requirement.isa;
    bool has_all = std::filesystem::is_directory(folder);
    for (const std::string& flag : requirement.flags) {
      has_all = has_all && flags.count(flag) == 1;
    }
    if (has_all) expected.insert(requirement.isa);
  }
  return expected;
}

std::string Join(const std::set<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    text += (text.empty() ? "" : ", ") + word;
  }
  return text;
}

TEST(IsaCoverageTest, EveryExpectedInstructionSetIsTested) {
  std::set<std::string> tested;
  for (const TestedTable& table : TestedTables()) {
    tested.insert(table.table->isa);
  }
  std::cout << "tested tables: " << Join(tested) << "\n";
  EXPECT_EQ(Join(tested), Join(ExpectedIsas()));
}

// One call of each, so that "tested" means that the CPU executed it.
TEST(IsaCoverageTest, EveryGemmRuns) {
  for (const Tested<const GemmKernel*>& tested : TestedGemms()) {
    std::cout << "running " << tested.name << "\n";
    const GemmDescriptor& descriptor = tested.kernel->descriptor;
    GemmTester()
        .m(descriptor.mr)
        .n(descriptor.nr + 1)
        .k(35)
        .Test(*tested.kernel, tested.form);
  }
}

// A table beside scalar exists for its matrix kernels.
TEST(IsaCoverageTest, EveryTableHasGemmsOfItsOwn) {
  for (const TestedTable& table : TestedTables()) {
    EXPECT_GT(table.table->num_gemm, 0u) << table.table->isa;
  }
}

}  // namespace
}  // namespace octet
