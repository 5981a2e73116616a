// FullyConnected: a pointwise convolution over the rows of the input.

#include "engine/operators/checks.h"
#include "engine/operators/convolution.h"
#include "engine/operators/float_operators.h"
#include "engine/operators/layer.h"
#include "engine/operators/operators.h"
#include "schema/shape_inference.h"

namespace octet {

Status VerifyFullyConnected(const Network& network, const Node& node) {
  if (network.input(node, 0).is_float()) {
    return VerifyFloatFullyConnected(network, node);
  }
  const auto& options = node.options<schema::FullyConnected>();
  OCTET_RETURN_IF_ERROR(
      CheckOutputShape(network, node,
                       InferFullyConnectedShape(network.input(node, 0).shape,
                                                network.input(node, 1).shape)));
  return VerifyLayer(network, node, LayerOptionsOf(options));
}

OperatorPointer MakeFullyConnected(const PrepareContext& context,
                                   const Node& node) {
  if (context.network.input(node, 0).is_float()) {
    return MakeFloatFullyConnected(context, node);
  }
  const auto& options = node.options<schema::FullyConnected>();
  const Tensor& output = context.network.output(node);
  const Shape& weights = context.network.input(node, 1).shape;
  const int64_t rows = output.NumElements() / weights[0];
  const ConvolutionGeometry geometry = {.batch = 1,
                                        .height = 1,
                                        .width = rows,
                                        .channels = weights[1],
                                        .output_height = 1,
                                        .output_width = rows,
                                        .output_channels = weights[0],
                                        .groups = 1,
                                        .window = {}};
  return std::make_unique<Convolution>(
      context, node, geometry,
      ReadLayer(context, node, LayerOptionsOf(options)),
      LayerStageOf(output, LayerOptionsOf(options)),
      ReadResidual(context.network, node, options.residual()),
      SecondPassOf(context.network, node, LayerOptionsOf(options)));
}

}  // namespace octet
