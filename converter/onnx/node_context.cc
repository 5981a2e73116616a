#include "converter/onnx/node_context.h"

#include <utility>

#include "converter/ir/constant_evaluation.h"
#include "converter/ir/infer_shape.h"
#include "converter/ir/permutation.h"

namespace octet::converter {

NodeContext::NodeContext(const onnx::NodeProto& proto, std::string name,
                         ImportState& state)
    : proto_(proto),
      name_(std::move(name)),
      state_(state),
      attributes_(proto),
      first_new_value_(state.graph().values.size()) {}

bool NodeContext::HasInput(int i) const {
  return i < proto_.input_size() && !proto_.input(i).empty();
}

std::string NodeContext::InputName(int i) const {
  return HasInput(i) ? proto_.input(i) : name_ + ":" + std::to_string(i);
}

bool NodeContext::IsIntegerInput(int i) const {
  if (!HasInput(i)) return false;
  const Result<const Operand*> operand = state_.Find(proto_.input(i));
  return operand.ok() && std::holds_alternative<IntegerTensor>(**operand);
}

Result<ValueId> NodeContext::Input(int i) {
  if (!HasInput(i)) {
    return InvalidModel("input " + std::to_string(i) + " is missing");
  }
  OCTET_ASSIGN_OR_RETURN(const Operand* const operand,
                         state_.Find(proto_.input(i)));
  if (const ValueId* id = std::get_if<ValueId>(operand)) return *id;
  return Unsupported("input " + std::to_string(i) + " ('" + proto_.input(i) +
                     "') holds integers; only floats are supported");
}

Result<ValueId> NodeContext::ConstantInput(int i, const std::string& what) {
  OCTET_ASSIGN_OR_RETURN(const ValueId id, Input(i));
  if (value(id).is_constant()) return id;
  return Unsupported(what + " ('" + proto_.input(i) +
                     "') must be constant, but the model computes them");
}

Result<float> NodeContext::ScalarInput(int i, const std::string& what) {
  OCTET_ASSIGN_OR_RETURN(const ValueId id, ConstantInput(i, what));
  if (data(id).size() == 1) return data(id)[0];
  return InvalidModel(what + " ('" + proto_.input(i) + "') must be a scalar");
}

Result<const IntegerTensor*> NodeContext::IntegerInput(
    int i, const std::string& what) {
  if (!HasInput(i)) {
    return InvalidModel("input " + std::to_string(i) + " (" + what +
                        ") is missing");
  }
  OCTET_ASSIGN_OR_RETURN(const Operand* const operand,
                         state_.Find(proto_.input(i)));
  if (const auto* integers = std::get_if<IntegerTensor>(operand)) {
    return integers;
  }
  return Unsupported(what + " ('" + proto_.input(i) +
                     "') must be constant integers");
}

Result<std::optional<std::vector<int64_t>>> NodeContext::IntegersOf(
    int i, const std::string& name) {
  if (HasInput(i)) {
    OCTET_ASSIGN_OR_RETURN(const IntegerTensor* const integers,
                           IntegerInput(i, name));
    return std::optional(integers->data);
  }
  if (!attributes_.Has(name)) return std::optional<std::vector<int64_t>>();
  OCTET_ASSIGN_OR_RETURN(std::vector<int64_t> integers,
                         attributes_.GetInts(name, {}));
  return std::optional(std::move(integers));
}

Result<ValueId> NodeContext::Emit(Operator op, std::vector<ValueId> inputs,
                                  const std::string& suffix) {
  Graph& graph = state_.graph();
  std::vector<Shape> shapes;
  for (ValueId id : inputs) shapes.push_back(shape(id));
  OCTET_ASSIGN_OR_RETURN(const Shape output, InferShape(op, shapes));
  const std::string output_name = proto_.output(0) + suffix;
  std::optional<std::vector<float>> constant =
      EvaluateConstantNode(graph, op, inputs, output);
  if (constant.has_value()) {
    return graph.AddConstant(output_name, output, *std::move(constant));
  }
  const std::string name =
      suffix.empty() ? name_ : state_.UniqueNodeName(name_ + suffix);
  return graph.AddNode(name, type(), std::move(op), std::move(inputs),
                       output_name);
}

Result<ValueId> NodeContext::EmitTranspose(ValueId input,
                                           const TransposeParams& permutation,
                                           const std::string& suffix) {
  return Emit(Transpose{permutation}, {input}, suffix);
}

Result<ValueId> NodeContext::EmitReshape(ValueId input, const Shape& target,
                                         const std::string& suffix) {
  if (shape(input) == target) return input;
  return Emit(Reshape{target}, {input}, suffix);
}

ValueId NodeContext::AddConstant(int i, const Shape& shape,
                                 std::vector<float> data) {
  return state_.graph().AddConstant(InputName(i), shape, std::move(data));
}

Status NodeContext::Return(ValueId id) {
  if (size_t(id) < first_new_value_) {
    OCTET_ASSIGN_OR_RETURN(id, Emit(Identity{}, {id}));
  }
  std::vector<Value>& values = state_.graph().values;
  for (size_t i = first_new_value_; i < values.size(); ++i) {
    if (values[i].name == proto_.output(0)) values[i].name += kInnerSuffix;
  }
  values[size_t(id)].name = proto_.output(0);
  return state_.Define(proto_.output(0), id);
}

Status NodeContext::Return(IntegerTensor integers) {
  return state_.Define(proto_.output(0), std::move(integers));
}

Result<ValueId> EmitChannelsLast(NodeContext& node, Operator op, ValueId input,
                                 const std::vector<ValueId>& constants) {
  std::vector<ValueId> inputs;
  OCTET_ASSIGN_OR_RETURN(
      inputs.emplace_back(),
      node.EmitTranspose(input, kToChannelsLast, "/to_nhwc"));
  inputs.insert(inputs.end(), constants.begin(), constants.end());
  OCTET_ASSIGN_OR_RETURN(const ValueId output,
                         node.Emit(std::move(op), std::move(inputs)));
  return node.EmitTranspose(output, kToChannelsFirst, "/to_nchw");
}

}  // namespace octet::converter
