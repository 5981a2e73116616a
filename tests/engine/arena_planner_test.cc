#include "engine/arena_planner.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/random.h"
#include "tests/test_seed.h"

namespace octet {
namespace {

constexpr uint64_t kAlignment = 64;

// Two blocks that live at the same step share no byte; all lie in the arena.
void ExpectValid(const std::vector<ArenaBlock>& blocks, uint64_t size) {
  for (size_t i = 0; i < blocks.size(); ++i) {
    const ArenaBlock& a = blocks[i];
    if (a.bytes == 0) continue;
    EXPECT_EQ(a.place % kAlignment, 0u);
    EXPECT_LE(a.place + a.bytes, size);
    for (size_t j = 0; j < i; ++j) {
      const ArenaBlock& b = blocks[j];
      if (b.bytes == 0 || a.last < b.first || b.last < a.first) continue;
      EXPECT_TRUE(a.place + a.bytes <= b.place || b.place + b.bytes <= a.place)
          << "blocks " << i << " and " << j;
    }
  }
}

// The most bytes alive at one step: no plan can be smaller.
uint64_t PeakBytes(const std::vector<ArenaBlock>& blocks, int steps) {
  uint64_t peak = 0;
  for (int step = 0; step < steps; ++step) {
    uint64_t alive = 0;
    for (const ArenaBlock& block : blocks) {
      if (block.first <= step && step <= block.last) alive += block.bytes;
    }
    peak = std::max(peak, alive);
  }
  return peak;
}

TEST(ArenaPlannerTest, ChainReusesMemory) {
  // Each block lives while the next one is written: two places are enough.
  std::vector<ArenaBlock> blocks;
  for (int i = 0; i < 10; ++i) blocks.push_back({640, i, i + 1, 0});
  const uint64_t size = PlanArena(kAlignment, &blocks);
  EXPECT_EQ(size, 1280u);
  ExpectValid(blocks, size);
}

TEST(ArenaPlannerTest, FillsGaps) {
  std::vector<ArenaBlock> blocks = {
      {1024, 0, 3, 0}, {512, 0, 0, 0}, {256, 1, 2, 0}, {256, 1, 3, 0}};
  const uint64_t size = PlanArena(kAlignment, &blocks);
  EXPECT_EQ(size, 1536u);
  ExpectValid(blocks, size);
}

TEST(ArenaPlannerTest, EmptyBlocksTakeNoRoom) {
  std::vector<ArenaBlock> blocks = {{0, 0, 9, 0}, {1, 0, 9, 0}, {0, 3, 4, 0}};
  EXPECT_EQ(PlanArena(kAlignment, &blocks), kAlignment);
}

TEST(ArenaPlannerTest, RandomPlansAreValidAndTight) {
  Random random(TestSeed());
  for (int round = 0; round < 200; ++round) {
    const int steps = static_cast<int>(random.Between(1, 20));
    std::vector<ArenaBlock> blocks;
    for (int64_t i = random.Between(1, 25); i > 0; --i) {
      const int first = static_cast<int>(random.Between(0, steps - 1));
      const int last =
          std::min(steps - 1, first + static_cast<int>(random.Between(0, 4)));
      blocks.push_back(
          {static_cast<uint64_t>(random.Between(0, 2000)), first, last, 0});
    }
    const uint64_t size = PlanArena(kAlignment, &blocks);
    ExpectValid(blocks, size);
    EXPECT_GE(size, PeakBytes(blocks, steps));
    uint64_t sum = 0;
    for (const ArenaBlock& block : blocks) sum += block.bytes + kAlignment;
    EXPECT_LE(size, sum);
    if (HasFailure()) FAIL() << "round " << round << "; " << ReplayHint();
  }
}

}  // namespace
}  // namespace octet
