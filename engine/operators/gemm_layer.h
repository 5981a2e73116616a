// GemmLayer: a layer's packed weights and the division of its work.
//
// The result of a layer is a matrix of pixels x channels. A kernel call
// computes some pixels of one block of columns; blocks are as many panels
// as stay in the L2 cache while all pixels pass by. Threads divide the pixels,
// or, where there are few, the columns:
//
//            block 0     block 1                 block 0     block 1
//   tile 0  |  part 0  |  part 0  |     tile 0  |  part 0  |  part 1  |
//   tile 1  |  part 0  |  part 0  |
//   tile 2  |  part 1  |  part 1  |

#ifndef OCTET_ENGINE_OPERATORS_GEMM_LAYER_H_
#define OCTET_ENGINE_OPERATORS_GEMM_LAYER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "engine/operators/accumulator_stage.h"
#include "engine/operators/operator.h"
#include "engine/operators/split.h"
#include "kernels/pack.h"

namespace octet {

struct GemmLayerShape {
  int64_t pixels;
  // Each group of n output channels multiplies inputs of its own.
  int64_t groups;
  int64_t n;
  int64_t num_runs;
  int64_t run_length;
};

// Neighbouring channels of one group.
struct ColumnBlock {
  int64_t group;
  int64_t first_panel;    // within the group
  int64_t first_channel;  // within the output
  int64_t channels;
};

// Where the pixels of a kernel call go, and what is added to them on the way:
// the block's first channel of pixel 0, and bytes from pixel to pixel.
struct GemmTarget {
  uint8_t* output;
  int64_t output_stride;
  const uint8_t* residual;  // null: nothing
  int64_t residual_stride;
  int64_t earlier_calls;  // of the same block
};

class GemmLayer {
 public:
  // `weights` covers the channels of all groups and is read by Pack; so does
  // `second_pass`. `residual` says how a target's residual is added.
  GemmLayer(const PrepareContext& context, const GemmLayerShape& shape,
            const LayerWeights& weights, const OutputStage& stage,
            const GemmResidual& residual, const SecondPass& second_pass);

  // Before Pack: see Operator.
  void SetOutputTable(const OutputTable& table) { table_ = table; }

  const std::string& kernel_name() const { return kernel_name_; }
  int num_parts() const { return num_parts_; }
  // The pixels of a tile, and the most of a call.
  int64_t mr() const { return static_cast<int64_t>(kernel_->descriptor.mr); }
  int64_t max_call_pixels() const {
    return static_cast<int64_t>(MaxPixelsOfCall(kernel_->descriptor));
  }
  int64_t max_block_channels() const { return max_block_channels_; }
  // Of a value of the output.
  int64_t output_bytes() const { return accumulator_stage_.output_bytes(); }

  uint64_t packed_bytes() const;
  uint64_t workspace_bytes() const;  // of one call
  void Pack(uint8_t* memory);

  // The share of a part: these blocks of these pixels.
  Range PixelsOf(int part) const;
  Range BlocksOf(int part) const;
  const ColumnBlock& block(int64_t index) const {
    return blocks_[static_cast<size_t>(index)];
  }

  // One kernel call (and the second pass, if there is one, and the table):
  // `m` pixels, 1 ... max_call_pixels(), of `block`.
  void Run(const ColumnBlock& block, const GemmRun* runs, int64_t m,
           const GemmTarget& target, uint8_t* workspace) const;

 private:
  void ChooseKernel(const PrepareContext& context);
  LayerWeights WeightsOf(size_t group) const;
  void CountSteps();
  uint64_t weight_bytes() const;
  uint64_t kernel_workspace_bytes() const;
  void DivideWork(const PrepareContext& context);
  // Appends blocks for panels `panels` (counted over all groups).
  void AppendBlocks(Range panels);

  GemmLayerShape shape_;
  LayerWeights weights_;
  OutputStage stage_;
  GemmResidual residual_;  // without its place
  AccumulatorStage accumulator_stage_;
  OutputTable table_;
  ActivationForm form_;
  std::string kernel_name_;
  const GemmKernel* kernel_;
  LeftShifts left_shifts_;
  size_t extra_steps_ = 0;  // the most of a panel
  int64_t panels_;          // of one group
  uint64_t panel_bytes_;
  uint64_t group_bytes_;

  int num_parts_ = 1;
  bool columns_divided_ = false;
  std::vector<ColumnBlock> blocks_;
  // If columns are divided: the first block of each part, and the end.
  std::vector<int64_t> part_blocks_;
  int64_t max_block_channels_ = 0;
  const uint8_t* packed_ = nullptr;
};

}  // namespace octet

#endif  // OCTET_ENGINE_OPERATORS_GEMM_LAYER_H_
