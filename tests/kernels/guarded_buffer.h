// Memory for the arguments of kernels under test, between two pages that cannot
// be touched: reading or writing beyond it ends the program in every build,
// with a sanitizer or without, and the case that was running is printed.

#ifndef OCTET_TESTS_KERNELS_GUARDED_BUFFER_H_
#define OCTET_TESTS_KERNELS_GUARDED_BUFFER_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "tests/random.h"

namespace octet {

// What fills memory that a kernel must not write.
inline constexpr uint8_t kSentinel = 0xA5;

class GuardedBuffer {
 public:
  // Which end of the bytes touches an untouchable page exactly.
  //
  //   kBack:   |no access| ... sentinels ... bytes|no access|
  //   kFront:  |no access|bytes ... sentinels ... |no access|
  enum class Flush { kBack, kFront };

  // All bytes are sentinels.
  GuardedBuffer(size_t size, Flush flush);
  ~GuardedBuffer();
  GuardedBuffer(GuardedBuffer&& other) noexcept;
  GuardedBuffer(const GuardedBuffer&) = delete;
  GuardedBuffer& operator=(const GuardedBuffer&) = delete;

  uint8_t* data() const { return data_; }
  size_t size() const { return size_; }
  void FillRandomly(Random& random);

 private:
  uint8_t* mapping_;
  size_t mapping_size_;
  uint8_t* data_;
  size_t size_;
};

// One of the two: together the cases of a test look behind and in front.
GuardedBuffer::Flush AnyFlush(Random& random);

// Printed if a later access ends the program. `description` must stay alive.
void SetRunningCase(const std::string* description);

}  // namespace octet

#endif  // OCTET_TESTS_KERNELS_GUARDED_BUFFER_H_
