#include "octet/allocator.h"

#include <cstdlib>

#if defined(__linux__)
#include <sys/mman.h>
#include <unistd.h>
#endif

namespace octet {
namespace {

// Every page of a large block will be written; asked for at once, they cost
// less than one by one. A system that does not know how loses nothing.
void ExpectWrites(void* memory, size_t bytes) {
#if defined(MADV_POPULATE_WRITE)
  constexpr size_t kWorthACall = 64 * 1024;
  if (bytes < kWorthACall) return;
  static const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  const size_t begin = reinterpret_cast<size_t>(memory);
  const size_t first = (begin + page - 1) / page * page;
  const size_t end = (begin + bytes) / page * page;
  (void)madvise(reinterpret_cast<void*>(first), end - first,
                MADV_POPULATE_WRITE);
#else
  (void)memory;
  (void)bytes;
#endif
}

class HeapAllocator : public Allocator {
 public:
  void* Allocate(size_t bytes, size_t alignment) override {
    void* memory = nullptr;
    if (posix_memalign(&memory, alignment, bytes) != 0) return nullptr;
    ExpectWrites(memory, bytes);
    return memory;
  }
  void Free(void* memory, size_t, size_t) override { std::free(memory); }
};

}  // namespace

Allocator* DefaultAllocator() {
  // Never destroyed, so that sessions in static variables can free late.
  static Allocator* const allocator = new HeapAllocator;
  return allocator;
}

}  // namespace octet
