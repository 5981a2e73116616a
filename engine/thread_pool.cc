#include "octet/thread_pool.h"

#include <pthreadpool.h>

#include <string>
#include <thread>

#include "engine/cores.h"

namespace octet {
namespace {

constexpr int kMaxThreads = 1024;

// One thread: the caller's.
class CallingThread : public ThreadPool {
 public:
  int num_threads() const override { return 1; }
  void Run(void (*function)(void* context, int part), void* context,
           int num_parts) override {
    for (int part = 0; part < num_parts; ++part) function(context, part);
  }
};

struct Call {
  void (*function)(void* context, int part);
  void* context;
};

void RunPart(void* call, size_t part) {
  const Call& c = *static_cast<const Call*>(call);
  c.function(c.context, static_cast<int>(part));
}

class Pthreadpool : public ThreadPool {
 public:
  Pthreadpool(pthreadpool_t pool, uint32_t flags)
      : pool_(pool), flags_(flags) {}
  ~Pthreadpool() override { pthreadpool_destroy(pool_); }

  int num_threads() const override {
    return static_cast<int>(pthreadpool_get_threads_count(pool_));
  }
  void Run(void (*function)(void* context, int part), void* context,
           int num_parts) override {
    Call call = {function, context};
    pthreadpool_parallelize_1d(pool_, RunPart, &call,
                               static_cast<size_t>(num_parts), flags_);
  }

 private:
  pthreadpool_t pool_;
  uint32_t flags_;
};

}  // namespace

Result<std::unique_ptr<ThreadPool>> CreateThreadPool(int num_threads) {
  if (num_threads < 0 || num_threads > kMaxThreads) {
    return InvalidArgument("the number of threads must be in 0 ... " +
                           std::to_string(kMaxThreads) + ", not " +
                           std::to_string(num_threads));
  }
  if (num_threads == 0) num_threads = CountFastCores(AllowedCpus());
  if (num_threads <= 1) {
    return std::unique_ptr<ThreadPool>(new CallingThread);
  }
  pthreadpool_t pool = pthreadpool_create(static_cast<size_t>(num_threads));
  if (pool == nullptr) {
    return ResourceExhausted("a pool of " + std::to_string(num_threads) +
                             " threads could not be started");
  }
  // Between tasks the threads spin, which is fastest while each has a core of
  // its own; with more threads than cores they would only stand in the way.
  const int cpus = static_cast<int>(std::thread::hardware_concurrency());
  const uint32_t flags =
      num_threads > cpus ? PTHREADPOOL_FLAG_YIELD_WORKERS : 0;
  return std::unique_ptr<ThreadPool>(new Pthreadpool(pool, flags));
}

}  // namespace octet
