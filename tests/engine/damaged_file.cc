#include "tests/engine/damaged_file.h"

#include <gtest/gtest.h>

#include "octet/model.h"
#include "octet/session.h"
#include "tests/random.h"
#include "tests/test_seed.h"

namespace octet {
namespace {

constexpr int kChanges = 2000;

}  // namespace

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

void ExpectHarmlessTruncations(const std::vector<uint8_t>& whole) {
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

void ExpectHarmlessChanges(const std::vector<uint8_t>& whole) {
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

}  // namespace octet
