#include "converter/tflite/import.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "converter/tflite/operator_context.h"
#include "converter/tflite/operator_registry.h"
#include "converter/tflite/problem_list.h"
#include "converter/tflite/tensor_data.h"
#include "schema/shape_inference.h"

namespace octet::converter {
namespace {

bool IsInteger8(const TfliteTensor& tensor) {
  return tensor.type == tflite::TensorType::INT8 ||
         tensor.type == tflite::TensorType::UINT8;
}

bool IsConversion(const TfliteOperator& op) {
  return op.code == tflite::BuiltinOperator::QUANTIZE ||
         op.code == tflite::BuiltinOperator::DEQUANTIZE;
}

// Whether an operator computes integers, other than by converting.
bool ComputesIntegers(const TfliteNetwork& network) {
  return std::any_of(network.operators.begin(), network.operators.end(),
                     [&](const TfliteOperator& op) {
                       return !IsConversion(op) &&
                              IsInteger8(network.tensor(op.outputs[0]));
                     });
}

// Whether one of the inputs has another shape than in the file now.
Result<bool> SetInputShapes(const std::map<std::string, Shape>& shapes,
                            TfliteNetwork& network) {
  bool differs = false;
  for (const auto& [name, shape] : shapes) {
    const auto found = std::find_if(
        network.inputs.begin(), network.inputs.end(),
        [&](int index) { return network.tensor(index).name == name; });
    if (found == network.inputs.end()) {
      return InvalidArgument("there is no input '" + name + "'");
    }
    TfliteTensor& tensor = network.tensors[size_t(*found)];
    if (shape.rank != tensor.shape.rank) {
      return InvalidArgument("input '" + name + "' is " +
                             tensor.shape.ToString() + " in the file, not " +
                             shape.ToString());
    }
    OCTET_RETURN_IF_ERROR(CheckShape(shape));
    differs = differs || shape != tensor.shape;
    tensor.shape = shape;
  }
  return differs;
}

Status ImportInputs(ImportProgress& progress) {
  const TfliteNetwork& network = *progress.network;
  TfliteImport& result = progress.result;
  for (const int index : network.inputs) {
    const TfliteTensor& tensor = network.tensor(index);
    Result<StoredAs> stored = ReadStoredAs(tensor);
    if (!stored.ok()) {
      return stored.status().WithContext("input '" + tensor.name + "'");
    }
    const ValueId id = result.graph.AddActivation(tensor.name, tensor.shape,
                                                  GraphType(tensor));
    result.stored.resize(result.graph.values.size());
    result.stored[size_t(id)] = *std::move(stored);
    result.graph.inputs.push_back(id);
    progress.value_of_tensor[size_t(index)] = id;
  }
  return OkStatus();
}

// Outputs that the operator did not define, because it failed, get a value of
// the file's shape, so that what follows can be looked at. Nothing is made of
// the graph then.
void StandIn(const TfliteOperator& op, ImportProgress& progress) {
  for (const int index : op.outputs) {
    ValueId& id = progress.value_of_tensor[size_t(index)];
    if (id != kNoValue) continue;
    const TfliteTensor& tensor = progress.network->tensor(index);
    id = progress.result.graph.AddActivation(tensor.name, tensor.shape,
                                             GraphType(tensor));
    progress.result.stored.resize(progress.result.graph.values.size());
    Result<StoredAs> stored = ReadStoredAs(tensor);
    if (stored.ok()) progress.result.stored[size_t(id)] = *std::move(stored);
  }
}

Status ImportOperator(const TfliteOperator& op, ImportProgress& progress) {
  if (op.code == tflite::BuiltinOperator::CUSTOM) {
    return Unsupported("custom operators are not supported");
  }
  const ImportFunction import = FindImportFunction(op.code);
  if (import == nullptr) return Unsupported("this operator is not supported");
  OperatorContext context(op, progress);
  return import(context);
}

Status ImportOutputs(ImportProgress& progress) {
  for (const int index : progress.network->outputs) {
    const ValueId id = progress.value_of_tensor[size_t(index)];
    if (id == kNoValue || progress.result.graph.value(id).is_constant()) {
      return Unsupported("output '" + progress.network->tensor(index).name +
                         "' is a constant");
    }
    progress.result.graph.outputs.push_back(id);
  }
  return OkStatus();
}

}  // namespace

Result<TfliteImport> ImportTflite(std::string_view bytes,
                                  const std::string& name,
                                  const TfliteImportOptions& options) {
  Result<TfliteNetwork> network = ReadTfliteNetwork(bytes);
  if (!network.ok()) return network.status().WithContext(name);
  const Result<bool> resized = SetInputShapes(options.shapes, *network);
  if (!resized.ok()) return resized.status().WithContext(name);
  ImportProgress progress;
  progress.network = &*network;
  progress.is_resized = *resized;
  progress.value_of_tensor.assign(network->tensors.size(), kNoValue);
  progress.result.graph.name = network->name;
  progress.result.is_quantized = ComputesIntegers(*network);
  OCTET_RETURN_IF_ERROR(ImportInputs(progress).WithContext(name));
  ProblemList problems(name);
  for (const TfliteOperator& op : network->operators) {
    const Status status = ImportOperator(op, progress);
    if (!status.ok()) StandIn(op, progress);
    problems.Add(status.WithContext("operator '" + op.name + "' (" +
                                    op.source_type + ")"));
  }
  problems.Add(ImportOutputs(progress));
  OCTET_RETURN_IF_ERROR(problems.status());
  progress.result.stored.resize(progress.result.graph.values.size());
  OCTET_RETURN_IF_ERROR(ValidateGraph(progress.result.graph).WithContext(name));
  return std::move(progress.result);
}

}  // namespace octet::converter
