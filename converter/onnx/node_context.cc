#include "converter/onnx/node_context.h"

#include <utility>

#include "converter/ir/constant_evaluation.h"
#include "converter/ir/infer_shape.h"
#include "converter/ir/infer_type.h"
#include "converter/ir/permutation.h"

namespace octet::converter {

NodeContext::NodeContext(const onnx::NodeProto& proto, std::string name,
                         ImportState& state)
    : proto_(proto),
      name_(std::move(name)),
      type_(proto.op_type()),
      state_(state),
      attributes_(proto),
      first_new_value_(state.graph().values.size()) {}

void NodeContext::Become(std::string type, std::vector<ValueId> inputs,
                         Finish finish) {
  type_ = std::move(type);
  inputs_ = std::move(inputs);
  finish_ = std::move(finish);
}

bool NodeContext::HasInput(int i) const {
  if (inputs_.has_value()) {
    return i < num_inputs() && (*inputs_)[size_t(i)] != kNoValue;
  }
  return i < proto_.input_size() && !proto_.input(i).empty();
}

std::string NodeContext::InputName(int i) const {
  return !inputs_.has_value() && HasInput(i) ? proto_.input(i)
                                             : name_ + ":" + std::to_string(i);
}

std::string NodeContext::OutputName() const {
  for (const std::string& name : proto_.output()) {
    if (!name.empty()) return name;
  }
  return name_;
}

int NodeContext::InputDataType(int i) const {
  return !inputs_.has_value() && HasInput(i)
             ? state_.StatedDataType(proto_.input(i))
             : 0;
}

bool NodeContext::IsOutputUsed(int i) const {
  return i < proto_.output_size() && !proto_.output(i).empty() &&
         state_.IsUsed(proto_.output(i));
}

Result<ValueId> NodeContext::StoredInput(int i) {
  if (!HasInput(i)) {
    return InvalidModel("input " + std::to_string(i) + " is missing");
  }
  if (inputs_.has_value()) return (*inputs_)[size_t(i)];
  return state_.Find(proto_.input(i));
}

Result<ValueId> NodeContext::Input(int i) {
  OCTET_ASSIGN_OR_RETURN(const ValueId id, StoredInput(i));
  const bool as_it_is = inputs_.has_value() || moved_.has_value();
  if (as_it_is || state_.FindTag(id) == nullptr) return id;
  return state_.IntegersOf(id);
}

Result<ValueId> NodeContext::ConstantInput(int i, const std::string& what) {
  OCTET_ASSIGN_OR_RETURN(const ValueId id, Input(i));
  const std::string name = what + " ('" + InputName(i) + "')";
  if (!value(id).is_constant()) {
    return Unsupported(name + " must be constant, but the model computes them");
  }
  if (!value(id).is_float()) return Unsupported(name + " must be floats");
  return id;
}

Result<float> NodeContext::ScalarInput(int i, const std::string& what) {
  OCTET_ASSIGN_OR_RETURN(const ValueId id, Input(i));
  const std::string name = what + " ('" + InputName(i) + "')";
  if (!value(id).is_constant()) {
    return Unsupported(name + " must be constant, but the model computes it");
  }
  if (shape(id).NumElements() != 1) {
    return InvalidModel(name + " must be a scalar");
  }
  return value(id).is_float() ? data(id)[0]
                              : static_cast<float>((*value(id).integers)[0]);
}

Result<std::vector<int64_t>> NodeContext::IntegerInput(
    int i, const std::string& what) {
  if (!HasInput(i)) {
    return InvalidModel("input " + std::to_string(i) + " (" + what +
                        ") is missing");
  }
  OCTET_ASSIGN_OR_RETURN(const ValueId id, Input(i));
  if (value(id).integers != nullptr) return *value(id).integers;
  return Unsupported(what + " ('" + InputName(i) +
                     "') must be constant integers");
}

Result<std::optional<std::vector<int64_t>>> NodeContext::IntegersOf(
    int i, const std::string& name) {
  if (HasInput(i)) {
    OCTET_ASSIGN_OR_RETURN(std::vector<int64_t> integers,
                           IntegerInput(i, name));
    return std::optional(std::move(integers));
  }
  if (!attributes_.Has(name)) return std::optional<std::vector<int64_t>>();
  OCTET_ASSIGN_OR_RETURN(std::vector<int64_t> integers,
                         attributes_.GetInts(name, {}));
  return std::optional(std::move(integers));
}

Result<ValueId> NodeContext::Emit(Operator op, std::vector<ValueId> inputs,
                                  const std::string& suffix) {
  Graph& graph = state_.graph();
  OCTET_ASSIGN_OR_RETURN(const Shape output,
                         InferShape(op, InputShapes(graph, inputs)));
  OCTET_RETURN_IF_ERROR(InferType(op, InputTypes(graph, inputs)).status());
  const std::string output_name = OutputName() + suffix;
  std::optional<ConstantData> constant =
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

ValueId NodeContext::AddIntegers(int i, const Shape& shape,
                                 std::vector<int64_t> data, DataType type) {
  return state_.graph().AddConstant(InputName(i), shape,
                                    ConstantData{type, {}, std::move(data)});
}

Result<ValueId> NodeContext::AddTensor(int i, TensorData data) {
  return state_.AddTensor(InputName(i), std::move(data));
}

Status NodeContext::Return(ValueId id, int i) {
  if (i > 0 || finish_ == nullptr) return ReturnTagged(id, moved_, i);
  OCTET_ASSIGN_OR_RETURN(const Finished finished, finish_(id));
  return ReturnTagged(finished.id, finished.tag);
}

Status NodeContext::ReturnTagged(ValueId id,
                                 const std::optional<QuantizedTag>& tag,
                                 int i) {
  if (size_t(id) < first_new_value_ || returned_.contains(id)) {
    const std::string suffix = i == 0 ? "" : "/output_" + std::to_string(i);
    OCTET_ASSIGN_OR_RETURN(id, Emit(Identity{}, {id}, suffix));
  }
  returned_.insert(id);
  if (tag.has_value()) state_.SetTag(id, *tag);
  const std::string& name = proto_.output(i);
  std::vector<Value>& values = state_.graph().values;
  for (size_t v = first_new_value_; v < values.size(); ++v) {
    if (values[v].name == name) values[v].name += kInnerSuffix;
  }
  values[size_t(id)].name = name;
  return state_.Define(name, id);
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
