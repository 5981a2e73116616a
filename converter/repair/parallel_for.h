// Independent pieces of work on several threads.

#ifndef OCTET_CONVERTER_REPAIR_PARALLEL_FOR_H_
#define OCTET_CONVERTER_REPAIR_PARALLEL_FOR_H_

#include <cstddef>
#include <functional>

namespace octet::converter {

// 0, "one a core", as a number.
int ResolveThreads(int threads);

// Calls work(0) ... work(count - 1), each once, on up to `threads` threads, and
// returns when all have ended. Which thread takes which piece is left open, so
// a result that is the same for any number of threads needs pieces that write
// to places of their own.
// REQUIRES: threads >= 1; `work` does not throw.
void ParallelFor(size_t count, int threads,
                 const std::function<void(size_t)>& work);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_REPAIR_PARALLEL_FOR_H_
