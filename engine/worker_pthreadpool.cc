#include <pthreadpool.h>

#include "engine/worker_pool.h"

namespace octet {
namespace {

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

std::unique_ptr<ThreadPool> CreateWorkerPool(int num_threads, bool yield) {
  pthreadpool_t pool = pthreadpool_create(static_cast<size_t>(num_threads));
  if (pool == nullptr) return nullptr;
  const uint32_t flags = yield ? PTHREADPOOL_FLAG_YIELD_WORKERS : 0;
  return std::make_unique<Pthreadpool>(pool, flags);
}

}  // namespace octet
