// Damaged files: each is refused with a message or runs; never a crash, never a
// sanitizer's report.

#ifndef OCTET_TESTS_ENGINE_DAMAGED_FILE_H_
#define OCTET_TESTS_ENGINE_DAMAGED_FILE_H_

#include <cstdint>
#include <vector>

#include "octet/status.h"

namespace octet {

// Loads and, where that is possible, runs. `bytes` has no byte to spare, so
// that AddressSanitizer sees any read behind its end.
Status LoadAndRun(const std::vector<uint8_t>& bytes);

// `whole` cut short at every byte.
void ExpectHarmlessTruncations(const std::vector<uint8_t>& whole);

// `whole` with one byte changed, 2,000 times.
void ExpectHarmlessChanges(const std::vector<uint8_t>& whole);

}  // namespace octet

#endif  // OCTET_TESTS_ENGINE_DAMAGED_FILE_H_
