#include "engine/operators/pool2d.h"

#include <algorithm>

#include "engine/operators/checks.h"
#include "schema/shape_inference.h"

namespace octet {
namespace {

// Enough to be worth a thread; a larger product could overflow.
constexpr int64_t kManyCells = 4096;

bool IsWholeAxis(int32_t kernel, int32_t stride, int32_t dilation,
                 int32_t pad_begin, int32_t pad_end, int32_t size) {
  return kernel == size && stride == 1 && dilation == 1 && pad_begin == 0 &&
         pad_end == 0;
}

}  // namespace

Status CheckWholeWindow(const Network& network, const Node& node,
                        const schema::Window2d* window, WholeAxes whole) {
  OCTET_ASSIGN_OR_RETURN(const Window2dParams w, ReadWindow(window));
  const Shape& picture = network.input(node, 0).shape;
  // Shape inference refuses an input that is no picture.
  if ((!whole.height && !whole.width) || picture.rank != 4) return OkStatus();
  const bool covers_h =
      IsWholeAxis(w.kernel_h, w.stride_h, w.dilation_h, w.pad_top, w.pad_bottom,
                  network.is_resized ? w.kernel_h : picture[1]);
  const bool covers_w =
      IsWholeAxis(w.kernel_w, w.stride_w, w.dilation_w, w.pad_left, w.pad_right,
                  network.is_resized ? w.kernel_w : picture[2]);
  if ((covers_h || !whole.height) && (covers_w || !whole.width)) {
    return OkStatus();
  }
  return InvalidModel(
      "a window of the whole picture (whole_height, whole_width) must be as "
      "large as the picture " +
      picture.ToString() +
      ", with strides and dilations of 1 and without pads");
}

Status VerifyPool2d(const Network& network, const Node& node,
                    const Result<Window2dParams>& window,
                    const schema::Clamp* clamp) {
  if (!window.ok()) return window.status();
  OCTET_RETURN_IF_ERROR(CheckOutputShape(
      network, node, InferPool2dShape(*window, network.input(node, 0).shape)));
  return CheckClamp(clamp);
}

Pool2d::Pool2d(const PrepareContext& context, const Node& node,
               const Window2dParams& window, const OutputStage& stage,
               PoolFunction function)
    : window_(window),
      input_(node.inputs[0]),
      output_(node.output),
      stage_(stage),
      form_(context.kernels.form),
      function_(function) {
  const Shape& input = context.network.tensor(input_).shape;
  const Shape& output = context.network.tensor(output_).shape;
  height_ = input[1];
  width_ = input[2];
  channels_ = output_stride_ = input[3];
  plan_.strides_output = true;
  output_height_ = output[1];
  output_width_ = output[2];
  rows_ = output[0] * output_height_;
  columns_ = FindPoolSpans(HorizontalAxis(window, input, output));
  row_spans_ = FindPoolSpans(VerticalAxis(window, input, output));
  const int64_t cells =
      std::min<int64_t>(int64_t{window.kernel_h} * window.kernel_w, kManyCells);
  const int64_t work = output.NumElements() * cells * kWorkPerByte;
  const int parts_of_rows = NumParts(context, work, rows_);
  const int parts_of_channels =
      NumParts(context, work, ElementUnits(channels_));
  channels_divided_ = parts_of_channels > parts_of_rows;
  plan_.num_parts = std::max(parts_of_rows, parts_of_channels);
}

void Pool2d::Run(const RunContext& context, int part) const {
  Range rows = {0, rows_};
  Range channels = {0, channels_};
  if (channels_divided_) {
    channels = ElementsOf(channels_, part, plan_.num_parts);
  } else {
    rows = PartOf(rows_, part, plan_.num_parts);
  }
  for (int64_t row = rows.begin; row < rows.end; ++row) {
    RunRow(context, row, channels);
  }
}

void Pool2d::RunRow(const RunContext& context, int64_t row,
                    Range channels) const {
  const int64_t picture = row / output_height_;
  const int64_t y = row % output_height_;
  const PoolSpan* span = row_spans_.data();
  while (y >= span->first_output + span->num_outputs) ++span;
  const int64_t input_y =
      span->first_cell + (y - span->first_output) * window_.stride_h;
  const uint8_t* input = context.tensors[input_] +
                         (picture * height_ + input_y) * width_ * channels_ +
                         channels.begin;
  uint8_t* output = context.tensors[output_] +
                    row * output_width_ * output_stride_ + channels.begin;
  PoolArgs args = {};
  args.channels = static_cast<size_t>(channels.size());
  args.window_h = static_cast<size_t>(span->cells);
  args.cell_stride_h =
      static_cast<ptrdiff_t>(window_.dilation_h * width_ * channels_);
  args.cell_stride_w = static_cast<ptrdiff_t>(window_.dilation_w * channels_);
  args.output_step = static_cast<ptrdiff_t>(window_.stride_w * channels_);
  args.output_stride = static_cast<ptrdiff_t>(output_stride_);
  args.stage = stage_;
  args.form = form_;
  for (const PoolSpan& column : columns_) {
    args.output_width = static_cast<size_t>(column.num_outputs);
    args.window_w = static_cast<size_t>(column.cells);
    args.input = input + column.first_cell * channels_;
    args.output = output + column.first_output * output_stride_;
    SetScale(span->cells * column.cells, &args);
    function_(args);
  }
}

}  // namespace octet
