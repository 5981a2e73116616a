#include "engine/operators/float_gemm_layer.h"

#include <algorithm>
#include <cstring>

#include "engine/operators/checks.h"

namespace octet {
namespace {

// A float multiply-accumulate costs about as much as so many of int8.
constexpr int64_t kWorkPerFloatMac = 8;

}  // namespace

Status CheckFloatLayer(const Network& network, const Node& node,
                       const schema::FloatClamp* clamp) {
  constexpr unsigned kFloat = TypeBit(schema::DataType::FLOAT32);
  if (node.inputs.size() != 3) {
    return InvalidModel("a FLOAT32 layer has input, weights and bias");
  }
  OCTET_RETURN_IF_ERROR(CheckTensorType(network, node.inputs[1], kFloat));
  OCTET_RETURN_IF_ERROR(CheckTensorType(network, node.inputs[2], kFloat));
  OCTET_RETURN_IF_ERROR(CheckTensorType(network, node.output, kFloat));
  const Shape& weights = network.input(node, 1).shape;
  if (network.input(node, 2).shape != Shape{weights[0]}) {
    return InvalidModel(TensorTitle(network, node.inputs[2]) +
                        " must have a value for each of the " +
                        std::to_string(weights[0]) + " output channels");
  }
  return CheckFloatClamp(clamp);
}

FloatGemmLayer::FloatGemmLayer(const PrepareContext& context, const Node& node,
                               const LayerShape& shape,
                               const schema::FloatClamp* clamp)
    : shape_(shape),
      clamp_(FloatClampOf(clamp)),
      input_(node.inputs[0]),
      output_(node.output),
      weights_in_file_(
          reinterpret_cast<const float*>(context.network.input(node, 1).data)),
      bias_in_file_(
          reinterpret_cast<const float*>(context.network.input(node, 2).data)) {
  const int64_t panels = shape.groups * panels_per_group();
  const int64_t floats = panels * panel_floats() +
                         panels * int64_t{kFloatPanel} + input_channels();
  plan_.packed_bytes = static_cast<uint64_t>(floats) * sizeof(float);
  plan_.scratch_bytes =
      AlignBlock(static_cast<uint64_t>(shape.taps) * sizeof(FloatTap));
  plan_.kernel = "float gemm 4x8";
  plan_.macs =
      context.network.output(node).NumElements() * shape.taps * shape.channels;
}

void FloatGemmLayer::Divide(const PrepareContext& context, int64_t num_tiles) {
  num_tiles_ = num_tiles;
  const int64_t work = plan_.macs * kWorkPerFloatMac;
  const int by_tiles = NumParts(context, work, num_tiles);
  const int by_panels =
      NumParts(context, work, shape_.groups * panels_per_group());
  panels_divided_ = by_panels > by_tiles;
  plan_.num_parts = std::max(by_panels, by_tiles);
}

void FloatGemmLayer::Pack(uint8_t* memory) {
  float* panels = reinterpret_cast<float*>(memory);
  const size_t k = static_cast<size_t>(shape_.taps * shape_.channels);
  const size_t n = static_cast<size_t>(shape_.n);
  const int64_t group_floats = panels_per_group() * panel_floats();
  float* bias = panels + shape_.groups * group_floats;
  const size_t padded_n = static_cast<size_t>(panels_per_group()) * kFloatPanel;
  panels_ = panels;
  bias_ = bias;
  for (size_t group = 0; group < static_cast<size_t>(shape_.groups); ++group) {
    PackFloatPanels(weights_in_file_ + group * n * k, k, n, 1, k, panels);
    panels += group_floats;
    std::fill(std::copy_n(bias_in_file_ + group * n, n, bias), bias + padded_n,
              0.0f);
    bias += padded_n;
  }
  std::fill_n(bias, input_channels(), 0.0f);
  zeros_ = bias;
}

void FloatGemmLayer::Run(const RunContext& context, int part) const {
  Range tiles = {0, num_tiles_};
  Range panels = {0, shape_.groups * panels_per_group()};
  (panels_divided_ ? panels : tiles) =
      PartOf(panels_divided_ ? panels.end : tiles.end, part, plan_.num_parts);
  const float* input = reinterpret_cast<const float*>(context.tensors[input_]);
  float* output = reinterpret_cast<float*>(context.tensors[output_]);
  FloatTap* taps = reinterpret_cast<FloatTap*>(
      context.scratch + static_cast<uint64_t>(part) * plan_.scratch_bytes);
  for (int64_t index = tiles.begin; index < tiles.end; ++index) {
    RunTile(FillTile(index, input, taps), panels, taps, output);
  }
}

void FloatGemmLayer::RunTile(const Tile& tile, const Range& panels,
                             FloatTap* taps, float* output) const {
  if (tile.num_rows == 0) return;
  FloatGemmArgs args = {};
  args.num_taps = tile.num_taps;
  args.k = static_cast<size_t>(shape_.channels);
  args.taps = taps;
  args.num_rows = tile.num_rows;
  args.clamp = clamp_;
  int64_t group = 0;
  for (int64_t panel = panels.begin; panel < panels.end; ++panel) {
    const int64_t group_of_panel = panel / panels_per_group();
    for (; group < group_of_panel; ++group) {
      for (size_t t = 0; t < tile.num_taps; ++t) {
        for (const float*& row : taps[t].rows) row += shape_.channels;
      }
    }
    const int64_t first = panel % panels_per_group() * int64_t{kFloatPanel};
    args.weights_offset = static_cast<size_t>(panel * panel_floats());
    args.bias = bias_ + panel * int64_t{kFloatPanel};
    args.num_columns =
        static_cast<size_t>(std::min(int64_t{kFloatPanel}, shape_.n - first));
    for (size_t r = 0; r < tile.num_rows; ++r) {
      args.outputs[r] = output + tile.pixels[r] * shape_.groups * shape_.n +
                        group * shape_.n + first;
    }
    FloatGemm(args);
  }
}

}  // namespace octet
