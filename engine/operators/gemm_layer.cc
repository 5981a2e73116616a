#include "engine/operators/gemm_layer.h"

#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace octet {
namespace {

// Half of the L2 cache, whose other half is for activations, but not more than
// has been found to help: 1 MiB of a cache of 2 is no faster. No result depends
// on it.
uint64_t BlockBytes() {
  constexpr uint64_t kLeast = 64 * 1024;
  constexpr uint64_t kMost = 256 * 1024;
#if defined(_SC_LEVEL2_CACHE_SIZE)
  // Once: the question takes long in a virtual machine.
  static const long size = sysconf(_SC_LEVEL2_CACHE_SIZE);
  if (size > 0) {
    return std::clamp(static_cast<uint64_t>(size) / 2, kLeast, kMost);
  }
#endif
  return kMost;  // the system does not tell
}

WeightRange RangeOf(const LayerWeights& weights) {
  if (weights.weight_zero_point != 0) return WeightRange::kZeroPoint;
  return std::memchr(weights.weights, INT8_MIN & 0xff,
                     weights.n * weights.channel_stride) != nullptr
             ? WeightRange::kInt8
             : WeightRange::kSymmetric;
}

}  // namespace

GemmLayer::GemmLayer(const PrepareContext& context, const GemmLayerShape& shape,
                     const LayerWeights& weights, const OutputStage& stage,
                     const GemmResidual& residual,
                     const SecondPass& second_pass)
    : shape_(shape),
      weights_(weights),
      stage_(stage),
      residual_(residual),
      accumulator_stage_(context, second_pass, shape.groups * shape.n, stage),
      form_(context.kernels.form) {
  const size_t num_runs = static_cast<size_t>(shape.num_runs);
  const size_t run_length = static_cast<size_t>(shape.run_length);
  ChooseKernel(context);
  left_shifts_ = LeftShiftsOf(kernel_->descriptor.weight_type, weights,
                              num_runs * run_length);
  panels_ = CeilDiv(shape.n, static_cast<int64_t>(kernel_->descriptor.nr));
  CountSteps();
  panel_bytes_ =
      GemmPanelBytes(kernel_->descriptor, num_runs, run_length, extra_steps_);
  group_bytes_ = panel_bytes_ * static_cast<uint64_t>(panels_);
  DivideWork(context);
}

void GemmLayer::ChooseKernel(const PrepareContext& context) {
  const GemmShape shape = {static_cast<size_t>(shape_.pixels),
                           static_cast<size_t>(shape_.n),
                           static_cast<size_t>(shape_.num_runs),
                           static_cast<size_t>(shape_.run_length)};
  const char* isa = nullptr;
  if (accumulator_stage_.used()) {
    const bool to_float = accumulator_stage_.output_bytes() > 1;
    kernel_ =
        SelectAccumulateGemm(context.kernels, shape, RangeOf(weights_), &isa);
    kernel_name_ = std::string(isa) +
                   (to_float ? " gemm to float " : " tflite gemm ") +
                   kernel_->descriptor.name;
    return;
  }
  kernel_ = SelectGemm(context.kernels, shape, &weights_, &isa);
  kernel_name_ = std::string(isa) + " gemm " + kernel_->descriptor.name;
}

LayerWeights GemmLayer::WeightsOf(size_t group) const {
  const size_t n = static_cast<size_t>(shape_.n);
  LayerWeights part = weights_;
  part.n = n;
  part.weights += group * n * part.channel_stride;
  part.bias += group * n;
  if (part.per_channel) {
    part.multiplier += group * n;
    part.shift += group * n;
  }
  return part;
}

void GemmLayer::CountSteps() {
  for (int64_t group = 0; group < shape_.groups; ++group) {
    const ExtraStepCount count = CountExtraSteps(
        kernel_->descriptor, WeightsOf(static_cast<size_t>(group)),
        static_cast<size_t>(shape_.num_runs),
        static_cast<size_t>(shape_.run_length));
    extra_steps_ = std::max(extra_steps_, count.most);
  }
}

void GemmLayer::DivideWork(const PrepareContext& context) {
  const int64_t tiles = CeilDiv(shape_.pixels, mr());
  const int64_t all_panels = panels_ * shape_.groups;
  const int64_t work = shape_.pixels * shape_.groups * shape_.n *
                       (shape_.num_runs * shape_.run_length + kWorkPerOutput);
  const int parts_of_tiles = NumParts(context, work, tiles);
  const int parts_of_panels = NumParts(context, work, all_panels);
  // Dividing columns lets every part read all pixels: only for a clear gain.
  columns_divided_ = LargestShare(all_panels, parts_of_panels) <
                     0.9 * LargestShare(tiles, parts_of_tiles);
  if (!columns_divided_) {
    num_parts_ = parts_of_tiles;
    AppendBlocks({0, all_panels});
    return;
  }
  num_parts_ = parts_of_panels;
  for (int part = 0; part < num_parts_; ++part) {
    part_blocks_.push_back(static_cast<int64_t>(blocks_.size()));
    AppendBlocks(PartOf(all_panels, part, num_parts_));
  }
  part_blocks_.push_back(static_cast<int64_t>(blocks_.size()));
}

void GemmLayer::AppendBlocks(Range panels) {
  const int64_t nr = static_cast<int64_t>(kernel_->descriptor.nr);
  const int64_t most =
      std::max<int64_t>(1, static_cast<int64_t>(BlockBytes() / panel_bytes_));
  for (int64_t panel = panels.begin; panel < panels.end;) {
    const int64_t group = panel / panels_;
    const int64_t first = panel % panels_;
    const int64_t count = std::min({most, panels_ - first, panels.end - panel});
    const int64_t channels = std::min(count * nr, shape_.n - first * nr);
    blocks_.push_back({group, first, group * shape_.n + first * nr, channels});
    max_block_channels_ = std::max(max_block_channels_, channels);
    panel += count;
  }
}

uint64_t GemmLayer::weight_bytes() const {
  return AlignBlock(group_bytes_ * static_cast<uint64_t>(shape_.groups) +
                    kOverreadBytes);
}

uint64_t GemmLayer::packed_bytes() const {
  return weight_bytes() + accumulator_stage_.packed_bytes();
}

uint64_t GemmLayer::workspace_bytes() const {
  return kernel_workspace_bytes() + accumulator_stage_.scratch_bytes(
                                        max_call_pixels(), max_block_channels_);
}

uint64_t GemmLayer::kernel_workspace_bytes() const {
  return AlignBlock(GemmWorkspaceBytes(kernel_->descriptor,
                                       static_cast<size_t>(shape_.num_runs),
                                       static_cast<size_t>(shape_.run_length)));
}

void GemmLayer::Pack(uint8_t* memory) {
  for (size_t group = 0; group < static_cast<size_t>(shape_.groups); ++group) {
    PackGemm(kernel_->descriptor, form_, WeightsOf(group),
             static_cast<size_t>(shape_.num_runs),
             static_cast<size_t>(shape_.run_length), extra_steps_,
             memory + group * group_bytes_);
  }
  packed_ = memory;
  if (accumulator_stage_.used()) {
    accumulator_stage_.Pack(memory + weight_bytes());
  }
}

Range GemmLayer::PixelsOf(int part) const {
  if (columns_divided_) return {0, shape_.pixels};
  const Range tiles = PartOf(CeilDiv(shape_.pixels, mr()), part, num_parts_);
  return {tiles.begin * mr(), std::min(tiles.end * mr(), shape_.pixels)};
}

Range GemmLayer::BlocksOf(int part) const {
  if (!columns_divided_) return {0, static_cast<int64_t>(blocks_.size())};
  const size_t index = static_cast<size_t>(part);
  return {part_blocks_[index], part_blocks_[index + 1]};
}

void GemmLayer::Run(const ColumnBlock& block, const GemmRun* runs, int64_t m,
                    const GemmTarget& target, uint8_t* workspace) const {
  GemmArgs args = {};
  args.m = static_cast<size_t>(m);
  args.n = static_cast<size_t>(block.channels);
  args.num_runs = static_cast<size_t>(shape_.num_runs);
  args.run_length = static_cast<size_t>(shape_.run_length);
  args.runs = runs;
  args.packed_weights = packed_ +
                        static_cast<uint64_t>(block.group) * group_bytes_ +
                        static_cast<uint64_t>(block.first_panel) * panel_bytes_;
  args.panel_bytes = static_cast<size_t>(panel_bytes_);
  args.output = target.output;
  args.output_stride = static_cast<ptrdiff_t>(target.output_stride);
  args.residual = residual_;
  args.residual.base = target.residual;
  args.residual.pixel_stride = static_cast<ptrdiff_t>(target.residual_stride);
  args.workspace = workspace;
  args.left_shifts = left_shifts_;
  args.stage = stage_;
  args.form = form_;
  args.earlier_calls = static_cast<size_t>(target.earlier_calls);
  if (accumulator_stage_.used()) {
    int32_t* accumulators =
        reinterpret_cast<int32_t*>(workspace + kernel_workspace_bytes());
    args.output = accumulators;
    args.output_stride = static_cast<ptrdiff_t>(block.channels * 4);
    kernel_->run(args);
    accumulator_stage_.Run(accumulators, m, block.first_channel, block.channels,
                           target.output, target.output_stride);
  } else {
    kernel_->run(args);
  }
  table_.Apply(target.output, m, block.channels, target.output_stride);
}

}  // namespace octet
