#include "octet/thread_pool.h"

#include <string>
#include <thread>

#include "engine/cores.h"
#include "engine/worker_pool.h"

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
  // Between tasks the threads spin, which is fastest while each has a core of
  // its own; with more threads than cores they would only stand in the way.
  const int cpus = static_cast<int>(std::thread::hardware_concurrency());
  std::unique_ptr<ThreadPool> pool =
      CreateWorkerPool(num_threads, num_threads > cpus);
  if (pool == nullptr) {
    return ResourceExhausted("a pool of " + std::to_string(num_threads) +
                             " threads could not be started");
  }
  return pool;
}

}  // namespace octet
