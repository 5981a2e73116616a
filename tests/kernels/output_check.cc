#include "tests/kernels/output_check.h"

#include <gtest/gtest.h>

#include "tests/test_seed.h"

namespace octet {
namespace {

size_t Span(const OutputLayout& layout) {
  return (layout.rows - 1) * static_cast<size_t>(layout.row_stride) +
         (layout.width - 1) * static_cast<size_t>(layout.pixel_stride) +
         layout.channels;
}

}  // namespace

void OutputStatistics::Add(const std::vector<int8_t>& outputs) {
  for (int q : outputs) {
    ++count_;
    saturated_ += q == -128 || q == 127;
    seen_.set(static_cast<size_t>(q + 128));
  }
}

void OutputStatistics::ExpectWorthComparing() const {
  EXPECT_GT(count_, 0);
  EXPECT_LT(saturated_, count_ / 2) << "of " << count_ << " outputs";
  EXPECT_GT(seen_.count(), 200u) << "distinct outputs";
}

OutputArea::OutputArea(const OutputLayout& layout, GuardedBuffer::Flush flush,
                       size_t misalignment)
    : layout_(layout),
      front_(flush == GuardedBuffer::Flush::kFront ? misalignment : 64),
      buffer_(front_ + Span(layout) +
                  (flush == GuardedBuffer::Flush::kBack ? misalignment : 64),
              flush) {}

void OutputArea::ExpectWritten(const std::vector<int8_t>& expected,
                               ActivationForm form,
                               const std::string& description) const {
  std::vector<uint8_t> bytes(buffer_.size(), kSentinel);
  std::vector<bool> may_change(buffer_.size());
  size_t next = 0;
  for (size_t y = 0; y < layout_.rows; ++y) {
    for (size_t x = 0; x < layout_.width; ++x) {
      const size_t pixel = front_ +
                           y * static_cast<size_t>(layout_.row_stride) +
                           x * static_cast<size_t>(layout_.pixel_stride);
      for (size_t c = 0; c < layout_.channels; ++c, ++next) {
        const uint8_t q = static_cast<uint8_t>(expected[next]);
        bytes[pixel + c] = static_cast<uint8_t>(q ^ FormMask(form));
        may_change[pixel + c] = true;
        if (buffer_.data()[pixel + c] == bytes[pixel + c]) continue;
        ADD_FAILURE() << "row " << y << ", pixel " << x << ", channel " << c
                      << " is byte " << int{buffer_.data()[pixel + c]}
                      << " instead of " << int{bytes[pixel + c]} << "\n"
                      << description << "\n"
                      << ReplayHint();
        return;
      }
    }
  }
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (may_change[i] || buffer_.data()[i] == kSentinel) continue;
    ADD_FAILURE() << "the byte at " << static_cast<ptrdiff_t>(i - front_)
                  << " from the first output is written, but is none\n"
                  << description << "\n"
                  << ReplayHint();
    return;
  }
}

}  // namespace octet
