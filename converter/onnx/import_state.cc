#include "converter/onnx/import_state.h"

#include <utility>

namespace octet::converter {

ImportState::ImportState(const onnx::GraphProto& proto, std::string folder,
                         int64_t opset)
    : folder_(std::move(folder)), opset_(opset) {
  graph_.name = proto.name();
  for (const onnx::TensorProto& tensor : proto.initializer()) {
    initializers_.emplace(tensor.name(), &tensor);
  }
  for (const onnx::NodeProto& node : proto.node()) {
    used_.insert(node.input().begin(), node.input().end());
  }
  for (const onnx::ValueInfoProto& output : proto.output()) {
    used_.insert(output.name());
  }
}

Status ImportState::Define(const std::string& name, Operand operand) {
  if (name.empty()) return InvalidModel("its output has no name");
  if (IsInitializer(name) ||
      !operands_.emplace(name, std::move(operand)).second) {
    return InvalidModel("'" + name + "' is defined twice");
  }
  return OkStatus();
}

Result<const Operand*> ImportState::Find(const std::string& name) {
  const auto known = operands_.find(name);
  if (known != operands_.end()) return &known->second;
  const auto initializer = initializers_.find(name);
  if (initializer == initializers_.end()) {
    return InvalidModel("'" + name +
                        "' is no initializer, no graph input and no output of "
                        "an earlier node");
  }
  OCTET_ASSIGN_OR_RETURN(TensorData data,
                         ReadTensor(*initializer->second, folder_));
  Operand operand;
  if (FloatTensor* floats = std::get_if<FloatTensor>(&data)) {
    operand = graph_.AddConstant(name, floats->shape, std::move(floats->data));
  } else {
    operand = std::get<IntegerTensor>(std::move(data));
  }
  initializers_.erase(initializer);
  return &operands_.emplace(name, std::move(operand)).first->second;
}

std::string ImportState::UniqueNodeName(const std::string& name) {
  std::string unique = name;
  for (int i = 2; !node_names_.insert(unique).second; ++i) {
    unique = name + "#" + std::to_string(i);
  }
  return unique;
}

}  // namespace octet::converter
