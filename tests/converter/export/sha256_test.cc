#include "converter/export/sha256.h"

#include <cstdio>
#include <string>

#include "gtest/gtest.h"

namespace octet::converter {
namespace {

std::string WriteFile(const std::string& name, const std::string& content) {
  const std::string path = testing::TempDir() + name;
  std::FILE* file = std::fopen(path.c_str(), "wb");
  EXPECT_NE(file, nullptr);
  EXPECT_EQ(std::fwrite(content.data(), 1, content.size(), file),
            content.size());
  std::fclose(file);
  return path;
}

// The vectors of FIPS 180-4's examples.
TEST(Sha256Test, KnownDigests) {
  const struct {
    std::string content;
    const char* digest;
  } cases[] = {
      {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
      {"abc",
       "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
      {std::string(1000000, 'a'),
       "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
  };
  for (const auto& c : cases) {
    const std::string path = WriteFile("octet_sha256_test", c.content);
    const auto digest = Sha256OfFile(path);
    ASSERT_TRUE(digest.ok()) << digest.status().message();
    EXPECT_EQ(*digest, c.digest);
    const auto of_text = Sha256OfText(c.content);
    ASSERT_TRUE(of_text.ok());
    EXPECT_EQ(*of_text, c.digest);
    std::remove(path.c_str());
  }
}

TEST(Sha256Test, ErrorsNameTheFile) {
  const auto digest = Sha256OfFile("/does/not/exist.onnx");
  ASSERT_FALSE(digest.ok());
  EXPECT_EQ(digest.status().code(), StatusCode::kIoError);
  EXPECT_NE(digest.status().message().find("/does/not/exist.onnx"),
            std::string::npos);
  EXPECT_FALSE(Sha256OfFile(testing::TempDir()).ok());
}

}  // namespace
}  // namespace octet::converter
