// Damaged files: cut short at every byte, or with one byte changed. Each is
// refused with a message or runs; never a crash, never a sanitizer's report.

#include "tests/engine/damaged_file.h"

#include <gtest/gtest.h>

#include "octet/model.h"
#include "octet/session.h"
#include "tests/engine/small_network.h"

namespace octet {
namespace {

TEST(DamagedFileTest, WholeFileRuns) {
  const Status status = LoadAndRun(SmallNetwork().Finish());
  EXPECT_TRUE(status.ok()) << status.message();
}

TEST(DamagedFileTest, CutShortAtEveryByte) {
  ExpectHarmlessTruncations(SmallNetwork().Finish());
}

TEST(DamagedFileTest, OneByteChanged) {
  ExpectHarmlessChanges(SmallNetwork().Finish());
}

TEST(DamagedFileTest, UnalignedBytesAreCopied) {
  const std::vector<uint8_t> whole = SmallNetwork().Finish();
  std::vector<uint8_t> shifted(whole.size() + 1);
  std::copy(whole.begin(), whole.end(), shifted.begin() + 1);
  const auto model = Model::FromMemory(shifted.data() + 1, whole.size());
  ASSERT_TRUE(model.ok()) << model.status().message();
  std::fill(shifted.begin(), shifted.end(), uint8_t{0});
  EXPECT_TRUE(Session::Create(*model).ok());
}

}  // namespace
}  // namespace octet
