// Conv and ConvTranspose, over pictures and over rows: {n, c, w} is a picture
// of height 1.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "converter/ir/constant_evaluation.h"
#include "converter/onnx/operator_imports.h"
#include "converter/onnx/window_attributes.h"

namespace octet::converter {
namespace {

constexpr TransposeParams kOihwToOhwi{{0, 2, 3, 1}};

// Input 2, or zeros.
Result<ValueId> ReadBias(NodeContext& node, int32_t channels) {
  if (!node.HasInput(2)) {
    return node.AddConstant(2, Shape{channels},
                            std::vector<float>(size_t(channels), 0.0f));
  }
  return node.ConstantInput(2, "the bias");
}

Result<int32_t> ReadGroups(const NodeContext& node, int32_t channels) {
  OCTET_ASSIGN_OR_RETURN(const int64_t groups,
                         node.attributes().GetInt("group", 1));
  if (groups < 1 || groups > channels) {
    return InvalidModel(std::to_string(groups) + " groups");
  }
  return static_cast<int32_t>(groups);
}

// The constant weights, as of a picture. `input` is {n, c, h, w}.
struct Weights {
  ValueId id;
  Shape shape;
};

Result<Weights> ReadWeights(NodeContext& node, const Shape& input) {
  OCTET_ASSIGN_OR_RETURN(const ValueId id,
                         node.ConstantInput(1, "the weights"));
  if (node.shape(id).rank != input.rank) {
    return InvalidModel("the weights " + node.shape(id).ToString() +
                        " must have " + std::to_string(input.rank) +
                        " dimensions");
  }
  return Weights{id, AsPicture(node.shape(id))};
}

std::vector<int64_t> KernelOf(const NodeContext& node, ValueId weights) {
  const std::vector<int32_t> sizes = SpatialSizes(node.shape(weights));
  return {sizes.begin(), sizes.end()};
}

// The layer on a picture of `input`; the output as the input was: a picture or
// a row.
Status ReturnLayer(NodeContext& node, Operator op, ValueId input,
                   const std::vector<ValueId>& constants) {
  const Shape shape = node.shape(input);
  OCTET_ASSIGN_OR_RETURN(
      const ValueId picture,
      node.EmitReshape(input, AsPicture(shape), "/as_picture"));
  OCTET_ASSIGN_OR_RETURN(ValueId output, EmitChannelsLast(node, std::move(op),
                                                          picture, constants));
  if (shape.rank == 3) {
    const Shape nchw = node.shape(output);
    OCTET_ASSIGN_OR_RETURN(
        output,
        node.EmitReshape(output, Shape{nchw[0], nchw[1], nchw[3]}, "/as_row"));
  }
  return node.Return(output);
}

// {i, o/groups, h, w} -> {o, h, w, i/groups}.
std::vector<float> TransposedWeights(const std::vector<float>& data,
                                     const Shape& shape, int32_t groups) {
  const int32_t i = shape[0] / groups;
  const Shape split{groups, i, shape[1], shape[2], shape[3]};
  return TransposeData(data, split, TransposeParams{{0, 2, 3, 4, 1}});
}

// Pads so that the output has `target` cells; the odd one goes to the end, or
// with SAME_LOWER to the front. A larger target than there are cells becomes
// cells behind the end.
void SetTargetPads(int64_t full, int64_t target, bool odd_first,
                   WindowAxis& axis, int32_t& output_pad) {
  const int64_t total = std::max<int64_t>(0, full - target);
  output_pad = static_cast<int32_t>(std::max<int64_t>(0, target - full));
  const auto small_half = static_cast<int32_t>(total / 2);
  const auto large_half = static_cast<int32_t>(total - total / 2);
  axis.pad_begin = odd_first ? large_half : small_half;
  axis.pad_end = odd_first ? small_half : large_half;
}

// The pads of a ConvTranspose, explicit or so that the output has the size that
// output_shape or auto_pad asks for.
Status ReadTransposedPads(const NodeContext& node,
                          const std::vector<int32_t>& sizes,
                          std::vector<WindowAxis>& axes,
                          std::vector<int32_t>& output_pads) {
  const size_t rank = axes.size();
  const NodeAttributes& attributes = node.attributes();
  OCTET_ASSIGN_OR_RETURN(output_pads, ReadInts(node, "output_padding",
                                               std::vector<int64_t>(rank, 0)));
  OCTET_ASSIGN_OR_RETURN(const std::string auto_pad,
                         attributes.GetString("auto_pad", "NOTSET"));
  const bool same = auto_pad == "SAME_UPPER" || auto_pad == "SAME_LOWER";
  if (!same && !attributes.Has("output_shape")) {
    OCTET_ASSIGN_OR_RETURN(
        const std::vector<int32_t> pads,
        ReadInts(node, "pads", std::vector<int64_t>(2 * rank, 0)));
    for (size_t i = 0; i < rank; ++i) {
      axes[i].pad_begin = pads[i];
      axes[i].pad_end = pads[rank + i];
    }
    return OkStatus();
  }
  std::vector<int64_t> targets;
  for (size_t i = 0; i < rank; ++i) {
    targets.push_back(int64_t{sizes[i]} * axes[i].stride);
  }
  OCTET_ASSIGN_OR_RETURN(const std::vector<int32_t> given,
                         ReadInts(node, "output_shape", targets));
  for (size_t i = 0; i < rank; ++i) {
    const int64_t full = int64_t{axes[i].stride} * (sizes[i] - 1) +
                         int64_t{axes[i].dilation} * (axes[i].kernel - 1) + 1 +
                         output_pads[i];
    int32_t more = 0;
    SetTargetPads(full, given[i], auto_pad != "SAME_UPPER", axes[i], more);
    output_pads[i] += more;
  }
  return OkStatus();
}

}  // namespace

Status ImportConv(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
  const Shape shape = node.shape(input);
  OCTET_RETURN_IF_ERROR(CheckPictureOrRow(shape, "a convolution"));
  OCTET_ASSIGN_OR_RETURN(const Weights weights, ReadWeights(node, shape));
  OCTET_ASSIGN_OR_RETURN(
      const std::vector<WindowAxis> axes,
      ReadWindow(node, SpatialSizes(shape), KernelOf(node, weights.id)));
  Conv2d conv;
  OCTET_ASSIGN_OR_RETURN(conv.window, ToWindow2d(axes));
  const Shape oihw = weights.shape;
  OCTET_ASSIGN_OR_RETURN(conv.groups, ReadGroups(node, oihw[0]));
  OCTET_ASSIGN_OR_RETURN(const ValueId bias, ReadBias(node, oihw[0]));
  const ValueId ohwi =
      node.AddConstant(1, Shape{oihw[0], oihw[2], oihw[3], oihw[1]},
                       TransposeData(node.data(weights.id), oihw, kOihwToOhwi));
  return ReturnLayer(node, conv, input, {ohwi, bias});
}

Status ImportConvTranspose(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
  const Shape shape = node.shape(input);
  OCTET_RETURN_IF_ERROR(CheckPictureOrRow(shape, "a transposed convolution"));
  OCTET_ASSIGN_OR_RETURN(const Weights weights, ReadWeights(node, shape));
  OCTET_ASSIGN_OR_RETURN(std::vector<WindowAxis> axes,
                         ReadUnpaddedWindow(node, KernelOf(node, weights.id)));
  std::vector<int32_t> output_pads;
  OCTET_RETURN_IF_ERROR(
      ReadTransposedPads(node, SpatialSizes(shape), axes, output_pads));
  ConvTranspose2d conv;
  OCTET_ASSIGN_OR_RETURN(conv.params.window, ToWindow2d(axes));
  conv.params.output_pad_w = output_pads.back();
  if (output_pads.size() > 1) conv.params.output_pad_h = output_pads[0];
  const Shape iohw = weights.shape;
  OCTET_ASSIGN_OR_RETURN(conv.params.groups, ReadGroups(node, iohw[0]));
  const int32_t groups = conv.params.groups;
  if (iohw[0] % groups != 0) {
    return InvalidModel(std::to_string(groups) + " groups of " +
                        std::to_string(iohw[0]) + " channels");
  }
  const int32_t channels = iohw[1] * groups;
  OCTET_ASSIGN_OR_RETURN(const ValueId bias, ReadBias(node, channels));
  const ValueId ohwi =
      node.AddConstant(1, Shape{channels, iohw[2], iohw[3], iohw[0] / groups},
                       TransposedWeights(node.data(weights.id), iohw, groups));
  return ReturnLayer(node, conv, input, {ohwi, bias});
}

}  // namespace octet::converter
