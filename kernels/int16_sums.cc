#include "kernels/int16_sums.h"

#include <cstring>

namespace octet {
namespace {

constexpr size_t kHalf = 2;  // neighbours that one sum takes from a block
constexpr int kSigns[] = {1, -1};

size_t RoundUp64(size_t value) { return (value + 63) / 64 * 64; }

// From ExtraSteps to the weights of the first one.
size_t WeightsAt(size_t count) {
  return RoundUp64(sizeof(ExtraSteps) + count * sizeof(ExtraStep));
}

// The weights of one sign: sign * weight, or 0.
int Part(int weight, int sign) { return weight * sign > 0 ? weight * sign : 0; }

// Of the two neighbours at `half`.
int PartOfHalf(const int8_t* half, int sign) {
  return Part(half[0], sign) + Part(half[1], sign);
}

// By how much the two halves of a sum are too large together.
int ExcessOf(const int8_t* half0, const int8_t* half1, int sign) {
  const int sum = PartOfHalf(half0, sign) + PartOfHalf(half1, sign);
  return sum > kMostOfInt16Sum ? sum - kMostOfInt16Sum : 0;
}

// Moves up to `amount` from the weights at `from` to those at `to`.
void Move(int amount, int sign, int8_t* from, int8_t* to) {
  for (size_t i = 0; i < kHalf; ++i) {
    const int part = Part(from[i], sign);
    const int moved = part < amount ? part : amount;
    from[i] = static_cast<int8_t>(from[i] - sign * moved);
    to[i] = static_cast<int8_t>(to[i] + sign * moved);
    amount -= moved;
  }
}

}  // namespace

size_t ExtraStepBytes(size_t nr, size_t count) {
  return WeightsAt(count) + RoundUp64(count * 2 * nr * kInt16SumBlock);
}

ExtraStepPacker::ExtraStepPacker(size_t nr, size_t capacity, uint8_t* to)
    : nr_(nr), to_(to) {
  if (to != nullptr) weights_ = to + WeightsAt(capacity);
}

// Most steps need no more than this question.
bool ExtraStepPacker::HasExcess(const int8_t* step) const {
  const int8_t* second = step + nr_ * kInt16SumBlock;
  int most = 0;
  for (size_t i = 0; i < nr_ * kInt16SumBlock; i += kHalf) {
    const int sum = step[i] + step[i + 1] + second[i] + second[i + 1];
    const int positive = Part(step[i], 1) + Part(step[i + 1], 1) +
                         Part(second[i], 1) + Part(second[i + 1], 1);
    const int negative = positive - sum;
    most = positive > most ? positive : most;
    most = negative > most ? negative : most;
  }
  return most > kMostOfInt16Sum;
}

// The block to take excess from first: one that has all of it, if there is
// one. REQUIRES: HasExcess.
size_t ExtraStepPacker::BlockOfExcess(const int8_t* step) const {
  const size_t second = nr_ * kInt16SumBlock;
  bool first_has_all = true;
  bool second_has_all = true;
  for (size_t i = 0; i < second; i += kHalf) {
    for (const int sign : kSigns) {
      const int excess = ExcessOf(step + i, step + second + i, sign);
      first_has_all = first_has_all && PartOfHalf(step + i, sign) >= excess;
      second_has_all =
          second_has_all && PartOfHalf(step + second + i, sign) >= excess;
    }
  }
  return !first_has_all && second_has_all ? 1 : 0;
}

// Moves excess from one block to `taken`, which is 0; false if there was none.
bool ExtraStepPacker::TakeExcess(int8_t* step, size_t block,
                                 int8_t* taken) const {
  const size_t size = nr_ * kInt16SumBlock;
  bool any = false;
  for (size_t i = 0; i < size; i += kHalf) {
    for (const int sign : kSigns) {
      const int excess = ExcessOf(step + i, step + size + i, sign);
      if (excess == 0) continue;
      any = true;
      // A taken half alone must fit, too.
      Move(excess < kMostOfInt16Sum ? excess : kMostOfInt16Sum, sign,
           step + block * size + i, taken + i);
    }
  }
  return any;
}

void ExtraStepPacker::Split(size_t run, size_t at, int8_t* step) {
  if (!HasExcess(step)) return;
  size_t from = BlockOfExcess(step);
  for (;; from = 1 - from) {
    Block block = {static_cast<int32_t>(run),
                   static_cast<int32_t>(at + from * kInt16SumBlock),
                   {}};
    if (!TakeExcess(step, from, block.weights)) return;
    Append(block);
  }
}

bool ExtraStepPacker::FitsBehindOpen(const Block& block) const {
  if (!has_open_ || open_.run != block.run) return false;
  for (size_t i = 0; i < nr_ * kInt16SumBlock; i += kHalf) {
    for (const int sign : kSigns) {
      if (ExcessOf(open_.weights + i, block.weights + i, sign) != 0) {
        return false;
      }
    }
  }
  return true;
}

void ExtraStepPacker::Append(const Block& block) {
  if (FitsBehindOpen(block)) {
    Store(open_, &block);
    has_open_ = false;
    return;
  }
  if (has_open_) Store(open_, nullptr);
  open_ = block;
  has_open_ = true;
}

// second: null if the step has one block only; its weights are then 0.
void ExtraStepPacker::Store(const Block& first, const Block* second) {
  const size_t index = count_++;
  if (to_ == nullptr) return;
  const ExtraStep step = {
      first.run, {first.at, second == nullptr ? first.at : second->at}};
  std::memcpy(to_ + sizeof(ExtraSteps) + index * sizeof(step), &step,
              sizeof(step));
  const size_t size = nr_ * kInt16SumBlock;
  uint8_t* weights = weights_ + index * 2 * size;
  std::memcpy(weights, first.weights, size);
  if (second != nullptr) std::memcpy(weights + size, second->weights, size);
}

size_t ExtraStepPacker::Finish() {
  if (has_open_) Store(open_, nullptr);
  has_open_ = false;
  if (to_ != nullptr) {
    const ExtraSteps header = {static_cast<int32_t>(count_),
                               static_cast<int32_t>(weights_ - to_)};
    std::memcpy(to_, &header, sizeof(header));
  }
  return count_;
}

}  // namespace octet
