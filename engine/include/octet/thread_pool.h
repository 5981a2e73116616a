// ThreadPool: how a session uses more than one core.

#ifndef OCTET_THREAD_POOL_H_
#define OCTET_THREAD_POOL_H_

#include <cstddef>
#include <memory>

#include "octet/export.h"
#include "octet/status.h"

namespace octet {

// An application implements this to run a session on threads of its own.
class OCTET_EXPORT ThreadPool {
 public:
  virtual ~ThreadPool() = default;
  // How many parts of a task run at the same time, at least 1. Constant.
  virtual int num_threads() const = 0;
  // Calls function(context, part) once for each part in 0 ... num_parts - 1, on
  // any threads, and returns when all calls have returned. num_parts is at most
  // num_threads(). Must not allocate if Session::Run is not to.
  virtual void Run(void (*function)(void* context, int part), void* context,
                   int num_parts) = 0;
};

// A pool of `num_threads` threads, the calling one included. num_threads = 0:
// one for each core that the process may use, of the fast ones where they
// differ. One thread starts none. Errors: kInvalidArgument (more than 1024, or
// negative), kResourceExhausted.
OCTET_EXPORT Result<std::unique_ptr<ThreadPool>> CreateThreadPool(
    int num_threads);

}  // namespace octet

#endif  // OCTET_THREAD_POOL_H_
