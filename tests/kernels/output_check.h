// Compares what a kernel wrote with what it had to write, byte for byte, and
// whether the bytes between and around are untouched.

#ifndef OCTET_TESTS_KERNELS_OUTPUT_CHECK_H_
#define OCTET_TESTS_KERNELS_OUTPUT_CHECK_H_

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "kernels/activation_form.h"
#include "tests/kernels/guarded_buffer.h"

namespace octet {

// Whether outputs are worth comparing: a kernel that is wrong could still be
// right about outputs that are all saturated.
class OutputStatistics {
 public:
  void Add(const std::vector<int8_t>& outputs);
  // Fails the test unless at least half of the outputs lie inside int8 and
  // most values of int8 occur.
  void ExpectWorthComparing() const;

 private:
  int64_t count_ = 0;
  int64_t saturated_ = 0;
  std::bitset<256> seen_;
};

// Rows of pixels of `channels` bytes, at any strides of its elements.
struct OutputLayout {
  size_t rows;
  size_t width;
  size_t channels;
  ptrdiff_t row_stride;    // bytes; >= 0
  ptrdiff_t pixel_stride;  // bytes; >= 0
};

class OutputArea {
 public:
  // misalignment: of the first byte against the start or the end of a page.
  OutputArea(const OutputLayout& layout, GuardedBuffer::Flush flush,
             size_t misalignment);

  void* first() const { return buffer_.data() + front_; }

  // `expected`: [rows][width][channels]. On a difference the test fails once,
  // naming its place and `description`.
  void ExpectWritten(const std::vector<int8_t>& expected, ActivationForm form,
                     const std::string& description) const;

 private:
  OutputLayout layout_;
  size_t front_;
  GuardedBuffer buffer_;
};

}  // namespace octet

#endif  // OCTET_TESTS_KERNELS_OUTPUT_CHECK_H_
