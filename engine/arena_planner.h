// The arena planner: gives blocks of memory with known lifetimes their places
// in one arena, so that blocks that never live at the same time may share.
//
// Greedy by size: the largest block first, each at the lowest place that is
// free during its whole lifetime.

#ifndef OCTET_ENGINE_ARENA_PLANNER_H_
#define OCTET_ENGINE_ARENA_PLANNER_H_

#include <cstdint>
#include <vector>

namespace octet {

// A block lives from step `first` to step `last`, both included.
struct ArenaBlock {
  uint64_t bytes = 0;
  int first = 0;
  int last = 0;
  uint64_t place = 0;  // the planner's result
};

// Sets `place` of every block, a multiple of `alignment`, and returns the
// arena's size. Blocks of 0 bytes take no room. REQUIRES: first <= last, sizes
// whose sum is below 2^63, alignment a power of two.
uint64_t PlanArena(uint64_t alignment, std::vector<ArenaBlock>* blocks);

}  // namespace octet

#endif  // OCTET_ENGINE_ARENA_PLANNER_H_
