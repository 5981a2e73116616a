// The threads behind CreateThreadPool: pthreadpool's (worker_pthreadpool.cc),
// or ours (worker_pool.cc) in a build without it. CMake compiles one of them.

#ifndef OCTET_ENGINE_WORKER_POOL_H_
#define OCTET_ENGINE_WORKER_POOL_H_

#include <memory>

#include "octet/thread_pool.h"

namespace octet {

// A pool of `num_threads` threads, the caller's included; null where they
// cannot be started. Between calls they spin for a while, and then sleep;
// `yield`: they make way for others instead of spinning.
// REQUIRES: num_threads >= 2.
std::unique_ptr<ThreadPool> CreateWorkerPool(int num_threads, bool yield);

}  // namespace octet

#endif  // OCTET_ENGINE_WORKER_POOL_H_
