#include "converter/onnx/import_state.h"

#include <utility>
#include <variant>

#include "converter/ir/shape_arguments.h"

namespace octet::converter {

ImportState::ImportState(const onnx::GraphProto& proto, std::string folder,
                         int64_t opset)
    : folder_(std::move(folder)), opset_(opset) {
  graph_.name = proto.name();
  for (const onnx::TensorProto& tensor : proto.initializer()) {
    initializers_.emplace(tensor.name(), &tensor);
    data_types_[tensor.name()] = tensor.data_type();
  }
  for (const auto* values :
       {&proto.input(), &proto.output(), &proto.value_info()}) {
    for (const onnx::ValueInfoProto& value : *values) {
      data_types_.emplace(value.name(), value.type().tensor_type().elem_type());
    }
  }
  for (const onnx::NodeProto& node : proto.node()) {
    used_.insert(node.input().begin(), node.input().end());
  }
  for (const onnx::ValueInfoProto& output : proto.output()) {
    used_.insert(output.name());
  }
}

Status ImportState::Define(const std::string& name, ValueId id) {
  if (name.empty()) return InvalidModel("its output has no name");
  if (IsInitializer(name) || !values_.emplace(name, id).second) {
    return InvalidModel("'" + name + "' is defined twice");
  }
  return OkStatus();
}

Result<ValueId> ImportState::Find(const std::string& name) {
  const auto known = values_.find(name);
  if (known != values_.end()) return known->second;
  const auto initializer = initializers_.find(name);
  if (initializer == initializers_.end()) {
    return InvalidModel("'" + name +
                        "' is no initializer, no graph input and no output of "
                        "an earlier node");
  }
  OCTET_ASSIGN_OR_RETURN(TensorData data,
                         ReadTensor(*initializer->second, folder_));
  OCTET_ASSIGN_OR_RETURN(const ValueId id, AddTensor(name, std::move(data)));
  initializers_.erase(initializer);
  values_.emplace(name, id);
  return id;
}

// round(real / scale) + zero point: real is on the grid.
Result<ValueId> ImportState::IntegersOf(ValueId tagged) {
  const auto known = integers_.find(tagged);
  if (known != integers_.end()) return known->second;
  const QuantizedTag tag = *FindTag(tagged);
  const std::string name = graph_.value(tagged).name;
  const int bias = tag.is_uint8 ? 128 : 0;
  const float zero_point = static_cast<float>(tag.grid.zero_point + bias);
  const ValueId scale =
      graph_.AddConstant(name + "/scale", Shape{}, {tag.grid.scale});
  const ValueId zero =
      graph_.AddConstant(name + "/zero_point", Shape{}, {zero_point});
  const auto add = [&](const char* suffix, Operator op,
                       std::vector<ValueId> inputs) {
    const std::string full = name + suffix;
    return graph_.AddNode(UniqueNodeName(full), "QuantizeLinear", std::move(op),
                          std::move(inputs), full);
  };
  OCTET_ASSIGN_OR_RETURN(
      const ValueId steps,
      add("/steps", Binary{schema::BinaryFunction::DIV, {}}, {tagged, scale}));
  OCTET_ASSIGN_OR_RETURN(
      const ValueId rounded,
      add("/rounded", Unary{schema::UnaryFunction::ROUND}, {steps}));
  OCTET_ASSIGN_OR_RETURN(const ValueId moved,
                         add("/moved", Add{}, {rounded, zero}));
  OCTET_ASSIGN_OR_RETURN(const ValueId integers,
                         add("/integers", Cast{DataType::INT64}, {moved}));
  integers_[tagged] = integers;
  return integers;
}

Result<ValueId> ImportState::AddTensor(const std::string& name,
                                       TensorData data) {
  if (FloatTensor* floats = std::get_if<FloatTensor>(&data)) {
    return graph_.AddConstant(name, floats->shape, std::move(floats->data));
  }
  IntegerTensor& integers = std::get<IntegerTensor>(data);
  const Result<Shape> shape = ToConstantShape(integers.dims);
  if (!shape.ok()) {
    return shape.status().WithContext("tensor '" + name + "'");
  }
  return graph_.AddConstant(
      name, *shape, ConstantData{integers.type, {}, std::move(integers.data)});
}

int ImportState::StatedDataType(const std::string& name) const {
  const auto found = data_types_.find(name);
  return found == data_types_.end() ? 0 : found->second;
}

std::string ImportState::UniqueNodeName(const std::string& name) {
  std::string unique = name;
  for (int i = 2; !node_names_.insert(unique).second; ++i) {
    unique = name + "#" + std::to_string(i);
  }
  return unique;
}

}  // namespace octet::converter
