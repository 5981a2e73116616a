// Depthwise Conv2d: each channel with its own kernel.
//
// A kernel call computes a few output rows (as many as the kernel keeps in
// registers) of a stretch of columns. Rows above and below the picture are a
// row of zero points. Where the kernel does not take columns beside the
// picture, output columns whose kernel crosses the left or right edge are
// computed from a patch, a copy of a few columns with zero points beside it.

#include <algorithm>
#include <cstring>

#include "engine/operators/accumulator_stage.h"
#include "engine/operators/checks.h"
#include "engine/operators/layer.h"
#include "engine/operators/operators.h"
#include "engine/operators/split.h"
#include "engine/operators/tflite_checks.h"

namespace octet {
namespace {

// Columns of a patch.
constexpr int64_t kPatchColumns = 8;
// Input bytes that one call should touch, so that its rows stay in L1 while
// the panels of channels pass by; but not fewer than kMinColumns.
constexpr int64_t kCallBytes = 32 * 1024;
constexpr int64_t kMinColumns = 16;

class DepthwiseConv2d : public FusibleOperator {
 public:
  DepthwiseConv2d(const PrepareContext& context, const Node& node);

  void SetOutputStride(int64_t stride) override { output_stride_ = stride; }
  void SetInputStride(size_t, int64_t stride) override {
    input_stride_ = stride;
    LayOutScratch();
  }
  void SetOutputTable(const OutputTable& table) override {
    table_ = table;
    plan_.kernel += " + lookup";
  }
  void Pack(uint8_t* memory) override;
  void Run(const RunContext& context, int part) const override;

 private:
  // Some output rows of one picture, for a part's channels.
  struct Task {
    const uint8_t* picture;  // the first channel of the part
    uint8_t* output;         // of output row `y`
    int64_t y, rows;         // of the output
    Range channels;
    const void** input_rows;
    uint8_t* patch;
    int32_t* accumulators;  // with rounding TFLITE
  };

  void ChooseKernel(const PrepareContext& context);
  void Divide(const PrepareContext& context);
  void LayOutScratch();
  Range ChannelsOf(int part) const;
  Range GroupsOf(int part) const;

  int64_t InputRows(int64_t output_rows) const {
    return (output_rows - 1) * window_.stride_h +
           int64_t{window_.dilation_h} * (window_.kernel_h - 1) + 1;
  }
  int64_t InputColumns(int64_t output_columns) const {
    return (output_columns - 1) * window_.stride_w +
           int64_t{window_.dilation_w} * (window_.kernel_w - 1) + 1;
  }

  // Calls visit(index into input_rows, row of the picture or -1 if outside)
  // for each input row that some tap reads.
  template <typename Visit>
  void ForEachInputRow(const Task& task, Visit visit) const;

  void RunRows(Task& task) const;
  void RunInner(Task& task, Range columns) const;
  void RunWidth(Task& task) const;
  void RunPatch(Task& task, Range columns) const;
  void CopyPatchRow(const Task& task, int64_t y, int64_t column, int64_t width,
                    uint8_t* to) const;
  DepthwiseConvArgs ArgsOf(const Task& task, Range columns) const;
  void Call(const Task& task, Range columns, DepthwiseConvArgs& args) const;
  void Accumulate(const Task& task, Range columns,
                  DepthwiseConvArgs& args) const;

  Window2dParams window_;
  int64_t batch_, height_, width_, channels_, output_height_, output_width_;
  int input_, output_;
  int64_t input_stride_, output_stride_;  // bytes from pixel to pixel
  LayerWeights weights_;
  OutputStage stage_;
  OutputTable table_;
  ActivationForm form_;
  uint8_t zero_byte_;
  const DepthwiseConvKernel* kernel_;
  size_t panel_bytes_;
  LeftShifts left_shifts_;
  Range inner_;           // columns that read no cell beside the picture
  int64_t call_columns_;  // most inner columns of a call
  int64_t row_groups_;    // of one picture
  bool channels_divided_ = false;
  uint64_t patch_at_ = 0, accumulators_at_ = 0;
  uint64_t weight_bytes_, zero_bytes_ = 0;
  AccumulatorStage accumulator_stage_;
  const uint8_t* packed_ = nullptr;
  const uint8_t* zero_row_ = nullptr;
};

DepthwiseConv2d::DepthwiseConv2d(const PrepareContext& context,
                                 const Node& node)
    : input_(node.inputs[0]),
      output_(node.output),
      form_(context.kernels.form),
      accumulator_stage_(
          context,
          SecondPassOf(context.network, node,
                       LayerOptionsOf(node.options<schema::Conv2d>())),
          context.network.output(node).shape[3],
          StageOf(context.network.output(node),
                  *node.options<schema::Conv2d>().clamp())) {
  const auto& options = node.options<schema::Conv2d>();
  const Tensor& output = context.network.output(node);
  const Shape& input = context.network.tensor(input_).shape;
  window_ = WindowOf(*options.window());
  batch_ = input[0];
  height_ = input[1];
  width_ = input[2];
  channels_ = input_stride_ = output_stride_ = input[3];
  output_height_ = output.shape[1];
  output_width_ = output.shape[2];
  weights_ = ReadLayer(context, node, LayerOptionsOf(options));
  stage_ = StageOf(output, *options.clamp());
  zero_byte_ = static_cast<uint8_t>(
      static_cast<uint8_t>(weights_.input_zero_point) ^ FormMask(form_));

  ChooseKernel(context);
  const size_t taps = static_cast<size_t>(window_.kernel_h) *
                      static_cast<size_t>(window_.kernel_w);
  left_shifts_ = LeftShiftsOf(kernel_->descriptor.weight_type, weights_, taps);
  panel_bytes_ = DepthwiseConvPanelBytes(kernel_->descriptor, taps);
  weight_bytes_ = AlignBlock(
      PackedDepthwiseConvBytes(kernel_->descriptor,
                               static_cast<size_t>(channels_), taps) +
      kOverreadBytes);
  plan_.macs = output.NumElements() * static_cast<int64_t>(taps);
  plan_.strides_output = plan_.applies_table = true;
  plan_.strides_inputs = 1;
  Divide(context);
  LayOutScratch();
}

void DepthwiseConv2d::ChooseKernel(const PrepareContext& context) {
  if (accumulator_stage_.used()) {
    kernel_ = context.kernels.tflite.accumulate_depthwise_conv;
    plan_.kernel = TfliteKernelName(context.kernels,
                                    &TfliteKernels::accumulate_depthwise_conv,
                                    "depthwise_conv ") +
                   kernel_->descriptor.name;
    return;
  }
  const DepthwiseConvShape shape = {static_cast<size_t>(window_.kernel_h),
                                    static_cast<size_t>(window_.kernel_w),
                                    static_cast<size_t>(window_.stride_h),
                                    static_cast<size_t>(window_.stride_w),
                                    static_cast<size_t>(window_.dilation_h),
                                    static_cast<size_t>(window_.dilation_w)};
  const char* isa = nullptr;
  kernel_ = SelectDepthwiseConv(context.kernels, shape, &isa);
  plan_.kernel =
      std::string(isa) + " depthwise_conv " + kernel_->descriptor.name;
}

void DepthwiseConv2d::Divide(const PrepareContext& context) {
  row_groups_ = CeilDiv(output_height_,
                        static_cast<int64_t>(kernel_->descriptor.max_rows));
  const int64_t panels =
      CeilDiv(channels_, static_cast<int64_t>(kernel_->descriptor.nr));
  // A depthwise multiply-accumulate costs several of a gemm's.
  const int64_t work = plan_.macs * 4;
  const int parts_of_rows = NumParts(context, work, batch_ * row_groups_);
  const int parts_of_panels = NumParts(context, work, panels);
  channels_divided_ = parts_of_panels > parts_of_rows;
  plan_.num_parts = std::max(parts_of_rows, parts_of_panels);
}

void DepthwiseConv2d::LayOutScratch() {
  const int64_t stride = window_.stride_w;
  const int64_t left = CeilDiv(window_.pad_left, stride);
  const int64_t last = width_ + window_.pad_left - InputColumns(1);
  const int64_t right =
      last < 0 ? 0 : std::min(last / stride + 1, output_width_);
  if (left < right) inner_ = {left, right};

  const int64_t most_rows = std::min<int64_t>(
      static_cast<int64_t>(kernel_->descriptor.max_rows), output_height_);
  const int64_t input_rows = InputRows(most_rows);
  const int64_t column_bytes = input_rows * stride * channels_;
  call_columns_ = std::clamp<int64_t>(kCallBytes / column_bytes, kMinColumns,
                                      std::max(output_width_, kMinColumns));
  const int64_t most_columns =
      kernel_->descriptor.pads
          ? output_width_
          : std::max(std::min(call_columns_, output_width_), kPatchColumns);
  const int64_t zero_cells =
      kernel_->descriptor.pads ? width_ : InputColumns(most_columns);
  zero_bytes_ = AlignBlock(static_cast<uint64_t>(zero_cells * input_stride_) +
                           kOverreadBytes);
  plan_.packed_bytes =
      weight_bytes_ + zero_bytes_ + accumulator_stage_.packed_bytes();

  accumulators_at_ =
      AlignBlock(static_cast<uint64_t>(input_rows) * sizeof(void*));
  patch_at_ = accumulators_at_ + accumulator_stage_.scratch_bytes(
                                     most_rows * most_columns, channels_);
  plan_.scratch_bytes = patch_at_;
  if (kernel_->descriptor.pads) return;
  const int64_t patch_rows = std::min(input_rows, most_rows * window_.kernel_h);
  plan_.scratch_bytes += AlignBlock(
      static_cast<uint64_t>(patch_rows * InputColumns(kPatchColumns)) *
          static_cast<uint64_t>(channels_) +
      kOverreadBytes);
}

void DepthwiseConv2d::Pack(uint8_t* memory) {
  const size_t taps = static_cast<size_t>(window_.kernel_h) *
                      static_cast<size_t>(window_.kernel_w);
  PackDepthwiseConv(kernel_->descriptor, form_, weights_, taps, memory);
  packed_ = memory;
  uint8_t* row = memory + weight_bytes_;
  std::memset(row, zero_byte_, zero_bytes_);
  zero_row_ = row;
  if (accumulator_stage_.used()) accumulator_stage_.Pack(row + zero_bytes_);
}

Range DepthwiseConv2d::ChannelsOf(int part) const {
  if (!channels_divided_) return {0, channels_};
  const int64_t nr = static_cast<int64_t>(kernel_->descriptor.nr);
  const Range panels = PartOf(CeilDiv(channels_, nr), part, plan_.num_parts);
  return {panels.begin * nr, std::min(panels.end * nr, channels_)};
}

Range DepthwiseConv2d::GroupsOf(int part) const {
  const int64_t groups = batch_ * row_groups_;
  if (channels_divided_) return {0, groups};
  return PartOf(groups, part, plan_.num_parts);
}

void DepthwiseConv2d::Run(const RunContext& context, int part) const {
  uint8_t* scratch =
      context.scratch + static_cast<uint64_t>(part) * plan_.scratch_bytes;
  Task task;
  task.input_rows = reinterpret_cast<const void**>(scratch);
  task.patch = scratch + patch_at_;
  task.accumulators = reinterpret_cast<int32_t*>(scratch + accumulators_at_);
  task.channels = ChannelsOf(part);
  const int64_t max_rows = static_cast<int64_t>(kernel_->descriptor.max_rows);
  const Range groups = GroupsOf(part);
  for (int64_t group = groups.begin; group < groups.end; ++group) {
    const int64_t picture = group / row_groups_;
    task.y = group % row_groups_ * max_rows;
    task.rows = std::min(max_rows, output_height_ - task.y);
    task.picture = context.tensors[input_] +
                   picture * height_ * width_ * input_stride_ +
                   task.channels.begin;
    task.output =
        context.tensors[output_] +
        (picture * output_height_ + task.y) * output_width_ * output_stride_ +
        task.channels.begin;
    RunRows(task);
  }
}

void DepthwiseConv2d::RunRows(Task& task) const {
  if (kernel_->descriptor.pads) return RunWidth(task);
  for (int64_t x = 0; x < inner_.begin; x += kPatchColumns) {
    RunPatch(task, {x, std::min(x + kPatchColumns, inner_.begin)});
  }
  for (int64_t x = inner_.begin; x < inner_.end; x += call_columns_) {
    RunInner(task, {x, std::min(x + call_columns_, inner_.end)});
  }
  for (int64_t x = inner_.end; x < output_width_; x += kPatchColumns) {
    RunPatch(task, {x, std::min(x + kPatchColumns, output_width_)});
  }
}

template <typename Visit>
void DepthwiseConv2d::ForEachInputRow(const Task& task, Visit visit) const {
  int64_t next = 0;  // rows up to here were visited or are read by no tap
  for (int64_t y = 0; y < task.rows; ++y) {
    for (int64_t ky = 0; ky < window_.kernel_h; ++ky) {
      const int64_t index = y * window_.stride_h + ky * window_.dilation_h;
      if (window_.dilation_h == 1 && index < next) continue;
      next = index + 1;
      const int64_t row = (task.y * window_.stride_h - window_.pad_top) + index;
      visit(index, row >= 0 && row < height_ ? row : -1);
    }
  }
}

void DepthwiseConv2d::RunWidth(Task& task) const {
  ForEachInputRow(task, [&](int64_t index, int64_t row) {
    task.input_rows[index] =
        row < 0 ? zero_row_ : task.picture + row * width_ * input_stride_;
  });
  DepthwiseConvArgs args = ArgsOf(task, {0, output_width_});
  args.pixel_stride = static_cast<ptrdiff_t>(input_stride_);
  args.first_column = -static_cast<ptrdiff_t>(window_.pad_left);
  args.input_columns = static_cast<size_t>(width_);
  Call(task, {0, output_width_}, args);
}

void DepthwiseConv2d::RunInner(Task& task, Range columns) const {
  const int64_t column = columns.begin * window_.stride_w - window_.pad_left;
  ForEachInputRow(task, [&](int64_t index, int64_t row) {
    task.input_rows[index] =
        row < 0 ? zero_row_
                : task.picture + (row * width_ + column) * input_stride_;
  });
  DepthwiseConvArgs args = ArgsOf(task, columns);
  args.pixel_stride = static_cast<ptrdiff_t>(input_stride_);
  Call(task, columns, args);
}

void DepthwiseConv2d::RunPatch(Task& task, Range columns) const {
  const int64_t width = InputColumns(columns.size());
  const int64_t column = columns.begin * window_.stride_w - window_.pad_left;
  for (int64_t i = 0; i < InputRows(task.rows); ++i) {
    task.input_rows[i] = nullptr;
  }
  uint8_t* next = task.patch;
  ForEachInputRow(task, [&](int64_t index, int64_t row) {
    if (task.input_rows[index] != nullptr) return;
    if (row < 0) {
      task.input_rows[index] = zero_row_;
      return;
    }
    CopyPatchRow(task, row, column, width, next);
    task.input_rows[index] = next;
    next += width * task.channels.size();
  });
  DepthwiseConvArgs args = ArgsOf(task, columns);
  args.pixel_stride = static_cast<ptrdiff_t>(task.channels.size());
  Call(task, columns, args);
}

void DepthwiseConv2d::CopyPatchRow(const Task& task, int64_t y, int64_t column,
                                   int64_t width, uint8_t* to) const {
  const size_t cell = static_cast<size_t>(task.channels.size());
  const uint8_t* row = task.picture + y * width_ * input_stride_;
  for (int64_t i = 0; i < width; ++i, to += cell) {
    const int64_t x = column + i;
    if (x >= 0 && x < width_) {
      std::memcpy(to, row + x * input_stride_, cell);
    } else {
      std::memset(to, zero_byte_, cell);
    }
  }
}

// All but the pixel stride.
DepthwiseConvArgs DepthwiseConv2d::ArgsOf(const Task& task,
                                          Range columns) const {
  DepthwiseConvArgs args = {};
  args.channels = static_cast<size_t>(task.channels.size());
  args.output_rows = static_cast<size_t>(task.rows);
  args.output_width = static_cast<size_t>(columns.size());
  args.kernel_h = static_cast<size_t>(window_.kernel_h);
  args.kernel_w = static_cast<size_t>(window_.kernel_w);
  args.stride_h = static_cast<size_t>(window_.stride_h);
  args.stride_w = static_cast<size_t>(window_.stride_w);
  args.dilation_h = static_cast<size_t>(window_.dilation_h);
  args.dilation_w = static_cast<size_t>(window_.dilation_w);
  args.input_rows = task.input_rows;
  args.first_column = 0;
  args.input_columns = static_cast<size_t>(InputColumns(columns.size()));
  args.zero_byte = zero_byte_;
  args.packed_weights = packed_ + static_cast<size_t>(task.channels.begin) /
                                      kernel_->descriptor.nr * panel_bytes_;
  args.panel_bytes = panel_bytes_;
  args.output = task.output + columns.begin * output_stride_;
  args.output_row_stride =
      static_cast<ptrdiff_t>(output_width_ * output_stride_);
  args.output_pixel_stride = static_cast<ptrdiff_t>(output_stride_);
  args.left_shifts = left_shifts_;
  args.stage = stage_;
  args.form = form_;
  return args;
}

void DepthwiseConv2d::Call(const Task& task, Range columns,
                           DepthwiseConvArgs& args) const {
  if (accumulator_stage_.used()) {
    Accumulate(task, columns, args);
  } else {
    kernel_->run(args);
  }
  for (int64_t y = 0; y < task.rows; ++y) {
    table_.Apply(
        task.output + (y * output_width_ + columns.begin) * output_stride_,
        columns.size(), task.channels.size(), output_stride_);
  }
}

// The two passes of rounding TFLITE.
void DepthwiseConv2d::Accumulate(const Task& task, Range columns,
                                 DepthwiseConvArgs& args) const {
  const int64_t channels = task.channels.size();
  const int64_t row_values = columns.size() * channels;
  args.output = task.accumulators;
  args.output_pixel_stride = static_cast<ptrdiff_t>(channels * 4);
  args.output_row_stride = static_cast<ptrdiff_t>(row_values * 4);
  kernel_->run(args);
  for (int64_t y = 0; y < task.rows; ++y) {
    accumulator_stage_.Run(
        task.accumulators + y * row_values, columns.size(), task.channels.begin,
        channels,
        task.output + (y * output_width_ + columns.begin) * output_stride_,
        output_stride_);
  }
}

}  // namespace

OperatorPointer MakeDepthwiseConv2d(const PrepareContext& context,
                                    const Node& node) {
  return std::make_unique<DepthwiseConv2d>(context, node);
}

}  // namespace octet
