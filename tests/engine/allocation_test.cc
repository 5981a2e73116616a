// After the first run, Session::Run takes nothing from the heap, on any thread.

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>

#include "octet/session.h"
#include "tests/engine/count_allocations.h"
#include "tests/engine/run_network.h"
#include "tests/engine/small_network.h"

namespace octet {
namespace {

TEST(AllocationCountTest, SeesAllocations) {
  const int64_t before = AllocationCount();
  std::vector<std::unique_ptr<int>> kept;
  kept.push_back(std::make_unique<int>(1));
  void* volatile memory = std::malloc(10);
  std::free(memory);
  void* aligned = DefaultAllocator()->Allocate(64, 64);
  DefaultAllocator()->Free(aligned, 64, 64);
  EXPECT_GE(AllocationCount() - before, 4);
}

int64_t AllocationsOfRuns(const SessionOptions& options) {
  const std::vector<uint8_t> bytes = SmallNetwork(64, 48).Finish();
  auto model = Model::FromMemory(bytes.data(), bytes.size());
  EXPECT_TRUE(model.ok());
  auto session = Session::Create(*model, options);
  EXPECT_TRUE(session.ok()) << session.status().message();
  const std::vector<float> input((*model)->inputs()[0].NumElements(), 0.3f);
  std::vector<float> output((*model)->outputs()[0].NumElements());
  bool ok = (*session)->SetInput(0, input.data(), input.size()).ok();
  ok = ok && (*session)->Run().ok();
  const int64_t before = AllocationCount();
  for (int i = 0; i < 5; ++i) {
    ok = ok && (*session)->SetInput(0, input.data(), input.size()).ok();
    ok = ok && (*session)->Run().ok();
    ok = ok && (*session)->GetOutput(0, output.data(), output.size()).ok();
  }
  const int64_t count = AllocationCount() - before;
  EXPECT_TRUE(ok);
  return count;
}

TEST(AllocationTest, OneThread) {
  EXPECT_EQ(AllocationsOfRuns({.num_threads = 1}), 0);
  EXPECT_EQ(AllocationsOfRuns({.num_threads = 1, .isa = "scalar"}), 0);
}

TEST(AllocationTest, ThreeThreads) {
  EXPECT_EQ(AllocationsOfRuns({.num_threads = 3}), 0);
}

TEST(AllocationTest, ApplicationsPoolAndAllocator) {
  BackwardPool pool(3);
  FillingAllocator allocator(0);
  EXPECT_EQ(AllocationsOfRuns({.thread_pool = &pool, .allocator = &allocator}),
            0);
}

TEST(AllocationTest, KeepingIntermediates) {
  EXPECT_EQ(AllocationsOfRuns({.keep_intermediates = true}), 0);
}

}  // namespace
}  // namespace octet
