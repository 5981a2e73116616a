#include "converter/onnx/graph_inputs.h"

#include <cstdint>
#include <utility>

#include "converter/ir/shape_arguments.h"
#include "schema/shape_inference.h"

namespace octet::converter {
namespace {

using onnx::TensorShapeProto;

Status AskForShape(const std::string& what, const std::string& name) {
  return InvalidArgument(what + "; give the input's shape with --shape " +
                         name + "=1,3,224,224 (its own numbers)");
}

// Size of dimension `i`; one that the model leaves open is 1 for a batch and
// an error otherwise.
Result<int64_t> DimensionSize(const TensorShapeProto& proto, int i,
                              const std::string& name) {
  const TensorShapeProto::Dimension& dimension = proto.dim(i);
  // Some exporters write an open dimension as 0 or -1.
  if (dimension.has_dim_value() && dimension.dim_value() > 0) {
    return dimension.dim_value();
  }
  if (i == 0 && proto.dim_size() > 1) return int64_t{1};
  const std::string symbol =
      dimension.dim_param().empty() ? "" : " ('" + dimension.dim_param() + "')";
  return AskForShape("dimension " + std::to_string(i) + symbol + " is open",
                     name);
}

Result<Shape> ModelShape(const onnx::ValueInfoProto& input) {
  const onnx::TypeProto::Tensor& tensor = input.type().tensor_type();
  if (!tensor.has_shape()) {
    return AskForShape("the model gives no shape", input.name());
  }
  std::vector<int64_t> dims;
  for (int i = 0; i < tensor.shape().dim_size(); ++i) {
    OCTET_ASSIGN_OR_RETURN(dims.emplace_back(),
                           DimensionSize(tensor.shape(), i, input.name()));
  }
  return ToShape(dims);
}

Result<DataType> InputType(const onnx::ValueInfoProto& input) {
  if (!input.type().has_tensor_type()) {
    return Unsupported("is no tensor");
  }
  const int type = input.type().tensor_type().elem_type();
  if (IsFloatType(type) || IsIntegerType(type)) return GraphType(type);
  return Unsupported("has the type " + DataTypeName(type) +
                     "; only numbers are supported");
}

Result<Shape> InputShape(const onnx::ValueInfoProto& input,
                         const std::map<std::string, Shape>& shapes) {
  const auto given = shapes.find(input.name());
  if (given == shapes.end()) return ModelShape(input);
  OCTET_RETURN_IF_ERROR(CheckShape(given->second));
  const onnx::TypeProto::Tensor& tensor = input.type().tensor_type();
  if (tensor.has_shape() && tensor.shape().dim_size() != given->second.rank) {
    return InvalidArgument(
        "--shape gives " + given->second.ToString() + ", but the model has " +
        std::to_string(tensor.shape().dim_size()) + " dimensions");
  }
  return given->second;
}

Result<ValueId> AddInput(const onnx::ValueInfoProto& input,
                         const std::map<std::string, Shape>& shapes,
                         Graph& graph) {
  OCTET_ASSIGN_OR_RETURN(const DataType type, InputType(input));
  OCTET_ASSIGN_OR_RETURN(const Shape shape, InputShape(input, shapes));
  const ValueId id = graph.AddActivation(input.name(), shape, type);
  graph.inputs.push_back(id);
  return id;
}

}  // namespace

Status ImportGraphInputs(const onnx::GraphProto& proto,
                         const std::map<std::string, Shape>& shapes,
                         ImportState& state, std::vector<Status>& problems) {
  for (const onnx::ValueInfoProto& input : proto.input()) {
    if (state.IsInitializer(input.name())) continue;
    const Result<ValueId> added = AddInput(input, shapes, state.graph());
    if (!added.ok()) {
      problems.push_back(
          added.status().WithContext("input '" + input.name() + "'"));
    }
    const Status defined =
        state.Define(input.name(), added.ok() ? *added : kUnknown);
    if (!defined.ok()) {
      problems.push_back(defined.WithContext("input '" + input.name() + "'"));
    }
  }
  for (const auto& [name, shape] : shapes) {
    if (!state.IsDefined(name) || state.IsInitializer(name)) {
      return InvalidArgument("--shape names '" + name +
                             "', which is no input of the model");
    }
  }
  return OkStatus();
}

}  // namespace octet::converter
