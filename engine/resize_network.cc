#include "engine/resize_network.h"

#include <cmath>

#include "engine/operators/registry.h"
#include "schema/shape_inference.h"

namespace octet {
namespace {

const VaryingDimension* FindVarying(const Network& network, size_t input,
                                    int axis) {
  for (const VaryingDimension& varying : network.varying_dimensions) {
    if (static_cast<size_t>(varying.input) == input && varying.axis == axis) {
      return &varying;
    }
  }
  return nullptr;
}

Status Refusal(const Network& network, size_t input, const std::string& what) {
  return InvalidArgument("input " + std::to_string(input) + ", " +
                         TensorTitle(network, network.inputs[input]) + ", " +
                         what);
}

// Whether the file allows `size` along `axis` of an input.
Status CheckSize(const Network& network, size_t input, int axis, int32_t size) {
  const Shape& stored = network.tensor(network.inputs[input]).shape;
  if (size == stored[axis]) return OkStatus();
  const VaryingDimension* varying = FindVarying(network, input, axis);
  std::string sizes = std::to_string(stored[axis]);
  if (varying != nullptr) {
    if (size >= varying->minimum && size <= varying->maximum &&
        (size - varying->minimum) % varying->step == 0) {
      return OkStatus();
    }
    sizes = SizesText(*varying);
  }
  return Refusal(network, input,
                 "has a dimension " + std::to_string(axis) + " of " + sizes +
                     ", not " + std::to_string(size));
}

Status CheckInput(const Network& network, size_t input, const Shape& shape) {
  const Tensor& tensor = network.tensor(network.inputs[input]);
  if (shape.rank != tensor.shape.rank) {
    return Refusal(network, input,
                   "has " + std::to_string(tensor.shape.rank) +
                       " dimensions, not " + std::to_string(shape.rank));
  }
  for (int axis = 0; axis < shape.rank; ++axis) {
    OCTET_RETURN_IF_ERROR(CheckSize(network, input, axis, shape[axis]));
  }
  return OkStatus();
}

// Of what a file's loader checks of an activation, all that its shape changes.
Status SetShape(const Shape& shape, Tensor* tensor) {
  OCTET_RETURN_IF_ERROR(CheckShape(shape));
  tensor->shape = shape;
  if (tensor->NumBytes() <= kMaxElements) return OkStatus();
  return Unsupported("shape " + shape.ToString() + " has more than 2^30 bytes");
}

// The rules of the schema (VaryingDimension) for operators that take their
// output's shape from the file. `before` and `now` are their input's shapes.
Shape ReshapeTarget(const Shape& before, const Shape& now,
                    const Shape& output) {
  Shape target = output;
  int front = 0;
  while (front < before.rank && front < output.rank &&
         before[front] == output[front]) {
    target[front] = now[front];
    ++front;
  }
  int back = 0;
  while (back < before.rank - front && back < output.rank - front &&
         before[before.rank - 1 - back] == output[output.rank - 1 - back]) {
    target[output.rank - 1 - back] = now[now.rank - 1 - back];
    ++back;
  }
  int64_t stored = 1;
  int64_t count = 1;
  for (int axis = front; axis < now.rank - back; ++axis) {
    stored *= before[axis];
    count *= now[axis];
  }
  // Otherwise the numbers of elements differ: shape inference says so.
  if (count != stored && output.rank - front - back == 1) {
    target[front] = static_cast<int32_t>(count);
  }
  return target;
}

Shape ResizeTarget(const schema::Resize& options, const Shape& before,
                   const Shape& now, const Shape& output) {
  Shape target = output;
  for (int axis = 0; axis < now.rank; ++axis) {
    if (now[axis] == before[axis] || options.scales() == nullptr) continue;
    const float scale = options.scales()->Get(static_cast<uint32_t>(axis));
    const float size = std::floor(static_cast<float>(now[axis]) * scale);
    // Also false for NaN.
    target[axis] = size <= 1e9f ? static_cast<int32_t>(size) : 0;
  }
  return target;
}

Shape SliceTarget(const schema::Slice& options, const Shape& before,
                  const Shape& now, const Shape& output) {
  Shape target = output;
  for (int axis = 0; axis < now.rank; ++axis) {
    const uint32_t i = static_cast<uint32_t>(axis);
    const int32_t begin = options.begin()->Get(i);
    const int32_t step = options.step()->Get(i);
    const int32_t cut = options.cut() == nullptr ? -1 : options.cut()->Get(i);
    if (cut >= 0) {
      target[axis] =
          static_cast<int32_t>(SliceSizeOfCut(now[axis], begin, step, cut));
    } else if (before[axis] == output[axis] && begin == 0 && step == 1) {
      target[axis] = now[axis];
    }
  }
  return target;
}

Shape ExpandTarget(const Shape& before, const Shape& now, const Shape& output) {
  Shape target = output;
  for (int i = 1; i <= before.rank; ++i) {
    if (before[before.rank - i] == output[output.rank - i]) {
      target[output.rank - i] = now[now.rank - i];
    }
  }
  return target;
}

// What the operator's verification takes its output's shape to be.
Shape TargetOf(const Network& stored, const Network& network,
               const Node& node) {
  using Options = schema::OperatorOptions;
  const Shape& output = stored.output(node).shape;
  const Shape& before = stored.input(node, 0).shape;
  const Shape& now = network.input(node, 0).shape;
  if (now == before) return output;
  switch (node.type) {
    case Options::Reshape:
      return ReshapeTarget(before, now, output);
    case Options::Resize:
      return ResizeTarget(node.options<schema::Resize>(), before, now, output);
    case Options::Slice:
      return SliceTarget(node.options<schema::Slice>(), before, now, output);
    case Options::Expand:
      return ExpandTarget(before, now, output);
    default:
      return output;
  }
}

Status ResizeNode(const Network& stored, const Node& node, Network* network) {
  Tensor& output = network->tensors[static_cast<size_t>(node.output)];
  OCTET_RETURN_IF_ERROR(SetShape(TargetOf(stored, *network, node), &output));
  Shape inferred;
  inferred.rank = -1;
  network->inferred_shape = &inferred;
  const Status status = VerifyOperator(*network, node);
  network->inferred_shape = nullptr;
  if (inferred.rank < 0) return status;
  OCTET_RETURN_IF_ERROR(SetShape(inferred, &output));
  return VerifyOperator(*network, node);
}

}  // namespace

std::string SizesText(const VaryingDimension& varying) {
  std::string text = std::to_string(varying.minimum);
  const int64_t second = int64_t{varying.minimum} + varying.step;
  if (second < varying.maximum) text += ", " + std::to_string(second);
  return text + " ... " + std::to_string(varying.maximum);
}

Result<Network> ResizeNetwork(const Network& network,
                              const std::vector<Shape>& inputs) {
  if (inputs.size() != network.inputs.size()) {
    return InvalidArgument(
        "there must be " + std::to_string(network.inputs.size()) +
        " shapes, one for each input, not " + std::to_string(inputs.size()));
  }
  Network result = network;
  result.is_resized = true;
  for (size_t i = 0; i < inputs.size(); ++i) {
    OCTET_RETURN_IF_ERROR(CheckInput(network, i, inputs[i]));
    Tensor& tensor = result.tensors[static_cast<size_t>(result.inputs[i])];
    OCTET_RETURN_IF_ERROR(SetShape(inputs[i], &tensor));
  }
  for (const Node& node : result.nodes) {
    const Status status = ResizeNode(network, node, &result);
    if (status.ok()) continue;
    return Unsupported("with inputs of these shapes, operator " +
                       Quoted(node.name) + " (" + OperatorTypeName(node.type) +
                       ") cannot run: " + status.message());
  }
  return result;
}

}  // namespace octet
