#include "octet/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
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
