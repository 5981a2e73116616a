// SHA-256 (FIPS 180-4): names bytes by 64 digits.

#ifndef OCTET_ENGINE_IMAGE_SHA256_H_
#define OCTET_ENGINE_IMAGE_SHA256_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "octet/status.h"

namespace octet {

// Of bytes that come in pieces.
class Sha256 {
 public:
  void Update(std::span<const uint8_t> bytes);

  // 64 lower-case hexadecimal digits. Nothing may follow.
  std::string Finish();

 private:
  static constexpr size_t kBlock = 64;

  void Compress(const uint8_t* block);

  uint32_t state_[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  uint8_t pending_[kBlock] = {};  // the start of a block
  uint64_t size_ = 0;             // bytes so far
};

// Of a whole file, read in pieces. Errors as InputFile's.
Result<std::string> Sha256OfFile(const std::string& path);

std::string Sha256OfText(std::string_view text);

}  // namespace octet

#endif  // OCTET_ENGINE_IMAGE_SHA256_H_
