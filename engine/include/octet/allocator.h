// Allocator: where a session's memory comes from.

#ifndef OCTET_ALLOCATOR_H_
#define OCTET_ALLOCATOR_H_

#include <cstddef>

#include "octet/export.h"

namespace octet {

// An application implements this to place the two large blocks of a session,
// packed weights and arena. It is called while a session is created or
// destroyed, never by Session::Run, and only from the thread that does so.
class OCTET_EXPORT Allocator {
 public:
  virtual ~Allocator() = default;
  // Returns `bytes` bytes aligned to `alignment` (a power of two, at most 4096)
  // or null. bytes > 0. The content does not matter.
  virtual void* Allocate(size_t bytes, size_t alignment) = 0;
  // `memory` came from Allocate with the same `bytes` and `alignment`.
  virtual void Free(void* memory, size_t bytes, size_t alignment) = 0;
};

// The process's heap. Never destroyed.
OCTET_EXPORT Allocator* DefaultAllocator();

}  // namespace octet

#endif  // OCTET_ALLOCATOR_H_
