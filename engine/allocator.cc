#include "octet/allocator.h"

#include <cstdlib>

namespace octet {
namespace {

class HeapAllocator : public Allocator {
 public:
  void* Allocate(size_t bytes, size_t alignment) override {
    void* memory = nullptr;
    if (posix_memalign(&memory, alignment, bytes) != 0) return nullptr;
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
