#include "octet/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

namespace octet {
namespace {

TEST(ThreadPoolTest, EveryPartOnce) {
  for (const int threads : {1, 2, 5}) {
    auto pool = CreateThreadPool(threads);
    ASSERT_TRUE(pool.ok()) << pool.status().message();
    EXPECT_EQ((*pool)->num_threads(), threads);
    for (int num_parts = 1; num_parts <= threads; ++num_parts) {
      std::vector<std::atomic<int>> calls(static_cast<size_t>(num_parts));
      (*pool)->Run(
          [](void* context, int part) {
            auto& counts =
                *static_cast<std::vector<std::atomic<int>>*>(context);
            ++counts[static_cast<size_t>(part)];
          },
          &calls, num_parts);
      for (const auto& count : calls) EXPECT_EQ(count, 1);
    }
  }
}

// Threads that spin, sleep, and are late for a call.
TEST(ThreadPoolTest, ManyCallsWithPauses) {
  auto pool = CreateThreadPool(3);
  ASSERT_TRUE(pool.ok()) << pool.status().message();
  // Plain numbers: what a part writes, Run's end makes visible.
  std::vector<int> counts(3);
  constexpr int kCalls = 3000;
  for (int call = 0; call < kCalls; ++call) {
    if (call % 1000 == 0) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    (*pool)->Run(
        [](void* context, int part) {
          ++(*static_cast<std::vector<int>*>(context))[size_t(part)];
        },
        &counts, 3);
    ASSERT_EQ(counts, std::vector<int>(3, call + 1));
  }
}

TEST(ThreadPoolTest, NumberOfThreads) {
  auto all = CreateThreadPool(0);
  ASSERT_TRUE(all.ok());
  EXPECT_GE((*all)->num_threads(), 1);
  EXPECT_EQ(CreateThreadPool(-1).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(CreateThreadPool(100000).status().code(),
            StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace octet
