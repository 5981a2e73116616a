// Conv2d: verification, and the choice between depthwise, Winograd and implicit
// GEMM.

#include <utility>
#include <vector>

#include "engine/operators/checks.h"
#include "engine/operators/convolution.h"
#include "engine/operators/float_operators.h"
#include "engine/operators/layer.h"
#include "engine/operators/merge_groups.h"
#include "engine/operators/operators.h"
#include "schema/shape_inference.h"

namespace octet {
namespace {

ConvolutionGeometry GeometryOf(const Shape& input, const Shape& output,
                               const schema::Conv2d& options) {
  return {.batch = input[0],
          .height = input[1],
          .width = input[2],
          .channels = input[3],
          .output_height = output[1],
          .output_width = output[2],
          .output_channels = output[3],
          .groups = options.groups(),
          .window = WindowOf(*options.window())};
}

bool IsDepthwise(int64_t groups, const Shape& input, const Shape& output) {
  return groups > 1 && groups == input[3] && groups == output[3];
}

// Whether output pixel i reads input pixel i and nothing else.
bool IsPointwise(const Window2dParams& window) {
  return window.kernel_h == 1 && window.kernel_w == 1 && window.stride_h == 1 &&
         window.stride_w == 1 && window.pad_top == 0 && window.pad_left == 0 &&
         window.pad_bottom == 0 && window.pad_right == 0;
}

// All pixels of a pointwise convolution as one row, so that tiles are full.
void MergeRows(ConvolutionGeometry* geometry) {
  geometry->width = geometry->pixels();
  geometry->output_width = geometry->width;
  geometry->batch = geometry->height = geometry->output_height = 1;
}

// Returns the memory of the new weights; empty where nothing is to merge.
std::vector<int8_t> MergeSmallGroups(ConvolutionGeometry* geometry,
                                     LayerWeights* weights) {
  const int64_t outputs = geometry->output_channels / geometry->groups;
  const int64_t merged = GroupsToMerge(geometry->groups, outputs);
  if (merged == 1) return {};
  const int64_t taps =
      int64_t{geometry->window.kernel_h} * geometry->window.kernel_w;
  std::vector<int8_t> memory =
      MergeGroups(*weights, merged, outputs, taps, geometry->group_channels());
  weights->weights = memory.data();
  weights->channel_stride *= static_cast<size_t>(merged);
  geometry->groups /= merged;
  geometry->merged_groups = merged;
  return memory;
}

}  // namespace

Status VerifyConv2d(const Network& network, const Node& node) {
  if (network.input(node, 0).is_float()) {
    return VerifyFloatConv2d(network, node);
  }
  const auto& options = node.options<schema::Conv2d>();
  OCTET_ASSIGN_OR_RETURN(const Window2dParams window,
                         ReadWindow(options.window()));
  OCTET_RETURN_IF_ERROR(CheckOutputShape(
      network, node,
      InferConv2dShape(window, options.groups(), network.input(node, 0).shape,
                       network.input(node, 1).shape)));
  if (IsDepthwise(options.groups(), network.input(node, 0).shape,
                  network.output(node).shape)) {
    if (options.residual() != nullptr) {
      return InvalidModel("a depthwise convolution takes no residual");
    }
    if (network.output(node).is_float()) {
      return InvalidModel(
          "a depthwise convolution of INT8 has no FLOAT32 output");
    }
  }
  return VerifyLayer(network, node, LayerOptionsOf(options));
}

OperatorPointer MakeConv2d(const PrepareContext& context, const Node& node) {
  if (context.network.input(node, 0).is_float()) {
    return MakeFloatConv2d(context, node);
  }
  const auto& options = node.options<schema::Conv2d>();
  const Tensor& output = context.network.output(node);
  const Shape& input = context.network.input(node, 0).shape;
  if (IsDepthwise(options.groups(), input, output.shape)) {
    return MakeDepthwiseConv2d(context, node);
  }
  const SecondPass second_pass =
      SecondPassOf(context.network, node, LayerOptionsOf(options));
  if (!second_pass.is_needed()) {
    if (OperatorPointer winograd = MakeWinogradConv2d(context, node)) {
      return winograd;
    }
  }
  ConvolutionGeometry geometry = GeometryOf(input, output.shape, options);
  if (IsPointwise(geometry.window)) MergeRows(&geometry);
  LayerWeights weights = ReadLayer(context, node, LayerOptionsOf(options));
  std::vector<int8_t> merged = MergeSmallGroups(&geometry, &weights);
  auto made = std::make_unique<Convolution>(
      context, node, geometry, weights,
      LayerStageOf(output, LayerOptionsOf(options)),
      ReadResidual(context.network, node, options.residual()), second_pass);
  made->KeepWeights(std::move(merged));
  return made;
}

}  // namespace octet
