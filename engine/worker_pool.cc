#include "engine/worker_pool.h"

#include <pthread.h>
#include <sched.h>

#include <atomic>
#include <cstdint>
#include <vector>

namespace octet {
namespace {

// How often a thread looks for work before it sleeps: about a millisecond,
// more than there is between the operators of a network.
constexpr int kSpins = 1 << 17;

void Pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__) || defined(__arm__)
  asm volatile("yield");
#endif
}

class WorkerPool : public ThreadPool {
 public:
  explicit WorkerPool(bool yield) : spins_(yield ? 0 : kSpins) {}
  ~WorkerPool() override;

  // False where a thread cannot be started.
  bool Start(int num_workers);

  int num_threads() const override {
    return static_cast<int>(workers_.size()) + 1;
  }
  void Run(void (*function)(void* context, int part), void* context,
           int num_parts) override;

 private:
  static void* WorkerMain(void* pool);
  void Publish();
  void RunParts();
  // Returns the number of a call that is not `seen`.
  uint32_t WaitForCall(uint32_t seen);
  uint32_t SleepUntilCall(uint32_t seen);

  const int spins_;
  std::vector<pthread_t> workers_;

  // The call. Written before call_ changes, read after.
  void (*function_)(void* context, int part) = nullptr;
  void* context_ = nullptr;
  int num_parts_ = 0;
  bool stop_ = false;
  std::atomic<int> next_part_ = 0;
  // Workers that may still be at the call. None is ever late for the next one,
  // because Run waits for all.
  std::atomic<int> busy_ = 0;
  std::atomic<uint32_t> call_ = 0;  // its number, modulo 2^32

  // A worker first counts as sleeping, then looks at call_ once more; Publish
  // writes call_ first and then looks for sleepers. In the single order of
  // these four (seq_cst) one sees the other.
  std::atomic<int> sleeping_ = 0;
  pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t wake_ = PTHREAD_COND_INITIALIZER;
};

WorkerPool::~WorkerPool() {
  stop_ = true;
  Publish();
  for (const pthread_t worker : workers_) pthread_join(worker, nullptr);
}

bool WorkerPool::Start(int num_workers) {
  workers_.reserve(static_cast<size_t>(num_workers));
  while (workers_.size() < static_cast<size_t>(num_workers)) {
    pthread_t worker;
    if (pthread_create(&worker, nullptr, WorkerMain, this) != 0) return false;
    workers_.push_back(worker);
  }
  return true;
}

void WorkerPool::Publish() {
  call_.fetch_add(1);
  if (sleeping_.load() == 0) return;
  pthread_mutex_lock(&mutex_);
  pthread_cond_broadcast(&wake_);
  pthread_mutex_unlock(&mutex_);
}

void WorkerPool::Run(void (*function)(void* context, int part), void* context,
                     int num_parts) {
  function_ = function;
  context_ = context;
  num_parts_ = num_parts;
  next_part_.store(0, std::memory_order_relaxed);
  busy_.store(static_cast<int>(workers_.size()), std::memory_order_relaxed);
  Publish();
  RunParts();
  for (int i = 0; busy_.load(std::memory_order_acquire) != 0; ++i) {
    if (i < spins_) {
      Pause();
    } else {
      sched_yield();
    }
  }
}

void WorkerPool::RunParts() {
  for (;;) {
    const int part = next_part_.fetch_add(1, std::memory_order_relaxed);
    if (part >= num_parts_) return;
    function_(context_, part);
  }
}

uint32_t WorkerPool::SleepUntilCall(uint32_t seen) {
  pthread_mutex_lock(&mutex_);
  sleeping_.fetch_add(1);
  uint32_t call;
  while ((call = call_.load()) == seen) pthread_cond_wait(&wake_, &mutex_);
  sleeping_.fetch_sub(1);
  pthread_mutex_unlock(&mutex_);
  return call;
}

uint32_t WorkerPool::WaitForCall(uint32_t seen) {
  for (int i = 0; i < spins_; ++i) {
    const uint32_t call = call_.load(std::memory_order_acquire);
    if (call != seen) return call;
    Pause();
  }
  return SleepUntilCall(seen);
}

void* WorkerPool::WorkerMain(void* pool) {
  WorkerPool& p = *static_cast<WorkerPool*>(pool);
  // A thread may start after the first call was published: it counts calls
  // from 0, and not from what it finds.
  uint32_t call = 0;
  for (;;) {
    call = p.WaitForCall(call);
    if (p.stop_) return nullptr;
    p.RunParts();
    p.busy_.fetch_sub(1, std::memory_order_release);
  }
}

}  // namespace

std::unique_ptr<ThreadPool> CreateWorkerPool(int num_threads, bool yield) {
  auto pool = std::make_unique<WorkerPool>(yield);
  if (!pool->Start(num_threads - 1)) return nullptr;
  return pool;
}

}  // namespace octet
