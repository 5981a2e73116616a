// Plan: a network made ready for one machine. Kernels chosen, weights packed,
// every tensor and scratch with its place in one arena.

#ifndef OCTET_ENGINE_PLAN_H_
#define OCTET_ENGINE_PLAN_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/arena_planner.h"
#include "engine/block.h"
#include "engine/expanded_weights.h"
#include "engine/network.h"
#include "engine/operators/operator.h"
#include "kernels/dispatch.h"
#include "octet/allocator.h"
#include "octet/session.h"
#include "octet/status.h"
#include "octet/thread_pool.h"

namespace octet {

struct PlanOptions {
  const KernelTable* table = nullptr;  // the leading one
  Allocator* allocator = nullptr;
  int max_parts = 1;  // the pool's threads
  bool keep_intermediates = false;
  // 3 to 5 microseconds of the fastest kernels. Handing a part to a thread that
  // spins and waiting for it costs 0.6 to 0.9 where cores share a cache, and
  // some 2 where they lie far apart: networks of 20 us were slower on two.
  int64_t min_work_per_part = 1000000;
};

// Where a tensor lies: in the memory of its root.
struct TensorPlace {
  int root;
  uint64_t offset = 0;       // bytes from the root's first
  int64_t pixel_stride = 0;  // 0: its pixels lie side by side
};

class Plan {
 public:
  // `network` outlives the plan. Errors: kResourceExhausted.
  static Result<std::unique_ptr<Plan>> Create(const Network& network,
                                              const PlanOptions& options);

  int num_steps() const { return static_cast<int>(operators_.size()); }
  const Operator& step(int index) const {
    return *operators_[static_cast<size_t>(index)];
  }
  // The most parts of a step: more threads have nothing to do.
  int most_parts() const;
  // Multiply-accumulates of a run in steps of more than one part.
  int64_t divided_macs() const;
  // Runs one step; `pool` is not used (and may be null) if max_parts is 1.
  void RunStep(int index, ThreadPool* pool) const;

  // Where the values of an activation lie, in the form of kernels().
  uint8_t* tensor(int index) const {
    return tensors_[static_cast<size_t>(index)];
  }
  const KernelSet& kernels() const { return kernels_; }
  MemoryUse memory_use() const { return memory_use_; }
  std::string Describe() const;

 private:
  Plan(const Network& network, const PlanOptions& options);

  void MakeOperators(const ExpandedWeights& weights);
  // Gives operators and constants their places in packed memory; its size.
  uint64_t LayOutPacked();
  // The last step that needs the values of each tensor.
  std::vector<int> FindLastUses() const;
  // By tensor: the step that writes it, if one input of one operator is all
  // that reads it; otherwise -1.
  std::vector<int> FindPrivateWriters() const;
  // Lets layers apply the tables of the Lookups behind them.
  void FuseLookups();
  // The tensor that is the Lookup's input where `tensor` is the output of a
  // fused one; otherwise `tensor`.
  size_t WrittenTensor(size_t tensor, const std::vector<int>& writers) const;
  // Lets operators write their outputs into that of the Concat that joins
  // them.
  void PlaceJoinedInputs();
  void FindRoots();
  // An input of an operator.
  struct Reader {
    size_t step;
    size_t input;
  };
  // Of each tensor.
  std::vector<std::vector<Reader>> FindReaders() const;
  // Whether the output of the step can lie in its input as a part of each of
  // its pixels: it does not leave the plan, and all who read it allow it.
  bool CanBeView(size_t step, const std::vector<Reader>& readers) const;
  // Makes it so. REQUIRES: CanBeView.
  void MakeView(size_t step, const std::vector<Reader>& readers);
  int RootOf(int tensor) const {
    return places_[static_cast<size_t>(tensor)].root;
  }
  bool MayOverwrite(size_t step, size_t input) const;
  void MakeBlocks();
  // What the arena would be if every tensor had memory of its own.
  uint64_t UnplannedBytes() const;
  Status Allocate(uint64_t packed_bytes);
  void Pack();
  void SetAddresses();
  std::string DescribeStep(int index) const;

  const Network& network_;
  PlanOptions options_;
  KernelSet kernels_;
  std::vector<std::unique_ptr<Operator>> operators_;
  // Of each operator's constants in packed memory.
  std::vector<uint64_t> packed_places_;
  // Of each tensor that is a constant and read as an activation: a copy in the
  // plan's form. kNotCopied for others.
  std::vector<uint64_t> constant_places_;
  // Of each tensor. Its root is itself, the root of an input of the operator
  // that writes it (a Reshape, an Add in place) or that of the Concat that
  // reads it.
  std::vector<TensorPlace> places_;
  // In the arena: one for each tensor (empty where it is not its own root or a
  // constant), then one for the scratch of each operator.
  std::vector<ArenaBlock> blocks_;
  MemoryUse memory_use_;

  Block packed_;
  Block arena_;
  std::vector<uint8_t*> tensors_;
  std::vector<uint8_t*> scratch_;  // of each operator
};

}  // namespace octet

#endif  // OCTET_ENGINE_PLAN_H_
