// Splits weights so that kernels with int16_sums (gemm.h) cannot saturate.

#ifndef OCTET_KERNELS_INT16_SUMS_H_
#define OCTET_KERNELS_INT16_SUMS_H_

#include <cstddef>
#include <cstdint>

#include "kernels/gemm.h"

namespace octet {

// Weights of a channel in a block; a step has two blocks.
inline constexpr size_t kInt16SumBlock = 4;

// The bytes behind a panel's weights, with room for `count` extra steps.
size_t ExtraStepBytes(size_t nr, size_t count);

// Takes the steps of one panel, in turn, and makes the extra ones.
class ExtraStepPacker {
 public:
  // `to`: ExtraStepBytes(nr, capacity), all 0; null: nothing is stored, and
  // Finish only counts.
  ExtraStepPacker(size_t nr, size_t capacity, uint8_t* to);

  // `step` is [2][nr][4], the weights for bytes `at` ... at + 7 of the run.
  // What does not fit is taken from it and put into extra steps.
  void Split(size_t run, size_t at, int8_t* step);

  // After the last step; returns the number of extra ones.
  size_t Finish();

 private:
  // Weights that were taken, for activations from `at` on.
  struct Block {
    int32_t run;
    int32_t at;
    int8_t weights[256 * kInt16SumBlock];  // [nr][4]
  };

  bool TakeExcess(int8_t* step, size_t block, int8_t* taken) const;
  bool HasExcess(const int8_t* step) const;
  size_t BlockOfExcess(const int8_t* step) const;
  bool FitsBehindOpen(const Block& block) const;
  void Append(const Block& block);
  void Store(const Block& first, const Block* second);

  const size_t nr_;
  uint8_t* const to_;
  uint8_t* weights_ = nullptr;
  size_t count_ = 0;
  bool has_open_ = false;
  Block open_;  // the first half of a step whose second is free
};

}  // namespace octet

#endif  // OCTET_KERNELS_INT16_SUMS_H_
