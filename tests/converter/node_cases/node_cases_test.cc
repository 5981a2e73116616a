// All of ONNX's node cases, against the list of those that fail.

#include <cstdio>
#include <fstream>
#include <map>
#include <string>

#include "gtest/gtest.h"
#include "tests/converter/node_cases/node_archive.h"
#include "tests/converter/node_cases/node_case.h"
#include "tests/converter/node_cases/run_in_engine.h"

namespace octet::converter {
namespace {

// failing.txt: "name: reason" a line; # begins a comment.
std::map<std::string, std::string> ReadFailing() {
  std::map<std::string, std::string> failing;
  std::ifstream file(OCTET_FAILING_CASES);
  for (std::string line; std::getline(file, line);) {
    const size_t colon = line.find(": ");
    if (line.empty() || line[0] == '#' || colon == std::string::npos) continue;
    failing[line.substr(0, colon)] = line.substr(colon + 2);
  }
  return failing;
}

TEST(NodeCasesTest, PassButForThoseThatAreListed) {
  const std::map<std::string, std::string> files = ReadNodeArchive();
  if (files.empty()) GTEST_SKIP() << NodeArchivePath() << " is absent";
  std::map<std::string, std::string> failing = ReadFailing();
  EXPECT_FALSE(failing.empty()) << OCTET_FAILING_CASES;
  const std::string suffix = "/model.onnx";
  int count = 0;
  int passed = 0;
  for (const auto& [file, bytes] : files) {
    if (!file.ends_with(suffix)) continue;
    const std::string name = file.substr(0, file.size() - suffix.size());
    const std::string problem = RunNodeCase(files, name, RunInEngine);
    ++count;
    passed += problem.empty();
    const bool listed = failing.erase(name) > 0;
    EXPECT_FALSE(listed && problem.empty())
        << name << " passes: take it off the list";
    EXPECT_TRUE(listed || problem.empty()) << name << ": " << problem;
  }
  for (const auto& [name, reason] : failing) {
    ADD_FAILURE() << name << " is on the list, but there is no such case";
  }
  std::printf("%d of %d cases pass\n", passed, count);
}

// So does the executor that calibrates.
TEST(NodeCasesTest, ExecutorComputesTheSame) {
  const std::map<std::string, std::string> files = ReadNodeArchive();
  if (files.empty()) GTEST_SKIP() << NodeArchivePath() << " is absent";
  const std::map<std::string, std::string> failing = ReadFailing();
  const std::string suffix = "/model.onnx";
  int passed = 0;
  for (const auto& [file, bytes] : files) {
    if (!file.ends_with(suffix)) continue;
    const std::string name = file.substr(0, file.size() - suffix.size());
    if (failing.contains(name)) continue;
    const std::string problem = RunNodeCase(files, name, RunInExecutor);
    passed += problem.empty();
    EXPECT_TRUE(problem.empty()) << name << ": " << problem;
  }
  EXPECT_GT(passed, 450);
}

}  // namespace
}  // namespace octet::converter
