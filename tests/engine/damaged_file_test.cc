// Damaged files: cut short at every byte, or with one byte changed. Each is
// refused with a message or runs; never a crash, never a sanitizer's report.

#include <gtest/gtest.h>

#include "octet/model.h"
#include "octet/session.h"
#include "tests/engine/small_network.h"
#include "tests/random.h"
#include "tests/test_seed.h"

namespace octet {
namespace {

constexpr int kChanges = 2000;

// Loads and, where that is possible, runs. `bytes` has no byte to spare, so
// that AddressSanitizer sees any read behind its end.
Status LoadAndRun(const std::vector<uint8_t>& bytes) {
  OCTET_ASSIGN_OR_RETURN(const std::shared_ptr<const Model> model,
                         Model::FromMemory(bytes.data(), bytes.size()));
  OCTET_ASSIGN_OR_RETURN(const std::unique_ptr<Session> session,
                         Session::Create(model));
  for (size_t i = 0; i < model->inputs().size(); ++i) {
    const std::vector<float> values(model->inputs()[i].NumElements(), 0.5f);
    OCTET_RETURN_IF_ERROR(
        session->SetInput(static_cast<int>(i), values.data(), values.size()));
  }
  OCTET_RETURN_IF_ERROR(session->Run());
  for (size_t i = 0; i < model->outputs().size(); ++i) {
    std::vector<float> values(model->outputs()[i].NumElements());
    OCTET_RETURN_IF_ERROR(
        session->GetOutput(static_cast<int>(i), values.data(), values.size()));
  }
  return OkStatus();
}

TEST(DamagedFileTest, WholeFileRuns) {
  const Status status = LoadAndRun(SmallNetwork().Finish());
  EXPECT_TRUE(status.ok()) << status.message();
}

TEST(DamagedFileTest, CutShortAtEveryByte) {
  const std::vector<uint8_t> whole = SmallNetwork().Finish();
  size_t refused = 0;
  for (size_t size = 0; size < whole.size(); ++size) {
    const std::vector<uint8_t> bytes(whole.begin(),
                                     whole.begin() + static_cast<long>(size));
    const Status status = LoadAndRun(bytes);
    if (status.ok()) continue;
    ++refused;
    EXPECT_FALSE(status.message().empty());
  }
  // Behind the last value there is nothing but alignment.
  EXPECT_GE(refused + 64, whole.size());
}

TEST(DamagedFileTest, OneByteChanged) {
  const std::vector<uint8_t> whole = SmallNetwork().Finish();
  Random random(TestSeed());
  int refused = 0;
  for (int i = 0; i < kChanges; ++i) {
    std::vector<uint8_t> bytes = whole;
    const size_t at = static_cast<size_t>(
        random.Between(0, static_cast<int64_t>(bytes.size()) - 1));
    const uint8_t flips = static_cast<uint8_t>(random.Between(1, 255));
    bytes[at] ^= flips;
    SCOPED_TRACE("byte " + std::to_string(at) + " xor " +
                 std::to_string(flips) + "; " + ReplayHint());
    const Status status = LoadAndRun(bytes);
    if (status.ok()) continue;
    ++refused;
    EXPECT_FALSE(status.message().empty());
    EXPECT_NE(status.code(), StatusCode::kInternal) << status.message();
  }
  // A change of a weight or a name is not an error; one of an offset is.
  EXPECT_GT(refused, kChanges / 20);
  EXPECT_LT(refused, kChanges);
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
