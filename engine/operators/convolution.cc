#include "engine/operators/convolution.h"

#include <algorithm>
#include <cstring>

#include "engine/operators/layer.h"

namespace octet {
namespace {

// Below, copying the inputs of a pixel costs more than an incomplete tile.
constexpr int64_t kMinChannelsToGather = 64;

constexpr int kNoTensor = -1;

// Output columns x with 0 <= x * stride - pad and
// x * stride - pad + (kernel - 1) * dilation < width.
Range InnerColumns(const ConvolutionGeometry& geometry) {
  const Window2dParams& window = geometry.window;
  const int64_t stride = window.stride_w;
  const int64_t reach = int64_t{window.dilation_w} * (window.kernel_w - 1);
  const int64_t begin = (window.pad_left + stride - 1) / stride;
  const int64_t last = geometry.width - 1 - reach + window.pad_left;
  const int64_t end = last < 0 ? 0 : last / stride + 1;
  if (begin >= std::min(end, geometry.output_width)) return {0, 0};
  return {begin, std::min(end, geometry.output_width)};
}

}  // namespace

// One block of columns for one part.
struct Convolution::Task {
  const ColumnBlock* block;
  Range pixels;
  const uint8_t* input;     // the group's first channel
  uint8_t* output;          // the block's first channel
  const uint8_t* residual;  // the same, or null
  GemmRun* runs;
  uint8_t* patches;
  int64_t* gathered_pixels;
  int64_t gathered = 0;
  uint8_t* tile;
  uint8_t* workspace;
  int64_t calls;  // of the kernel, for this block
};

// An output row: its picture's first byte and its first input row.
struct Convolution::RowPosition {
  int64_t first_pixel;  // of the output
  int64_t picture_at;   // bytes
  int64_t y;            // may lie outside the picture
};

Convolution::Convolution(const PrepareContext& context, const Node& node,
                         const ConvolutionGeometry& geometry,
                         const LayerWeights& weights, const OutputStage& stage,
                         const GemmResidual& residual,
                         const SecondPass& second_pass)
    : geometry_(geometry),
      input_(node.inputs[0]),
      output_(node.output),
      residual_(node.inputs.size() > kResidualInput
                    ? node.inputs[kResidualInput]
                    : kNoTensor),
      input_stride_(geometry.channels),
      row_runs_(geometry.groups == 1 && geometry.window.dilation_w == 1),
      inner_(InnerColumns(geometry)),
      zero_byte_(
          static_cast<uint8_t>(static_cast<uint8_t>(weights.input_zero_point) ^
                               FormMask(context.kernels.form))),
      layer_(context, LayerShape(), weights, stage, residual, second_pass),
      output_stride_(geometry.output_channels * layer_.output_bytes()) {
  const GemmLayerShape shape = LayerShape();
  patch_bytes_ = shape.num_runs * shape.run_length;
  plan_.kernel = layer_.kernel_name();
  if (residual_ != kNoTensor) {
    plan_.kernel += " + add";
    plan_.overwrites = 1 << kResidualInput;
  }
  plan_.num_parts = layer_.num_parts();
  plan_.strides_output = plan_.applies_table = layer_.output_bytes() == 1;
  // The cells of a run of several must lie side by side.
  if (!row_runs_ || geometry.window.kernel_w == 1) plan_.strides_inputs = 1;
  plan_.macs = geometry.pixels() * geometry.output_channels * patch_bytes_ /
               geometry.merged_groups;
  plan_.packed_bytes =
      layer_.packed_bytes() +
      AlignBlock(static_cast<uint64_t>(shape.run_length) + kOverreadBytes);
  LayOutScratch();
}

GemmLayerShape Convolution::LayerShape() const {
  const Window2dParams& window = geometry_.window;
  const int64_t n = geometry_.output_channels / geometry_.groups;
  if (row_runs_) {
    return {geometry_.pixels(), 1, n, window.kernel_h,
            window.kernel_w * geometry_.channels};
  }
  return {geometry_.pixels(), geometry_.groups, n,
          int64_t{window.kernel_h} * window.kernel_w,
          geometry_.group_channels()};
}

void Convolution::LayOutScratch() {
  const uint64_t runs = static_cast<uint64_t>(LayerShape().num_runs);
  const uint64_t mr = static_cast<uint64_t>(layer_.mr());
  patches_at_ = AlignBlock(runs * sizeof(GemmRun));
  pixels_at_ =
      patches_at_ +
      AlignBlock(mr * static_cast<uint64_t>(patch_bytes_) + kOverreadBytes);
  tile_at_ = pixels_at_ + AlignBlock(mr * sizeof(int64_t));
  workspace_at_ =
      tile_at_ +
      AlignBlock(mr * static_cast<uint64_t>(layer_.max_block_channels() *
                                            layer_.output_bytes()) +
                 kOverreadBytes);
  plan_.scratch_bytes = workspace_at_ + layer_.workspace_bytes();
}

void Convolution::Pack(uint8_t* memory) {
  layer_.Pack(memory);
  kept_weights_ = {};
  uint8_t* row = memory + layer_.packed_bytes();
  std::memset(row, zero_byte_, plan_.packed_bytes - layer_.packed_bytes());
  zero_row_ = row;
}

void Convolution::Run(const RunContext& context, int part) const {
  uint8_t* scratch =
      context.scratch + static_cast<uint64_t>(part) * plan_.scratch_bytes;
  Task task;
  task.pixels = layer_.PixelsOf(part);
  task.runs = reinterpret_cast<GemmRun*>(scratch);
  task.patches = scratch + patches_at_;
  task.gathered_pixels = reinterpret_cast<int64_t*>(scratch + pixels_at_);
  task.tile = scratch + tile_at_;
  task.workspace = scratch + workspace_at_;
  const Range blocks = layer_.BlocksOf(part);
  for (int64_t i = blocks.begin; i < blocks.end; ++i) {
    const ColumnBlock& block = layer_.block(i);
    task.block = &block;
    task.calls = 0;
    task.input =
        context.tensors[input_] + block.group * geometry_.group_channels();
    task.output =
        context.tensors[output_] + block.first_channel * layer_.output_bytes();
    task.residual = residual_ == kNoTensor
                        ? nullptr
                        : context.tensors[residual_] + block.first_channel;
    RunPixels(task);
  }
}

void Convolution::RunPixels(Task& task) const {
  const int64_t width = geometry_.output_width;
  for (int64_t pixel = task.pixels.begin; pixel < task.pixels.end;) {
    const int64_t row = pixel / width;
    const int64_t end = std::min((row + 1) * width, task.pixels.end);
    RunRow(task, row, {pixel - row * width, end - row * width});
    pixel = end;
  }
  if (task.gathered > 0) FlushGathered(task);
}

Convolution::RowPosition Convolution::PositionOf(int64_t row) const {
  const int64_t picture = row / geometry_.output_height;
  const int64_t y = row % geometry_.output_height;
  return {row * geometry_.output_width,
          picture * geometry_.height * geometry_.width * input_stride_,
          y * geometry_.window.stride_h - geometry_.window.pad_top};
}

void Convolution::RunRow(Task& task, int64_t row, Range columns) const {
  const RowPosition position = PositionOf(row);
  const int64_t inner_begin = std::max(columns.begin, inner_.begin);
  const int64_t inner_end = std::min(columns.end, inner_.end);
  int64_t x = columns.begin;
  if (inner_begin < inner_end) {
    for (; x < inner_begin; ++x) Gather(task, position, x);
    x += RunInner(task, position, {x, inner_end},
                  columns.size() == task.pixels.size());
  }
  for (; x < columns.end; ++x) Gather(task, position, x);
}

// Columns that need no gathering; returns how many it took. A row that is alone
// has nothing to fill up its last tile.
int64_t Convolution::RunInner(Task& task, const RowPosition& row, Range columns,
                              bool alone) const {
  const int64_t mr = layer_.mr();
  int64_t direct = columns.size() / mr * mr;
  // The kernel divides any number of pixels well, but for a few.
  const bool takes_rest = layer_.max_call_pixels() > mr
                              ? 2 * columns.size() >= mr
                              : task.block->channels < kMinChannelsToGather;
  if (alone || takes_rest) direct = columns.size();
  const int64_t calls =
      (direct + layer_.max_call_pixels() - 1) / layer_.max_call_pixels();
  for (int64_t i = 0; i < calls; ++i) {
    const Range part =
        PartOf(direct, static_cast<int>(i), static_cast<int>(calls));
    RunDirect(task, row, columns.begin + part.begin, part.size());
  }
  return direct;
}

void Convolution::RunDirect(Task& task, const RowPosition& row, int64_t x,
                            int64_t m) const {
  const Window2dParams& window = geometry_.window;
  const int64_t column = x * window.stride_w - window.pad_left;
  const int taps = row_runs_ ? 1 : window.kernel_w;
  GemmRun* run = task.runs;
  for (int ky = 0; ky < window.kernel_h; ++ky) {
    const int64_t y = row.y + int64_t{ky} * window.dilation_h;
    const bool inside = y >= 0 && y < geometry_.height;
    for (int kx = 0; kx < taps; ++kx, ++run) {
      const int64_t at =
          y * geometry_.width + column + int64_t{kx} * window.dilation_w;
      run->base =
          inside ? task.input + row.picture_at + at * input_stride_ : zero_row_;
      run->pixel_stride =
          inside ? static_cast<ptrdiff_t>(window.stride_w * input_stride_) : 0;
    }
  }
  const int64_t pixel = row.first_pixel + x;
  const int64_t residual_stride = geometry_.output_channels;
  layer_.Run(
      *task.block, task.runs, m,
      {task.output + pixel * output_stride_, output_stride_,
       task.residual == nullptr ? nullptr
                                : task.residual + pixel * residual_stride,
       residual_stride, task.calls++},
      task.workspace);
}

void Convolution::Gather(Task& task, const RowPosition& row, int64_t x) const {
  CopyPatch(task, row, x, task.patches + task.gathered * patch_bytes_);
  task.gathered_pixels[task.gathered++] = row.first_pixel + x;
  if (task.gathered == layer_.mr()) FlushGathered(task);
}

void Convolution::CopyPatch(const Task& task, const RowPosition& row, int64_t x,
                            uint8_t* patch) const {
  const Window2dParams& window = geometry_.window;
  const int64_t column = x * window.stride_w - window.pad_left;
  for (int ky = 0; ky < window.kernel_h; ++ky) {
    const int64_t y = row.y + int64_t{ky} * window.dilation_h;
    const uint8_t* from =
        y < 0 || y >= geometry_.height
            ? nullptr
            : task.input + row.picture_at +
                  (y * geometry_.width + column) * input_stride_;
    patch = row_runs_ ? CopyRowOfCells(from, column, patch)
                      : CopyCells(from, column, patch);
  }
}

// A kernel row from `column` on, where it lies in one piece. `from`: the cell
// at `column`, even if there is none; null: the row is outside. Returns the end
// of the copy.
uint8_t* Convolution::CopyRowOfCells(const uint8_t* from, int64_t column,
                                     uint8_t* patch) const {
  const int64_t cells = geometry_.window.kernel_w;
  const int64_t cell = geometry_.channels;
  const int64_t begin = std::clamp<int64_t>(-column, 0, cells);
  const int64_t end =
      std::clamp<int64_t>(geometry_.width - column, begin, cells);
  if (from == nullptr || end - begin < cells) {
    std::memset(patch, zero_byte_, static_cast<size_t>(cells * cell));
  }
  if (from != nullptr && begin < end) {
    std::memcpy(patch + begin * cell, from + begin * cell,
                static_cast<size_t>((end - begin) * cell));
  }
  return patch + cells * cell;
}

// The same cell by cell.
uint8_t* Convolution::CopyCells(const uint8_t* from, int64_t column,
                                uint8_t* patch) const {
  const Window2dParams& window = geometry_.window;
  const size_t cell = static_cast<size_t>(geometry_.group_channels());
  for (int kx = 0; kx < window.kernel_w; ++kx, patch += cell) {
    const int64_t tap = int64_t{kx} * window.dilation_w;
    const bool inside = column + tap >= 0 && column + tap < geometry_.width;
    if (from != nullptr && inside) {
      std::memcpy(patch, from + tap * input_stride_, cell);
    } else {
      std::memset(patch, zero_byte_, cell);
    }
  }
  return patch;
}

void Convolution::FlushGathered(Task& task) const {
  const GemmLayerShape shape = LayerShape();
  for (int64_t i = 0; i < shape.num_runs; ++i) {
    task.runs[i] = {task.patches + i * shape.run_length,
                    static_cast<ptrdiff_t>(patch_bytes_)};
  }
  const int64_t channels = task.block->channels;
  const int64_t pixel_bytes = channels * layer_.output_bytes();
  const bool adds = task.residual != nullptr;
  for (int64_t i = 0; adds && i < task.gathered; ++i) {
    std::memcpy(
        task.tile + i * channels,
        task.residual + task.gathered_pixels[i] * geometry_.output_channels,
        static_cast<size_t>(channels));
  }
  layer_.Run(*task.block, task.runs, task.gathered,
             {task.tile, pixel_bytes, adds ? task.tile : nullptr, channels,
              task.calls++},
             task.workspace);
  for (int64_t i = 0; i < task.gathered; ++i) {
    std::memcpy(task.output + task.gathered_pixels[i] * output_stride_,
                task.tile + i * pixel_bytes, static_cast<size_t>(pixel_bytes));
  }
  task.gathered = 0;
}

}  // namespace octet
