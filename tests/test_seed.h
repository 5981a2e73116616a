// The seed of random tests. A test makes the same values in every run; another
// seed makes others, and a failure names the one to replay it with:
//
//   OCTET_TEST_SEED=7 ctest -R gemm_test

#ifndef OCTET_TESTS_TEST_SEED_H_
#define OCTET_TESTS_TEST_SEED_H_

#include <cstdint>
#include <cstdlib>
#include <string>

namespace octet {

inline uint64_t TestSeed() {
  const char* text = std::getenv("OCTET_TEST_SEED");
  return text == nullptr ? 1 : std::strtoull(text, nullptr, 10);
}

// The seed of one case, which does not depend on the cases that ran before it.
inline uint64_t CaseSeed(const std::string& description) {
  uint64_t digest = 0xCBF29CE484222325 ^ TestSeed();
  for (char letter : description) {
    digest = (digest ^ static_cast<uint8_t>(letter)) * 0x100000001B3;
  }
  return digest;
}

// For the message of a failure.
inline std::string ReplayHint() {
  return "replay with OCTET_TEST_SEED=" + std::to_string(TestSeed());
}

}  // namespace octet

#endif  // OCTET_TESTS_TEST_SEED_H_
