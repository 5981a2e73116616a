#include "tests/kernels/guarded_buffer.h"

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace octet {
namespace {

const std::string* running_case = nullptr;
struct sigaction previous_action;

// Nothing can be done where writing fails.
void Print(const char* text, size_t size) {
  if (write(STDERR_FILENO, text, size) < 0) return;
}

void PrintRunningCase(int) {
  // Only async-signal-safe calls. The access is repeated when this returns and
  // ends the program as it would have, a sanitizer's report included.
  const char prefix[] = "a kernel left its memory in: ";
  Print(prefix, sizeof(prefix) - 1);
  if (running_case != nullptr) {
    Print(running_case->data(), running_case->size());
  }
  Print("\n", 1);
  sigaction(SIGSEGV, &previous_action, nullptr);
}

}  // namespace

GuardedBuffer::GuardedBuffer(size_t size, Flush flush) : size_(size) {
  const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  const size_t inner = (size + page - 1) / page * page;
  mapping_size_ = inner + 2 * page;
  void* mapping = mmap(nullptr, mapping_size_, PROT_NONE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  mapping_ = static_cast<uint8_t*>(mapping);
  if (mapping == MAP_FAILED ||
      (inner > 0 &&
       mprotect(mapping_ + page, inner, PROT_READ | PROT_WRITE) != 0)) {
    std::perror("mmap of a guarded buffer");
    std::abort();
  }
  std::memset(mapping_ + page, kSentinel, inner);
  data_ = mapping_ + page + (flush == Flush::kBack ? inner - size : 0);
}

GuardedBuffer::GuardedBuffer(GuardedBuffer&& other) noexcept
    : mapping_(other.mapping_),
      mapping_size_(other.mapping_size_),
      data_(other.data_),
      size_(other.size_) {
  other.mapping_ = nullptr;
}

GuardedBuffer::~GuardedBuffer() {
  if (mapping_ != nullptr) munmap(mapping_, mapping_size_);
}

void GuardedBuffer::FillRandomly(Random& random) {
  for (size_t i = 0; i < size_; i += 8) {
    const uint64_t bytes = random.Next();
    std::memcpy(data_ + i, &bytes, size_ - i < 8 ? size_ - i : 8);
  }
}

GuardedBuffer::Flush AnyFlush(Random& random) {
  return random.Between(0, 1) == 0 ? GuardedBuffer::Flush::kBack
                                   : GuardedBuffer::Flush::kFront;
}

void SetRunningCase(const std::string* description) {
  running_case = description;
  struct sigaction action = {};
  action.sa_handler = PrintRunningCase;
  static const int installed = sigaction(SIGSEGV, &action, &previous_action);
  if (installed != 0) std::abort();
}

}  // namespace octet
