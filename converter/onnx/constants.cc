#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "converter/ir/shape_arguments.h"
#include "converter/onnx/operator_imports.h"

namespace octet::converter {
namespace {

// Constants that are computed and not stored (ConstantOfShape) are shapes and
// pads: anything larger is not worth importing.
constexpr int64_t kMaxFilledElements = 1 << 16;

Status ReturnTensor(NodeContext& node, TensorData data) {
  OCTET_ASSIGN_OR_RETURN(const ValueId id, node.AddTensor(0, std::move(data)));
  return node.Return(id);
}

Status ReturnFilled(NodeContext& node, const std::vector<int64_t>& dims,
                    const TensorData& value) {
  int64_t count = 1;
  for (int64_t dim : dims) {
    if (dim < 0 || dim > kMaxFilledElements) {
      return Unsupported("fills a dimension of " + std::to_string(dim));
    }
    count *= dim;
    if (count > kMaxFilledElements) {
      return Unsupported("fills more than " +
                         std::to_string(kMaxFilledElements) + " elements");
    }
  }
  if (const auto* integers = std::get_if<IntegerTensor>(&value)) {
    if (integers->data.size() != 1) return InvalidModel("fills with no value");
    const std::vector<int64_t> filled(size_t(count), integers->data[0]);
    return ReturnTensor(node, IntegerTensor{dims, filled, integers->type});
  }
  const FloatTensor& floats = std::get<FloatTensor>(value);
  if (floats.data.size() != 1) return InvalidModel("fills with several values");
  if (count == 0) return ReturnTensor(node, IntegerTensor{dims, {}});
  OCTET_ASSIGN_OR_RETURN(const Shape shape, ToShape(dims));
  return ReturnTensor(
      node,
      FloatTensor{shape, std::vector<float>(size_t(count), floats.data[0])});
}

// How many of start, start + delta, ... lie in front of limit.
Result<int64_t> RangeCount(double start, double limit, double delta) {
  if (delta == 0.0) return InvalidModel("counts in steps of 0");
  const double count = std::max(std::ceil((limit - start) / delta), 0.0);
  if (!(count <= double{kMaxFilledElements})) {
    return Unsupported("counts more than " +
                       std::to_string(kMaxFilledElements) + " elements");
  }
  return static_cast<int64_t>(count);
}

Status ReturnIntegerRange(NodeContext& node) {
  int64_t numbers[3];  // start, limit, delta
  for (int i = 0; i < 3; ++i) {
    OCTET_ASSIGN_OR_RETURN(const std::vector<int64_t> input,
                           node.IntegerInput(i, "what it counts by"));
    if (input.size() != 1) return InvalidModel("counts by several numbers");
    // Exact in double, and far from overflow.
    if (std::abs(double(input[0])) > 1e15) {
      return Unsupported("counts by numbers beyond 10^15");
    }
    numbers[i] = input[0];
  }
  OCTET_ASSIGN_OR_RETURN(
      const int64_t count,
      RangeCount(double(numbers[0]), double(numbers[1]), double(numbers[2])));
  std::vector<int64_t> values;
  for (int64_t i = 0; i < count; ++i) {
    values.push_back(numbers[0] + i * numbers[2]);
  }
  return ReturnTensor(node, IntegerTensor{{count}, std::move(values)});
}

}  // namespace

// Of constants, as exporters build positions from shapes.
Status ImportRange(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId first, node.Input(0));
  if (!node.value(first).is_float()) return ReturnIntegerRange(node);
  OCTET_ASSIGN_OR_RETURN(const float start, node.ScalarInput(0, "the start"));
  OCTET_ASSIGN_OR_RETURN(const float limit, node.ScalarInput(1, "the limit"));
  OCTET_ASSIGN_OR_RETURN(const float delta, node.ScalarInput(2, "the step"));
  OCTET_ASSIGN_OR_RETURN(
      const int64_t count,
      RangeCount(double{start}, double{limit}, double{delta}));
  OCTET_ASSIGN_OR_RETURN(const Shape shape, ToShape({count}));
  std::vector<float> values;
  for (int64_t i = 0; i < count; ++i) {
    values.push_back(start + static_cast<float>(i) * delta);
  }
  return ReturnTensor(node, FloatTensor{shape, std::move(values)});
}

Status ImportConstant(NodeContext& node) {
  const NodeAttributes& attributes = node.attributes();
  OCTET_ASSIGN_OR_RETURN(const onnx::TensorProto* const tensor,
                         attributes.FindTensor("value"));
  if (tensor != nullptr) {
    OCTET_ASSIGN_OR_RETURN(TensorData data, ReadTensor(*tensor, node.folder()));
    return ReturnTensor(node, std::move(data));
  }
  if (attributes.Has("value_float")) {
    OCTET_ASSIGN_OR_RETURN(const float x,
                           attributes.GetFloat("value_float", 0));
    return ReturnTensor(node, FloatTensor{Shape{}, {x}});
  }
  if (attributes.Has("value_int")) {
    OCTET_ASSIGN_OR_RETURN(const int64_t x, attributes.GetInt("value_int", 0));
    return ReturnTensor(node, IntegerTensor{{}, {x}});
  }
  if (attributes.Has("value_ints")) {
    OCTET_ASSIGN_OR_RETURN(std::vector<int64_t> x,
                           attributes.GetInts("value_ints", {}));
    const auto count = static_cast<int64_t>(x.size());
    return ReturnTensor(node, IntegerTensor{{count}, std::move(x)});
  }
  if (attributes.Has("value_floats")) {
    OCTET_ASSIGN_OR_RETURN(std::vector<float> x,
                           attributes.GetFloats("value_floats", {}));
    OCTET_ASSIGN_OR_RETURN(const Shape shape,
                           ToShape({static_cast<int64_t>(x.size())}));
    return ReturnTensor(node, FloatTensor{shape, std::move(x)});
  }
  return Unsupported("holds neither numbers nor a dense tensor");
}

Status ImportConstantOfShape(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const std::vector<int64_t> dims,
                         node.IntegerInput(0, "the shape"));
  OCTET_ASSIGN_OR_RETURN(const onnx::TensorProto* const value,
                         node.attributes().FindTensor("value"));
  TensorData fill = FloatTensor{Shape{1}, {0.0f}};
  if (value != nullptr) {
    OCTET_ASSIGN_OR_RETURN(fill, ReadTensor(*value, node.folder()));
  }
  return ReturnFilled(node, dims, fill);
}

Status ImportShape(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
  const std::vector<int64_t> dims = ToDims(node.shape(input));
  const auto rank = static_cast<int64_t>(dims.size());
  OCTET_ASSIGN_OR_RETURN(int64_t start, node.attributes().GetInt("start", 0));
  OCTET_ASSIGN_OR_RETURN(int64_t end, node.attributes().GetInt("end", rank));
  if (start < 0) start += rank;
  if (end < 0) end += rank;
  start = std::clamp<int64_t>(start, 0, rank);
  end = std::clamp<int64_t>(end, start, rank);
  std::vector<int64_t> part(dims.begin() + start, dims.begin() + end);
  return ReturnTensor(node, IntegerTensor{{end - start}, std::move(part)});
}

Status ImportSize(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
  return ReturnTensor(node,
                      IntegerTensor{{}, {node.shape(input).NumElements()}});
}

Status ImportIdentity(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
  return node.Return(input);
}

Status ImportDropout(NodeContext& node) {
  if (node.HasInput(2)) {
    OCTET_ASSIGN_OR_RETURN(const std::vector<int64_t> flags,
                           node.IntegerInput(2, "training_mode"));
    if (std::any_of(flags.begin(), flags.end(),
                    [](int64_t flag) { return flag != 0; })) {
      return Unsupported("is in training mode; export the model for inference");
    }
  }
  return ImportIdentity(node);
}

}  // namespace octet::converter
