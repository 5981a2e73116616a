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

}  // namespace

Status ImportConv(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
  OCTET_RETURN_IF_ERROR(CheckPicture(node.shape(input), "a convolution"));
  OCTET_ASSIGN_OR_RETURN(const ValueId oihw,
                         node.ConstantInput(1, "the weights"));
  const Shape shape = node.shape(oihw);
  if (shape.rank != 4) {
    return InvalidModel("the weights " + shape.ToString() +
                        " must have 4 dimensions");
  }
  Conv2d conv;
  OCTET_ASSIGN_OR_RETURN(
      conv.window, ReadWindow(node, node.shape(input), shape[2], shape[3]));
  OCTET_ASSIGN_OR_RETURN(const int64_t groups,
                         node.attributes().GetInt("group", 1));
  if (groups < 1 || groups > shape[0]) {
    return InvalidModel(std::to_string(groups) + " groups");
  }
  conv.groups = static_cast<int32_t>(groups);
  OCTET_ASSIGN_OR_RETURN(const ValueId bias, ReadBias(node, shape[0]));
  const ValueId ohwi =
      node.AddConstant(1, Shape{shape[0], shape[2], shape[3], shape[1]},
                       TransposeData(node.data(oihw), shape, kOihwToOhwi));
  OCTET_ASSIGN_OR_RETURN(const ValueId output,
                         EmitChannelsLast(node, conv, input, {ohwi, bias}));
  return node.Return(output);
}

}  // namespace octet::converter
