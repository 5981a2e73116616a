#include "converter/tflite/operator_context.h"

#include <optional>
#include <utility>

#include "converter/ir/constant_evaluation.h"
#include "converter/tflite/tensor_data.h"

namespace octet::converter {

Result<ValueId> OperatorContext::Input(size_t i) {
  if (!HasInput(i)) {
    return InvalidModel("input " + std::to_string(i) + " is missing");
  }
  const int index = op_.inputs[i];
  ValueId& id = progress_.value_of_tensor[size_t(index)];
  if (id != kNoValue) return id;
  // Everything else has been defined: ReadTfliteNetwork checks the order.
  const TfliteTensor& tensor = input_tensor(i);
  OCTET_ASSIGN_OR_RETURN(StoredAs stored, ReadStoredAs(tensor));
  OCTET_ASSIGN_OR_RETURN(std::vector<float> floats, ReadFloats(tensor, stored));
  id = Store(graph().AddConstant(tensor.name, tensor.shape, std::move(floats)),
             std::move(stored));
  return id;
}

Result<ValueId> OperatorContext::ConstantInput(size_t i, const char* what) {
  OCTET_ASSIGN_OR_RETURN(const ValueId id, Input(i));
  if (graph().value(id).is_constant()) return id;
  return Unsupported(std::string(what) + " must be constant");
}

Result<ValueId> OperatorContext::IntegerInput(size_t i) {
  if (!HasInput(i) || !input_tensor(i).is_constant()) return Input(i);
  OCTET_ASSIGN_OR_RETURN(std::vector<int64_t> values,
                         ReadIntegers(input_tensor(i)));
  ConstantData data{GraphType(input_tensor(i)), {}, std::move(values)};
  return Store(graph().AddConstant(input_tensor(i).name, input_tensor(i).shape,
                                   std::move(data)),
               StoredAs());
}

Result<ValueId> OperatorContext::AnyInput(size_t i) {
  const bool is_plain =
      HasInput(i) && GraphType(input_tensor(i)) != DataType::FLOAT32;
  return is_plain ? IntegerInput(i) : Input(i);
}

Result<std::vector<int64_t>> OperatorContext::Integers(size_t i,
                                                       const char* what) const {
  if (!HasInput(i)) return InvalidModel(std::string(what) + " is missing");
  if (!input_tensor(i).is_constant()) {
    const ValueId id = progress_.value_of_tensor[size_t(op_.inputs[i])];
    if (id != kNoValue && graph().value(id).integers != nullptr) {
      return *graph().value(id).integers;
    }
    return Unsupported(std::string(what) + " must be constant");
  }
  Result<std::vector<int64_t>> values = ReadIntegers(input_tensor(i));
  if (values.ok()) return values;
  return values.status().WithContext(what);
}

ValueId OperatorContext::ChannelsFirst(ValueId weights) {
  const auto known = progress_.transposed.find(weights);
  if (known != progress_.transposed.end()) return known->second;
  constexpr TransposeParams kPermutation{{3, 1, 2, 0}};
  const Value constant = graph().value(weights);
  StoredAs stored_as = stored(weights);
  stored_as.axis = 0;
  if (!stored_as.values.empty()) {
    // Weights are int8: floats hold them exactly.
    const std::vector<float> values(stored_as.values.begin(),
                                    stored_as.values.end());
    const std::vector<float> transposed =
        TransposeData(values, constant.shape, kPermutation);
    stored_as.values.assign(transposed.begin(), transposed.end());
  }
  const Shape& from = constant.shape;
  const ValueId id =
      Store(graph().AddConstant(
                constant.name, Shape{from[3], from[1], from[2], 1},
                TransposeData(*constant.data, constant.shape, kPermutation)),
            std::move(stored_as));
  progress_.transposed[weights] = id;
  return id;
}

ValueId OperatorContext::Zeros(int32_t count) {
  const auto known = progress_.zeros.find(count);
  if (known != progress_.zeros.end()) return known->second;
  StoredAs stored_as;
  stored_as.values.assign(size_t(count), 0);
  const ValueId id =
      Store(graph().AddConstant("zeros_" + std::to_string(count), Shape{count},
                                std::vector<float>(size_t(count), 0.0f)),
            std::move(stored_as));
  progress_.zeros[count] = id;
  return id;
}

ValueId OperatorContext::AddConstant(const std::string& suffix,
                                     const Shape& shape,
                                     std::vector<float> data) {
  return Store(graph().AddConstant(op_.name + suffix, shape, std::move(data)),
               StoredAs());
}

Result<ValueId> OperatorContext::Emit(Operator op, std::vector<ValueId> inputs,
                                      ValueId like, const std::string& suffix) {
  StoredAs stored_as = stored(like);
  stored_as.values.clear();
  stored_as.table.clear();
  return EmitStored(std::move(op), std::move(inputs), std::move(stored_as),
                    suffix);
}

Result<ValueId> OperatorContext::EmitOutput(Operator op,
                                            std::vector<ValueId> inputs,
                                            const std::string& suffix) {
  OCTET_ASSIGN_OR_RETURN(StoredAs stored_as, ReadStoredAs(output_tensor(0)));
  return EmitStored(std::move(op), std::move(inputs), std::move(stored_as),
                    suffix);
}

Result<ValueId> OperatorContext::AddNode(const std::string& name, Operator op,
                                         std::vector<ValueId> inputs,
                                         const std::string& output_name) {
  const Result<ValueId> id = graph().AddNode(
      name, op_.source_type, std::move(op), std::move(inputs), output_name);
  if (!id.ok() || graph().value(*id).is_float()) return id;
  const Node& node = graph().nodes.back();
  std::optional<ConstantData> data =
      EvaluateConstantNode(graph(), node.op, node.inputs, shape(*id));
  if (!data.has_value()) return id;
  graph().MakeConstant(*id, *std::move(data));
  graph().nodes.pop_back();
  return id;
}

Result<ValueId> OperatorContext::EmitStored(Operator op,
                                            std::vector<ValueId> inputs,
                                            StoredAs stored_as,
                                            const std::string& suffix) {
  const std::string name = op_.name + suffix;
  const Result<ValueId> id =
      AddNode(name, std::move(op), std::move(inputs), name);
  if (!id.ok()) return id.status();
  return Store(*id, std::move(stored_as));
}

Status OperatorContext::Return(Operator op, std::vector<ValueId> inputs,
                               size_t i) {
  const TfliteTensor& tensor = output_tensor(i);
  OCTET_ASSIGN_OR_RETURN(StoredAs stored_as, ReadStoredAs(tensor));
  const std::string name =
      i == 0 ? op_.name : op_.name + "/output_" + std::to_string(i);
  const Result<ValueId> id = AddNode(name, std::move(op), std::move(inputs),
                                     tensor.name.empty() ? name : tensor.name);
  if (!id.ok()) return id.status();
  Store(*id, std::move(stored_as));
  progress_.value_of_tensor[size_t(op_.outputs[i])] = *id;
  if (progress_.is_resized || shape(*id) == tensor.shape) return OkStatus();
  return InvalidModel("gives the shape " + shape(*id).ToString() +
                      ", but the file says " + tensor.shape.ToString());
}

Status OperatorContext::ReturnSoftmax(float beta, ValueId input) {
  OCTET_RETURN_IF_ERROR(Return(Softmax(), {input}));
  const ValueId output = progress_.value_of_tensor[size_t(op_.outputs[0])];
  progress_.result.stored[size_t(output)].beta = beta;
  return OkStatus();
}

Status OperatorContext::ReturnLookup(std::vector<int8_t> table, ValueId input) {
  OCTET_RETURN_IF_ERROR(Return(Identity(), {input}));
  const ValueId output = progress_.value_of_tensor[size_t(op_.outputs[0])];
  progress_.result.stored[size_t(output)].table = std::move(table);
  return OkStatus();
}

Status OperatorContext::ReturnIntegers(std::vector<int64_t> values) {
  const Shape count{static_cast<int32_t>(values.size())};
  ConstantData data{DataType::INT64, {}, std::move(values)};
  ReturnValue(
      Store(graph().AddConstant(op_.name, count, std::move(data)), StoredAs()));
  return OkStatus();
}

void OperatorContext::ReturnValue(ValueId id, size_t i) {
  progress_.value_of_tensor[size_t(op_.outputs[i])] = id;
}

ValueId OperatorContext::Store(ValueId id, StoredAs stored_as) {
  std::vector<StoredAs>& all = progress_.result.stored;
  all.resize(progress_.result.graph.values.size());
  all[size_t(id)] = std::move(stored_as);
  return id;
}

}  // namespace octet::converter
