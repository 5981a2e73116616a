#include "converter/export/sha256.h"

#include <openssl/evp.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

namespace octet::converter {
namespace {

constexpr size_t kPiece = size_t{1} << 16;

struct FileCloser {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
struct ContextDeleter {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

std::string ToHex(const unsigned char* bytes, size_t count) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (size_t i = 0; i < count; ++i) {
    hex += kDigits[bytes[i] >> 4];
    hex += kDigits[bytes[i] & 15];
  }
  return hex;
}

}  // namespace

Result<std::string> Sha256OfFile(const std::string& path) {
  const std::unique_ptr<std::FILE, FileCloser> file(
      std::fopen(path.c_str(), "rb"));
  if (file == nullptr) return IoError(path + ": " + std::strerror(errno));
  const std::unique_ptr<EVP_MD_CTX, ContextDeleter> context(EVP_MD_CTX_new());
  bool ok = context != nullptr &&
            EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1;
  std::vector<unsigned char> piece(kPiece);
  while (ok) {
    const size_t count = std::fread(piece.data(), 1, kPiece, file.get());
    if (std::ferror(file.get()) != 0) {
      return IoError(path + ": cannot be read: " + std::strerror(errno));
    }
    if (count == 0) break;
    ok = EVP_DigestUpdate(context.get(), piece.data(), count) == 1;
  }
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  ok = ok && EVP_DigestFinal_ex(context.get(), digest, &size) == 1;
  if (!ok) return InternalError(path + ": libcrypto cannot compute SHA-256");
  return ToHex(digest, size);
}

Result<std::string> Sha256OfText(std::string_view text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha256(),
                 nullptr) != 1) {
    return InternalError("libcrypto cannot compute SHA-256");
  }
  return ToHex(digest, size);
}

}  // namespace octet::converter
