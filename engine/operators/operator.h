// Operator: one step of a plan, ready to run.
//
// Each operator's file in this folder holds three things: what a file must
// fulfil (Verify...), everything that can fail or needs memory (Make..., the
// constructor and Pack), and Run, which can do neither.

#ifndef OCTET_ENGINE_OPERATORS_OPERATOR_H_
#define OCTET_ENGINE_OPERATORS_OPERATOR_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/network.h"
#include "engine/operators/output_table.h"
#include "kernels/dispatch.h"

namespace octet {

class ExpandedWeights;

// Alignment of every block in the arena and in packed memory.
inline constexpr uint64_t kBlockAlignment = 64;

constexpr uint64_t AlignBlock(uint64_t bytes) {
  return (bytes + kBlockAlignment - 1) / kBlockAlignment * kBlockAlignment;
}

// What operators are made from.
struct PrepareContext {
  const Network& network;
  const KernelSet& kernels;
  // They lie there until all operators have packed theirs.
  const ExpandedWeights& weights;
  // The threads of the pool, and the work (in multiply-accumulates) below which
  // another part costs more than it saves.
  int max_parts = 1;
  int64_t min_work_per_part = 1;
};

// Where the tensors of one session lie.
struct RunContext {
  uint8_t* const* tensors;  // one for each tensor of the network
  uint8_t* scratch;         // scratch_bytes for each part of this operator
};

// What a plan needs to know of an operator.
struct OperatorPlan {
  std::string kernel;  // for people: "avx2 gemm 6x16"
  // Run is called once for each part, on any threads.
  int num_parts = 1;
  int64_t macs = 0;            // multiply-accumulates of a run
  uint64_t packed_bytes = 0;   // of constants, kept while the session lives
  uint64_t scratch_bytes = 0;  // of each part, a multiple of kBlockAlignment
  // The output is the input's memory; Run does nothing.
  bool aliases_input = false;
  // Bit i: the output may take the place of input i, if nothing else reads it.
  uint8_t overwrites = 0;

  // SetOutputStride may be called.
  bool strides_output = false;
  // Of an operator that lays its inputs side by side along the last dimension:
  // where each begins in the output's pixels. Otherwise empty.
  std::vector<int64_t> joined_at;

  // Bit i: SetInputStride may be called for input i.
  uint8_t strides_inputs = 0;
  // Of an operator whose output is some neighbouring channels of its input:
  // where they begin in the input's pixels. Otherwise -1.
  int64_t part_at = -1;

  // SetOutputTable may be called.
  bool applies_table = false;

  bool StridesInput(size_t input) const {
    return input < 8 && (strides_inputs >> input & 1) != 0;
  }
  bool Overwrites(size_t input) const {
    return input < 8 && (overwrites >> input & 1) != 0;
  }
};

class FusibleOperator;

class Operator {
 public:
  Operator() = default;
  virtual ~Operator() = default;
  Operator(const Operator&) = delete;
  Operator& operator=(const Operator&) = delete;

  const OperatorPlan& plan() const { return plan_; }

  // What the plan may ask of this operator beside that; null for most.
  virtual FusibleOperator* fusible() { return nullptr; }

  // Fills `memory`, plan().packed_bytes aligned to kBlockAlignment, which stays
  // while the operator lives. The model's file is not read afterwards.
  virtual void Pack(uint8_t* memory) { (void)memory; }

  virtual void Run(const RunContext& context, int part) const = 0;

 protected:
  OperatorPlan plan_;
};

// An operator that may read and write inside the memory of its neighbours, or
// does a part of their work; plan() says which of these may be called. Apart
// from Operator, whose table each of the many others has.
class FusibleOperator : public Operator {
 public:
  FusibleOperator* fusible() final { return this; }

  // Before Pack. The output's pixels (its values along the last dimension) lie
  // `stride` bytes apart instead of side by side.
  virtual void SetOutputStride(int64_t stride) { (void)stride; }
  // Before Pack and before the plan asks for sizes. The same for an input.
  virtual void SetInputStride(size_t input, int64_t stride) {
    (void)input;
    (void)stride;
  }
  // Before Pack. The output is a part of the input's memory, and Run has
  // nothing to do. REQUIRES: plan().part_at >= 0.
  virtual void BecomeView() {}
  // Before Pack. Every byte of the output is replaced by its value in the
  // table, which lives as long as the plan.
  virtual void SetOutputTable(const OutputTable& table) { (void)table; }
  // Before Pack. The table of a Lookup, which the operator in front of it
  // applies from now on: its output is its input. Null from other operators.
  virtual const uint8_t* GiveAwayTable() { return nullptr; }
  // Before Pack. The input's values lie in their place in the output already.
  // REQUIRES: plan().joined_at is not empty.
  virtual void SkipInput(size_t input) { (void)input; }
};

}  // namespace octet

#endif  // OCTET_ENGINE_OPERATORS_OPERATOR_H_
