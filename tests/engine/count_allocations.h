// Counts what the process takes from the heap, on any thread: malloc and all
// that is built on it.

#ifndef OCTET_TESTS_ENGINE_COUNT_ALLOCATIONS_H_
#define OCTET_TESTS_ENGINE_COUNT_ALLOCATIONS_H_

#include <cstdint>

namespace octet {

// Allocations so far, in every thread.
int64_t AllocationCount();

}  // namespace octet

#endif  // OCTET_TESTS_ENGINE_COUNT_ALLOCATIONS_H_
