#include "engine/image/sha256.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "engine/image/file.h"
#include "tests/engine/image/temporary_folder.h"

namespace octet {
namespace {

std::vector<uint8_t> Bytes(const std::string& text) {
  return {text.begin(), text.end()};
}

// The vectors of FIPS 180-4's examples; and lengths around the one from which
// the padding takes a block of its own, as Python's hashlib computes them.
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
      {std::string(55, 'a'),
       "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"},
      {std::string(56, 'a'),
       "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"},
      {std::string(63, 'a'),
       "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34"},
      {std::string(64, 'a'),
       "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"},

  };
  const testing::TemporaryFolder folder;
  const std::string path = folder.Path("bytes");
  for (const auto& c : cases) {
    ASSERT_TRUE(WriteFileAtomically(path, Bytes(c.content)).ok());
    const Result<std::string> digest = Sha256OfFile(path);
    ASSERT_TRUE(digest.ok()) << digest.status().message();
    EXPECT_EQ(*digest, c.digest);
    EXPECT_EQ(Sha256OfText(c.content), c.digest);
  }
}

TEST(Sha256Test, PiecesOfAnySizeGiveTheSame) {
  std::vector<uint8_t> bytes(1000);
  for (size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<uint8_t>(i * i);
  }
  Sha256 whole;
  whole.Update(bytes);
  const std::string expected = whole.Finish();
  for (size_t piece = 1; piece < 140; ++piece) {
    Sha256 sha256;
    for (size_t i = 0; i < bytes.size(); i += piece) {
      sha256.Update(
          std::span(bytes).subspan(i, std::min(piece, bytes.size() - i)));
    }
    EXPECT_EQ(sha256.Finish(), expected) << "pieces of " << piece;
  }
}

TEST(Sha256Test, ErrorsNameTheFile) {
  const Result<std::string> digest = Sha256OfFile("/does/not/exist.onnx");
  ASSERT_FALSE(digest.ok());
  EXPECT_NE(digest.status().message().find("/does/not/exist.onnx"),
            std::string::npos);
  EXPECT_FALSE(Sha256OfFile(::testing::TempDir()).ok());
}

}  // namespace
}  // namespace octet
