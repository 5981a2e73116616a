// Session: inputs and outputs that are not INT8.

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "octet/session.h"
#include "tests/engine/model_builder.h"

namespace octet {
namespace {

using Type = schema::DataType;

// Negates a FLOAT32 and an INT64 input, and gives a BOOL one back.
class SessionTypes : public testing::Test {
 protected:
  void SetUp() override {
    ModelBuilder builder;
    const int real = builder.Input({3}, Type::FLOAT32);
    const int integer = builder.Input({3}, Type::INT64);
    const int flag = builder.Input({3}, Type::BOOL);
    schema::UnaryT negate;
    negate.function = schema::UnaryFunction::NEG;
    schema::UnaryT invert;
    invert.function = schema::UnaryFunction::NOT;
    builder.Output(builder.Operator(negate, {real}, {3}, Type::FLOAT32));
    builder.Output(builder.Operator(negate, {integer}, {3}, Type::INT64));
    builder.Output(builder.Operator(invert, {flag}, {3}, Type::BOOL));
    file_ = builder.Finish();
    auto model = Model::FromMemory(file_.data(), file_.size());
    ASSERT_TRUE(model.ok()) << model.status().message();
    model_ = *std::move(model);
    auto session = Session::Create(model_);
    ASSERT_TRUE(session.ok()) << session.status().message();
    session_ = *std::move(session);
  }

  std::vector<uint8_t> file_;
  std::shared_ptr<const Model> model_;
  std::unique_ptr<Session> session_;
};

TEST_F(SessionTypes, InfosSayTheType) {
  EXPECT_EQ(model_->inputs()[0].type, DataType::kFloat32);
  EXPECT_EQ(model_->inputs()[1].type, DataType::kInt64);
  EXPECT_EQ(model_->outputs()[2].type, DataType::kBool);
  EXPECT_EQ(model_->inputs()[0].NumBytes(), 12u);
  EXPECT_EQ(model_->inputs()[1].NumBytes(), 24u);
  EXPECT_EQ(model_->inputs()[2].NumBytes(), 3u);
}

TEST_F(SessionTypes, ValuesGoInAndOut) {
  const std::vector<float> reals = {1.5f, -2.25f, 0.1f};
  // One that no float holds.
  const std::vector<int64_t> integers = {1, -2, (int64_t{1} << 60) + 1};
  const std::vector<uint8_t> flags = {0, 1, 77};
  ASSERT_TRUE(session_->SetInput(0, reals.data(), 3).ok());
  ASSERT_TRUE(session_->SetInputBytes(1, integers.data(), 24).ok());
  ASSERT_TRUE(session_->SetInputBytes(2, flags.data(), 3).ok());
  ASSERT_TRUE(session_->Run().ok());
  std::vector<float> floats(3);
  ASSERT_TRUE(session_->GetOutput(0, floats.data(), 3).ok());
  EXPECT_EQ(floats, (std::vector<float>{-1.5f, 2.25f, -0.1f}));
  std::vector<int64_t> wide(3);
  ASSERT_TRUE(session_->GetOutputBytes(1, wide.data(), 24).ok());
  EXPECT_EQ(wide, (std::vector<int64_t>{-1, 2, -(int64_t{1} << 60) - 1}));
  std::vector<uint8_t> inverted(3);
  ASSERT_TRUE(session_->GetOutputBytes(2, inverted.data(), 3).ok());
  EXPECT_EQ(inverted, (std::vector<uint8_t>{1, 0, 0}));
  // Integers and flags as floats.
  ASSERT_TRUE(session_->GetOutput(1, floats.data(), 3).ok());
  EXPECT_EQ(floats[1], 2.0f);
  ASSERT_TRUE(session_->GetOutput(2, floats.data(), 3).ok());
  EXPECT_EQ(floats, (std::vector<float>{1.0f, 0.0f, 0.0f}));
}

TEST_F(SessionTypes, FloatsBecomeIntegers) {
  const std::vector<float> values = {2.9f, -2.9f, 1e30f};
  ASSERT_TRUE(session_->SetInput(0, values.data(), 3).ok());
  ASSERT_TRUE(session_->SetInput(1, values.data(), 3).ok());
  ASSERT_TRUE(session_->SetInput(2, values.data(), 3).ok());
  ASSERT_TRUE(session_->Run().ok());
  std::vector<int64_t> wide(3);
  ASSERT_TRUE(session_->GetOutputBytes(1, wide.data(), 24).ok());
  EXPECT_EQ(wide, (std::vector<int64_t>{-2, 2, -INT64_MAX}));
}

TEST_F(SessionTypes, WrongTypesAndSizesAreErrors) {
  const std::vector<int8_t> q(3);
  Status status = session_->SetInput(0, q.data(), 3);
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_NE(status.message().find("FLOAT32, not INT8"), std::string::npos);
  status = session_->SetInputBytes(1, q.data(), 3);
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_NE(status.message().find("24 bytes, not 3"), std::string::npos);
  const std::vector<float> values(3);
  ASSERT_TRUE(session_->SetInput(0, values.data(), 3).ok());
  EXPECT_FALSE(session_->Run().ok()) << "inputs 1 and 2 were not set";
  ASSERT_TRUE(session_->SetInput(1, values.data(), 3).ok());
  ASSERT_TRUE(session_->SetInput(2, values.data(), 3).ok());
  ASSERT_TRUE(session_->Run().ok());
  std::vector<int8_t> bytes(3);
  EXPECT_FALSE(session_->GetOutput(0, bytes.data(), 3).ok());
  EXPECT_FALSE(session_->GetOutputBytes(1, bytes.data(), 3).ok());
}

}  // namespace
}  // namespace octet
