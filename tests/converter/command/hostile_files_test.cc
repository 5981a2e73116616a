// Files cut short at any byte, or with any byte changed, are refused with a
// sentence or run: nothing crashes, and under sanitizers nothing is reported.

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <vector>

#include "converter/command/convert.h"
#include "converter/onnx/import.h"
#include "converter/passes/pass_list.h"
#include "octet/model.h"
#include "octet/session.h"
#include "tests/converter/command/digits.h"
#include "tests/random.h"

namespace octet::converter {
namespace {

constexpr int kChanges = 2000;

// The example's file, converted once for all tests.
const std::string& OctetBytes() {
  static const std::string* bytes = [] {
    TemporaryFolder folder;
    const Status status = Convert(DigitsOptions(folder.Path("digits.octet")));
    EXPECT_TRUE(status.ok()) << status.message();
    return new std::string(ReadBytes(folder.Path("digits.octet")));
  }();
  return *bytes;
}

// Loads and, if that is accepted, plans and runs. Returns whether it ran.
bool LoadAndRun(const std::string& bytes) {
  // An allocation of its own, so that a read beyond the end is seen.
  const std::vector<char> copy(bytes.begin(), bytes.end());
  const auto model = Model::FromMemory(copy.data(), copy.size());
  if (!model.ok()) {
    EXPECT_FALSE(model.status().message().empty());
    return false;
  }
  auto session = Session::Create(*model);
  if (!session.ok()) {
    EXPECT_FALSE(session.status().message().empty());
    return false;
  }
  for (size_t i = 0; i < (*model)->inputs().size(); ++i) {
    const std::vector<int8_t> input((*model)->inputs()[i].NumElements(), 77);
    EXPECT_TRUE((*session)
                    ->SetInput(static_cast<int>(i), input.data(), input.size())
                    .ok());
  }
  EXPECT_TRUE((*session)->Run().ok());
  return true;
}

void ImportAndSimplify(const std::string& bytes) {
  Result<Graph> graph = ImportOnnxFromMemory(bytes, "changed.onnx", {});
  if (!graph.ok()) {
    EXPECT_FALSE(graph.status().message().empty());
    return;
  }
  const Status status = RunPasses(*graph);
  EXPECT_TRUE(status.ok()) << status.message();
}

// `bytes` with one seeded byte changed.
std::string ChangeOneByte(const std::string& bytes, Random& random) {
  std::string changed = bytes;
  const size_t at = static_cast<size_t>(
      random.Between(0, static_cast<int64_t>(bytes.size()) - 1));
  changed[at] = static_cast<char>(changed[at] ^ random.Between(1, 255));
  return changed;
}

TEST(HostileFilesTest, OctetCutShort) {
  const std::string& bytes = OctetBytes();
  ASSERT_TRUE(LoadAndRun(bytes));
  size_t ran = 0;
  for (size_t size = 0; size < bytes.size(); ++size) {
    ran += LoadAndRun(bytes.substr(0, size));
  }
  // Only the padding at the end, if there is any, can be missing.
  EXPECT_LT(ran, 64u);
}

TEST(HostileFilesTest, OctetChanged) {
  Random random(1);
  int ran = 0;
  for (int i = 0; i < kChanges; ++i) {
    ran += LoadAndRun(ChangeOneByte(OctetBytes(), random));
  }
  // Most bytes are weights, which may have any value.
  EXPECT_GT(ran, kChanges / 10);
  EXPECT_LT(ran, kChanges);
}

TEST(HostileFilesTest, OnnxCutShort) {
  const std::string bytes = ReadBytes(DigitsPath("digits.onnx"));
  ASSERT_GT(bytes.size(), 1000u);
  for (size_t size = 0; size < bytes.size(); ++size) {
    const std::string cut = bytes.substr(0, size);
    EXPECT_FALSE(ImportOnnxFromMemory(cut, "cut.onnx", {}).ok()) << size;
  }
}

TEST(HostileFilesTest, OnnxChanged) {
  const std::string bytes = ReadBytes(DigitsPath("digits.onnx"));
  Random random(2);
  for (int i = 0; i < kChanges; ++i) {
    ImportAndSimplify(ChangeOneByte(bytes, random));
  }
}

}  // namespace
}  // namespace octet::converter
