// `octet selftest` on the bundled network.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "engine/command/commands.h"
#include "octet/isa.h"
#include "tests/engine/image/temporary_folder.h"

namespace octet::command {
namespace {

constexpr char kDigits[] = OCTET_SOURCE_DIR "/examples/digits/digits.octet";

class SelfTestTest : public ::testing::Test {
 protected:
  SelfTestTest() { std::filesystem::copy_file(kDigits, model_); }

  // Of SelfTest on the copy; what it prints is in printed_.
  Status RunOnCopy(bool store = false) { return Run(model_, store); }
  Status Run(const std::string& path, bool store = false) {
    ::testing::internal::CaptureStdout();
    Status status = SelfTest({.model_path = path, .store = store});
    printed_ = ::testing::internal::GetCapturedStdout();
    return status;
  }
  bool Printed(const std::string& text) const {
    return printed_.find(text) != std::string::npos;
  }

  octet::testing::TemporaryFolder folder_;
  const std::string model_ = folder_.Path("digits.octet");
  const std::string stored_ = model_ + ".outputs.sha256";
  std::string printed_;
};

// The same bytes as on the machine that stored the hash, whatever it was.
TEST_F(SelfTestTest, BundledNetworkGivesItsStoredOutputs) {
  const Status status = Run(kDigits);
  EXPECT_TRUE(status.ok()) << status.message();
  EXPECT_TRUE(Printed("and those of")) << printed_;
  for (const IsaInfo& isa : ListIsas()) {
    EXPECT_EQ(Printed(isa.name + ", 1 thread "), isa.supported) << isa.name;
    EXPECT_EQ(Printed(isa.name + ", 2 threads"), isa.supported) << isa.name;
  }
}

TEST_F(SelfTestTest, NothingStoredIsSaid) {
  EXPECT_TRUE(RunOnCopy().ok());
  EXPECT_TRUE(Printed("there is no " + stored_)) << printed_;
}

TEST_F(SelfTestTest, StoresWhatIsBundled) {
  EXPECT_TRUE(RunOnCopy(true).ok());
  const auto read = [](const std::string& path) {
    std::ifstream file(path);
    std::string line;
    EXPECT_TRUE(std::getline(file, line)) << path;
    return line;
  };
  EXPECT_EQ(read(stored_), read(std::string(kDigits) + ".outputs.sha256"));
}

TEST_F(SelfTestTest, OtherOutputsThanStoredFail) {
  const std::string other(64, '0');
  folder_.Write("digits.octet.outputs.sha256", other + "\n");
  const Status status = RunOnCopy();
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.message().find(other), std::string::npos);
  EXPECT_NE(status.message().find(stored_), std::string::npos);
}

TEST_F(SelfTestTest, AnotherModelFails) {
  // One bit of a weight: where all bytes are valid, the outputs tell.
  std::fstream file(model_, std::ios::in | std::ios::out | std::ios::binary);
  std::filesystem::copy_file(std::string(kDigits) + ".outputs.sha256", stored_);
  int changed = 0;
  const auto size =
      static_cast<std::streamoff>(std::filesystem::file_size(model_));
  for (std::streamoff at = size / 2; at < size && changed == 0; at += 64) {
    file.seekg(at);
    const int byte = file.get();
    file.seekp(at);
    file.put(static_cast<char>(byte ^ 0x20));
    file.flush();
    const Status status = RunOnCopy();
    changed += !status.ok() &&
               status.message().find("are not those of") != std::string::npos;
    file.seekp(at);
    file.put(static_cast<char>(byte));
    file.flush();
  }
  EXPECT_GT(changed, 0);
}

}  // namespace
}  // namespace octet::command
