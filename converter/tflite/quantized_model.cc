#include "converter/tflite/quantized_model.h"

#include <utility>
#include <vector>

#include "converter/tflite/emit_operators.h"
#include "converter/tflite/problem_list.h"
#include "converter/tflite/remove_conversions.h"

namespace octet::converter {
namespace {

// Scale and zero point of each activation and of constants that stand for one.
std::vector<ActivationParams> ParamsOf(const TfliteImport& imported) {
  std::vector<ActivationParams> params(imported.graph.values.size());
  for (size_t i = 0; i < params.size(); ++i) {
    const StoredAs& stored = imported.stored[i];
    if (stored.is_quantized()) params[i] = {stored.scale[0], stored.zero_point};
  }
  return params;
}

// Operators whose output may be plain integers.
bool MovesIntegers(const Operator& op) {
  return std::holds_alternative<ArgExtremum>(op) ||
         std::holds_alternative<Reshape>(op);
}

// Layers check what their weights and biases are; all other inputs count as
// activations.
Status CheckActivations(const Node& node, const TfliteImport& imported) {
  const size_t count = IsWeightedLayer(node.op) ? 1 : node.inputs.size();
  std::vector<ValueId> activations(node.inputs.begin(),
                                   node.inputs.begin() + ptrdiff_t(count));
  activations.push_back(node.output);
  for (const ValueId id : activations) {
    if (!imported.graph.value(id).is_float()) {
      if (MovesIntegers(node.op)) continue;
      return Unsupported("'" + imported.graph.value(id).name +
                         "' holds integers that are not quantized; the output "
                         "of ARG_MAX and a RESHAPE of it are possible alone");
    }
    if (imported.stored[size_t(id)].scale.size() == 1) continue;
    return Unsupported("'" + imported.graph.value(id).name +
                       "' is not quantized with one scale; floats are possible "
                       "at the network's inputs and outputs alone");
  }
  return OkStatus();
}

}  // namespace

Result<schema::ModelT> MakeQuantizedModel(TfliteImport imported,
                                          const std::string& name) {
  RemoveConversions(imported);
  const Graph& graph = imported.graph;
  const std::vector<ActivationParams> params = ParamsOf(imported);
  std::vector<bool> int8_values;
  for (const Value& value : graph.values) {
    int8_values.push_back(value.is_float());
  }
  ModelBuilder builder(graph, params, int8_values);
  QuantizedOutput output{.imported = imported, .builder = builder};
  ProblemList problems(name);
  for (const Node& node : graph.nodes) {
    Status status = CheckActivations(node, imported);
    if (status.ok()) status = EmitQuantizedNode(node, output);
    problems.Add(status.WithContext("operator '" + node.name + "' (" +
                                    node.source_type + ")"));
  }
  OCTET_RETURN_IF_ERROR(problems.status());
  return builder.Finish().first;
}

}  // namespace octet::converter
