// Conv2d of 3x3, stride 1, by Winograd's form (kernels/winograd_conv.h).
//
// The output is divided into tiles of 2x2 pixels, those at the right and lower
// edge perhaps without their second column or row. A kernel call takes tiles as
// they follow in the row, across rows and pictures, so that calls are full; a
// part does a range of tiles, or, where these are few, of panels of output
// channels. Cells outside the picture are one cell of zero points.

#include <algorithm>
#include <cstring>
#include <string>

#include "engine/operators/checks.h"
#include "engine/operators/layer.h"
#include "engine/operators/operators.h"
#include "engine/operators/split.h"
#include "schema/operators.h"

namespace octet {
namespace {

bool IsWinogradWindow(const Window2dParams& window) {
  return window.kernel_h == 3 && window.kernel_w == 3 && window.stride_h == 1 &&
         window.stride_w == 1 && window.dilation_h == 1 &&
         window.dilation_w == 1;
}

class WinogradConv2d : public FusibleOperator {
 public:
  WinogradConv2d(const PrepareContext& context, const Node& node,
                 const LayerWeights& weights, const GemmResidual& residual);

  // Finds the kernel; false if there is none that is worth it.
  bool SelectKernel(const PrepareContext& context);
  // REQUIRES: SelectKernel.
  void Prepare(const PrepareContext& context);

  void SetOutputStride(int64_t stride) override { output_stride_ = stride; }
  void SetOutputTable(const OutputTable& table) override {
    table_ = table;
    plan_.kernel += " + lookup";
  }
  void Pack(uint8_t* memory) override;
  void Run(const RunContext& context, int part) const override;

 private:
  int64_t num_tiles() const { return batch_ * tiles_h_ * tiles_w_; }
  int64_t mr() const { return static_cast<int64_t>(kernel_->descriptor.mr); }
  int64_t nr() const { return static_cast<int64_t>(kernel_->descriptor.nr); }

  void Divide(const PrepareContext& context);
  Range TilesOf(int part) const;
  Range ChannelsOf(int part) const;
  // `first_channel`: of the output.
  WinogradTile TileAt(const RunContext& context, int64_t index,
                      int64_t first_channel) const;
  void ApplyTable(const WinogradTile* tiles, int64_t count,
                  int64_t channels) const;

  Window2dParams window_;
  int64_t batch_, height_, width_, channels_;
  int64_t output_height_, output_width_, output_channels_;
  int64_t output_stride_;      // bytes from pixel to pixel
  int64_t tiles_h_, tiles_w_;  // of one picture
  int input_, output_;
  bool adds_residual_;
  int residual_tensor_;
  GemmResidual residual_;  // without its place
  LayerWeights weights_;
  OutputStage stage_;
  OutputTable table_;
  ActivationForm form_;
  uint8_t zero_byte_;
  const WinogradConvKernel* kernel_ = nullptr;
  size_t panel_bytes_ = 0;
  bool channels_divided_ = false;
  int64_t call_tiles_ = 0;  // most tiles of a call
  uint64_t weight_bytes_ = 0;
  uint64_t workspace_at_ = 0;
  const uint8_t* packed_ = nullptr;
  const uint8_t* zero_cell_ = nullptr;
};

WinogradConv2d::WinogradConv2d(const PrepareContext& context, const Node& node,
                               const LayerWeights& weights,
                               const GemmResidual& residual)
    : input_(node.inputs[0]),
      output_(node.output),
      adds_residual_(node.inputs.size() > kResidualInput),
      residual_tensor_(adds_residual_ ? node.inputs[kResidualInput] : 0),
      residual_(residual),
      weights_(weights),
      form_(context.kernels.form),
      zero_byte_(static_cast<uint8_t>(
          static_cast<uint8_t>(weights.input_zero_point) ^ FormMask(form_))) {
  const auto& options = node.options<schema::Conv2d>();
  const Tensor& output = context.network.output(node);
  const Shape& input = context.network.tensor(input_).shape;
  window_ = WindowOf(*options.window());
  stage_ = StageOf(output, *options.clamp());
  batch_ = input[0];
  height_ = input[1];
  width_ = input[2];
  channels_ = input[3];
  output_height_ = output.shape[1];
  output_width_ = output.shape[2];
  output_channels_ = output_stride_ = output.shape[3];
  plan_.applies_table = true;
  // A residual lies as the output does.
  plan_.strides_output = !adds_residual_;
  tiles_h_ = CeilDiv(output_height_, 2);
  tiles_w_ = CeilDiv(output_width_, 2);
}

bool WinogradConv2d::SelectKernel(const PrepareContext& context) {
  const char* isa = nullptr;
  const int64_t pixels = batch_ * output_height_ * output_width_;
  kernel_ = SelectWinogradConv(
      context.kernels,
      {static_cast<size_t>(pixels), static_cast<size_t>(num_tiles()),
       static_cast<size_t>(channels_), static_cast<size_t>(output_channels_)},
      weights_, &isa);
  if (kernel_ == nullptr) return false;
  plan_.kernel = std::string(isa) + " winograd " + kernel_->descriptor.name;
  if (adds_residual_) {
    plan_.kernel += " + add";
    plan_.overwrites = 1 << kResidualInput;
  }
  plan_.macs = pixels * output_channels_ * 9 * channels_;
  return true;
}

void WinogradConv2d::Prepare(const PrepareContext& context) {
  const size_t c = static_cast<size_t>(channels_);
  panel_bytes_ = WinogradConvPanelBytes(kernel_->descriptor, c);
  weight_bytes_ = AlignBlock(
      PackedWinogradConvBytes(kernel_->descriptor,
                              static_cast<size_t>(output_channels_), c) +
      kOverreadBytes);
  plan_.packed_bytes = weight_bytes_ + AlignBlock(c + kOverreadBytes);
  Divide(context);
  const int64_t groups = CeilDiv(num_tiles(), mr());
  const int64_t part_groups =
      channels_divided_ ? groups : CeilDiv(groups, plan_.num_parts);
  const int64_t most =
      static_cast<int64_t>(kernel_->descriptor.max_tiles) / mr();
  call_tiles_ = CeilDiv(part_groups, CeilDiv(part_groups, most)) * mr();
  const size_t call_tiles = static_cast<size_t>(call_tiles_);
  workspace_at_ = AlignBlock(call_tiles * sizeof(WinogradTile));
  plan_.scratch_bytes = workspace_at_ + WinogradConvWorkspaceBytes(
                                            kernel_->descriptor, c, call_tiles);
}

// Dividing channels lets every part transform all tiles, dividing tiles lets
// every part read all weights: the one of which there is more.
void WinogradConv2d::Divide(const PrepareContext& context) {
  const int64_t tile_groups = CeilDiv(num_tiles(), mr());
  const int64_t panels = CeilDiv(output_channels_, nr());
  const int parts_of_tiles = NumParts(context, plan_.macs, tile_groups);
  const int parts_of_panels = NumParts(context, plan_.macs, panels);
  channels_divided_ = LargestShare(panels, parts_of_panels) <
                      0.9 * LargestShare(tile_groups, parts_of_tiles);
  plan_.num_parts = channels_divided_ ? parts_of_panels : parts_of_tiles;
}

void WinogradConv2d::Pack(uint8_t* memory) {
  PackWinogradConv(kernel_->descriptor, form_, weights_,
                   static_cast<size_t>(channels_), memory);
  packed_ = memory;
  std::memset(memory + weight_bytes_, zero_byte_,
              plan_.packed_bytes - weight_bytes_);
  zero_cell_ = memory + weight_bytes_;
}

Range WinogradConv2d::TilesOf(int part) const {
  if (channels_divided_) return {0, num_tiles()};
  const Range groups =
      PartOf(CeilDiv(num_tiles(), mr()), part, plan_.num_parts);
  return {groups.begin * mr(), std::min(groups.end * mr(), num_tiles())};
}

Range WinogradConv2d::ChannelsOf(int part) const {
  if (!channels_divided_) return {0, output_channels_};
  const Range panels =
      PartOf(CeilDiv(output_channels_, nr()), part, plan_.num_parts);
  return {panels.begin * nr(), std::min(panels.end * nr(), output_channels_)};
}

WinogradTile WinogradConv2d::TileAt(const RunContext& context, int64_t index,
                                    int64_t first_channel) const {
  const int64_t tiles = tiles_h_ * tiles_w_;
  const int64_t picture = index / tiles;
  const int64_t y = index % tiles / tiles_w_ * 2;
  const int64_t x = index % tiles_w_ * 2;
  WinogradTile tile;
  const void** cell = tile.cells;
  for (int64_t in_y = y - window_.pad_top; in_y < y - window_.pad_top + 4;
       ++in_y) {
    const uint8_t* row = context.tensors[input_] +
                         (picture * height_ + in_y) * width_ * channels_;
    const bool row_inside = in_y >= 0 && in_y < height_;
    for (int64_t in_x = x - window_.pad_left; in_x < x - window_.pad_left + 4;
         ++in_x) {
      const bool inside = row_inside && in_x >= 0 && in_x < width_;
      *cell++ = inside ? row + in_x * channels_ : zero_cell_;
    }
  }
  const int64_t at =
      ((picture * output_height_ + y) * output_width_ + x) * output_stride_ +
      first_channel;
  tile.output = context.tensors[output_] + at;
  tile.residual =
      adds_residual_ ? context.tensors[residual_tensor_] + at : nullptr;
  tile.output_rows =
      static_cast<uint8_t>(std::min<int64_t>(2, output_height_ - y));
  tile.output_columns =
      static_cast<uint8_t>(std::min<int64_t>(2, output_width_ - x));
  return tile;
}

void WinogradConv2d::Run(const RunContext& context, int part) const {
  uint8_t* scratch =
      context.scratch + static_cast<uint64_t>(part) * plan_.scratch_bytes;
  WinogradTile* tiles = reinterpret_cast<WinogradTile*>(scratch);
  const Range channels = ChannelsOf(part);
  const Range range = TilesOf(part);
  WinogradConvArgs args = {};
  args.tiles = tiles;
  args.c = static_cast<size_t>(channels_);
  args.n = static_cast<size_t>(channels.size());
  args.packed_weights =
      packed_ + static_cast<size_t>(channels.begin / nr()) * panel_bytes_;
  args.panel_bytes = panel_bytes_;
  args.output_row_stride =
      static_cast<ptrdiff_t>(output_width_ * output_stride_);
  args.output_pixel_stride = static_cast<ptrdiff_t>(output_stride_);
  args.adds_residual = adds_residual_;
  args.residual = residual_;
  args.workspace = scratch + workspace_at_;
  args.stage = stage_;
  args.form = form_;
  for (int64_t first = range.begin; first < range.end; first += call_tiles_) {
    const int64_t count = std::min(call_tiles_, range.end - first);
    for (int64_t i = 0; i < count; ++i) {
      tiles[i] = TileAt(context, first + i, channels.begin);
    }
    args.num_tiles = static_cast<size_t>(count);
    kernel_->run(args);
    if (table_.run != nullptr) ApplyTable(tiles, count, channels.size());
  }
}

void WinogradConv2d::ApplyTable(const WinogradTile* tiles, int64_t count,
                                int64_t channels) const {
  for (const WinogradTile* tile = tiles; tile != tiles + count; ++tile) {
    uint8_t* row = static_cast<uint8_t*>(tile->output);
    for (int y = 0; y < tile->output_rows; ++y) {
      table_.Apply(row, tile->output_columns, channels, output_stride_);
      row += output_width_ * output_stride_;
    }
  }
}

}  // namespace

OperatorPointer MakeWinogradConv2d(const PrepareContext& context,
                                   const Node& node) {
  const auto& options = node.options<schema::Conv2d>();
  const int64_t channels = context.network.input(node, 0).shape[3];
  if (options.groups() != 1 || !IsWinogradWindow(WindowOf(*options.window()))) {
    return nullptr;
  }
  const LayerWeights weights =
      ReadLayer(context, node, LayerOptionsOf(options));
  auto made = std::make_unique<WinogradConv2d>(
      context, node, weights,
      ReadResidual(context.network, node, options.residual()));
  if (!made->SelectKernel(context) ||
      !WinogradConvFits(weights, static_cast<size_t>(channels))) {
    return nullptr;
  }
  made->Prepare(context);
  return made;
}

}  // namespace octet
