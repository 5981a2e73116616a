#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "converter/onnx/operator_imports.h"
#include "converter/onnx/shape_arguments.h"

namespace octet::converter {
namespace {

// Constants that are computed and not stored (ConstantOfShape) are shapes and
// pads: anything larger is not worth importing.
constexpr int64_t kMaxFilledElements = 1 << 16;

Status ReturnFloats(NodeContext& node, const Shape& shape,
                    std::vector<float> data) {
  return node.Return(node.AddConstant(0, shape, std::move(data)));
}

Status ReturnTensor(NodeContext& node, const onnx::TensorProto& tensor) {
  OCTET_ASSIGN_OR_RETURN(TensorData data, ReadTensor(tensor, node.folder()));
  if (auto* integers = std::get_if<IntegerTensor>(&data)) {
    return node.Return(std::move(*integers));
  }
  FloatTensor& floats = std::get<FloatTensor>(data);
  return ReturnFloats(node, floats.shape, std::move(floats.data));
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
    return node.Return(
        {dims, std::vector<int64_t>(size_t(count), integers->data[0])});
  }
  const FloatTensor& floats = std::get<FloatTensor>(value);
  if (floats.data.size() != 1) return InvalidModel("fills with several values");
  OCTET_ASSIGN_OR_RETURN(const Shape shape, ToShape(dims));
  return ReturnFloats(node, shape,
                      std::vector<float>(size_t(count), floats.data[0]));
}

// Rounds toward zero, as a cast does; to bool, anything but 0 is 1.
Result<IntegerTensor> ToIntegers(const FloatTensor& floats, bool to_bool) {
  IntegerTensor integers{ToDims(floats.shape), {}};
  for (float x : floats.data) {
    // Not a number fails the comparison.
    if (!(std::abs(x) < 9.2e18f)) return InvalidModel("a value beyond int64");
    integers.data.push_back(to_bool ? x != 0 : static_cast<int64_t>(x));
  }
  return integers;
}

}  // namespace

Status ImportConstant(NodeContext& node) {
  const NodeAttributes& attributes = node.attributes();
  OCTET_ASSIGN_OR_RETURN(const onnx::TensorProto* const tensor,
                         attributes.FindTensor("value"));
  if (tensor != nullptr) return ReturnTensor(node, *tensor);
  if (attributes.Has("value_float")) {
    OCTET_ASSIGN_OR_RETURN(const float x,
                           attributes.GetFloat("value_float", 0));
    return ReturnFloats(node, Shape{}, {x});
  }
  if (attributes.Has("value_int")) {
    OCTET_ASSIGN_OR_RETURN(const int64_t x, attributes.GetInt("value_int", 0));
    return node.Return({{}, {x}});
  }
  if (attributes.Has("value_ints")) {
    OCTET_ASSIGN_OR_RETURN(std::vector<int64_t> x,
                           attributes.GetInts("value_ints", {}));
    return node.Return({{static_cast<int64_t>(x.size())}, std::move(x)});
  }
  if (attributes.Has("value_floats")) {
    OCTET_ASSIGN_OR_RETURN(std::vector<float> x,
                           attributes.GetFloats("value_floats", {}));
    OCTET_ASSIGN_OR_RETURN(const Shape shape,
                           ToShape({static_cast<int64_t>(x.size())}));
    return ReturnFloats(node, shape, std::move(x));
  }
  return Unsupported("holds neither numbers nor a dense tensor");
}

Status ImportConstantOfShape(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const IntegerTensor* const dims,
                         node.IntegerInput(0, "the shape"));
  OCTET_ASSIGN_OR_RETURN(const onnx::TensorProto* const value,
                         node.attributes().FindTensor("value"));
  TensorData fill = FloatTensor{Shape{1}, {0.0f}};
  if (value != nullptr) {
    OCTET_ASSIGN_OR_RETURN(fill, ReadTensor(*value, node.folder()));
  }
  return ReturnFilled(node, dims->data, fill);
}

Status ImportShape(NodeContext& node) {
  std::vector<int64_t> dims;
  if (node.IsIntegerInput(0)) {
    OCTET_ASSIGN_OR_RETURN(const IntegerTensor* const integers,
                           node.IntegerInput(0, "the input"));
    dims = integers->dims;
  } else {
    OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
    dims = ToDims(node.shape(input));
  }
  const auto rank = static_cast<int64_t>(dims.size());
  OCTET_ASSIGN_OR_RETURN(int64_t start, node.attributes().GetInt("start", 0));
  OCTET_ASSIGN_OR_RETURN(int64_t end, node.attributes().GetInt("end", rank));
  if (start < 0) start += rank;
  if (end < 0) end += rank;
  start = std::clamp<int64_t>(start, 0, rank);
  end = std::clamp<int64_t>(end, start, rank);
  std::vector<int64_t> part(dims.begin() + start, dims.begin() + end);
  return node.Return({{end - start}, std::move(part)});
}

// Between constants; a computed tensor is float in every precision.
Status ImportCast(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const int64_t to, node.attributes().GetInt("to", 0));
  if (to < 0 || to > 64) return InvalidModel("casts to an unknown type");
  const int type = static_cast<int>(to);
  if (!IsFloatType(type) && !IsIntegerType(type)) {
    return Unsupported("casts to " + DataTypeName(type));
  }
  if (node.IsIntegerInput(0)) {
    OCTET_ASSIGN_OR_RETURN(const IntegerTensor* const integers,
                           node.IntegerInput(0, "the input"));
    if (IsIntegerType(type)) return node.Return(*integers);
    OCTET_ASSIGN_OR_RETURN(const Shape shape, ToShape(integers->dims));
    return ReturnFloats(
        node, shape,
        std::vector<float>(integers->data.begin(), integers->data.end()));
  }
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
  if (IsFloatType(type)) return node.Return(input);
  if (!node.value(input).is_constant()) {
    return Unsupported("casts a computed tensor to " + DataTypeName(type));
  }
  OCTET_ASSIGN_OR_RETURN(
      IntegerTensor integers,
      ToIntegers(FloatTensor{node.shape(input), node.data(input)},
                 type == onnx::TensorProto::BOOL));
  return node.Return(std::move(integers));
}

Status ImportIdentity(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
  return node.Return(input);
}

Status ImportDropout(NodeContext& node) {
  if (node.HasInput(2)) {
    OCTET_ASSIGN_OR_RETURN(const IntegerTensor* const training,
                           node.IntegerInput(2, "training_mode"));
    const auto& flags = training->data;
    if (std::any_of(flags.begin(), flags.end(),
                    [](int64_t flag) { return flag != 0; })) {
      return Unsupported("is in training mode; export the model for inference");
    }
  }
  return ImportIdentity(node);
}

}  // namespace octet::converter
