#include "engine/arena_planner.h"

#include <algorithm>
#include <cstddef>

namespace octet {
namespace {

uint64_t AlignUp(uint64_t value, uint64_t alignment) {
  return (value + alignment - 1) & ~(alignment - 1);
}

bool LiveTogether(const ArenaBlock& a, const ArenaBlock& b) {
  return a.first <= b.last && b.first <= a.last;
}

// The lowest gap for `block` between `placed`, which are sorted by place.
uint64_t FindPlace(const ArenaBlock& block, uint64_t alignment,
                   const std::vector<const ArenaBlock*>& placed) {
  uint64_t place = 0;
  for (const ArenaBlock* other : placed) {
    if (!LiveTogether(block, *other)) continue;
    if (place + block.bytes <= other->place) return place;
    place = std::max(place, AlignUp(other->place + other->bytes, alignment));
  }
  return place;
}

}  // namespace

uint64_t PlanArena(uint64_t alignment, std::vector<ArenaBlock>* blocks) {
  std::vector<ArenaBlock*> by_size;
  for (ArenaBlock& block : *blocks) {
    if (block.bytes > 0) by_size.push_back(&block);
  }
  // Stable: equal blocks keep their order, so that plans do not vary.
  std::stable_sort(by_size.begin(), by_size.end(),
                   [](const ArenaBlock* a, const ArenaBlock* b) {
                     return a->bytes > b->bytes;
                   });
  std::vector<const ArenaBlock*> placed;
  uint64_t size = 0;
  for (ArenaBlock* block : by_size) {
    block->place = FindPlace(*block, alignment, placed);
    size = std::max(size, block->place + block->bytes);
    const auto position =
        std::upper_bound(placed.begin(), placed.end(), block,
                         [](const ArenaBlock* a, const ArenaBlock* b) {
                           return a->place < b->place;
                         });
    placed.insert(position, block);
  }
  return AlignUp(size, alignment);
}

}  // namespace octet
