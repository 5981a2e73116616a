#include "engine/image/sha256.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <vector>

#include "engine/image/file.h"

namespace octet {
namespace {

// How much of a file is read at once.
constexpr size_t kPiece = size_t{1} << 16;

// The fractions of the cube roots of the first 64 primes.
constexpr uint32_t kRoundConstants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
    0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
    0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

uint32_t BigEndian(const uint8_t* bytes) {
  return uint32_t{bytes[0]} << 24 | uint32_t{bytes[1]} << 16 |
         uint32_t{bytes[2]} << 8 | uint32_t{bytes[3]};
}

}  // namespace

void Sha256::Compress(const uint8_t* block) {
  uint32_t w[64];
  for (int i = 0; i < 16; ++i) w[i] = BigEndian(block + 4 * i);
  for (int i = 16; i < 64; ++i) {
    const uint32_t sigma0 =
        std::rotr(w[i - 15], 7) ^ std::rotr(w[i - 15], 18) ^ (w[i - 15] >> 3);
    const uint32_t sigma1 =
        std::rotr(w[i - 2], 17) ^ std::rotr(w[i - 2], 19) ^ (w[i - 2] >> 10);
    w[i] = w[i - 16] + sigma0 + w[i - 7] + sigma1;
  }
  auto [a, b, c, d, e, f, g, h] = state_;
  for (int i = 0; i < 64; ++i) {
    const uint32_t sum1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
    const uint32_t choice = (e & f) ^ (~e & g);
    const uint32_t t1 = h + sum1 + choice + kRoundConstants[i] + w[i];
    const uint32_t sum0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
    const uint32_t majority = (a & b) ^ (a & c) ^ (b & c);
    h = g;
    g = f;
    f = e;
    e = d + t1;
    d = c;
    c = b;
    b = a;
    a = t1 + sum0 + majority;
  }
  const uint32_t added[8] = {a, b, c, d, e, f, g, h};
  for (int i = 0; i < 8; ++i) state_[i] += added[i];
}

void Sha256::Update(std::span<const uint8_t> bytes) {
  while (!bytes.empty()) {
    const size_t filled = size_ % kBlock;
    const size_t count = std::min(kBlock - filled, bytes.size());
    std::memcpy(pending_ + filled, bytes.data(), count);
    size_ += count;
    if (filled + count == kBlock) Compress(pending_);
    bytes = bytes.subspan(count);
  }
}

std::string Sha256::Finish() {
  // A one, zeros to the end of a block but 8 bytes, the number of bits.
  const uint64_t bits = 8 * size_;
  uint8_t tail[2 * kBlock] = {0x80};
  const size_t filled = size_ % kBlock;
  const size_t count = (filled + 9 <= kBlock ? kBlock : 2 * kBlock) - filled;
  for (size_t i = 0; i < 8; ++i) {
    tail[count - 1 - i] = static_cast<uint8_t>(bits >> (8 * i));
  }
  Update({tail, count});
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (const uint32_t word : state_) {
    for (int shift = 28; shift >= 0; shift -= 4) {
      hex += kDigits[(word >> shift) & 15];
    }
  }
  return hex;
}

Result<std::string> Sha256OfFile(const std::string& path) {
  OCTET_ASSIGN_OR_RETURN(const InputFile file, InputFile::Open(path));
  Sha256 sha256;
  std::vector<uint8_t> piece(kPiece);
  for (int64_t position = 0; position < file.size();) {
    const size_t count = static_cast<size_t>(
        std::min(static_cast<int64_t>(kPiece), file.size() - position));
    const std::span<uint8_t> bytes(piece.data(), count);
    OCTET_RETURN_IF_ERROR(file.ReadAt(position, bytes));
    sha256.Update(bytes);
    position += static_cast<int64_t>(count);
  }
  return sha256.Finish();
}

std::string Sha256OfText(std::string_view text) {
  Sha256 sha256;
  sha256.Update({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
  return sha256.Finish();
}

}  // namespace octet
