#include "converter/ir/graph.h"

#include <unordered_set>
#include <utility>

#include "converter/ir/infer_shape.h"
#include "converter/ir/infer_type.h"

namespace octet::converter {
namespace {

Status BrokenGraph(const Node& node, const std::string& what) {
  return InternalError("node '" + node.name + "' (" + OperatorName(node.op) +
                       "): " + what);
}

}  // namespace

std::vector<Shape> InputShapes(const Graph& graph,
                               const std::vector<ValueId>& inputs) {
  std::vector<Shape> shapes;
  for (ValueId id : inputs) shapes.push_back(graph.value(id).shape);
  return shapes;
}

std::vector<DataType> InputTypes(const Graph& graph,
                                 const std::vector<ValueId>& inputs) {
  std::vector<DataType> types;
  for (ValueId id : inputs) types.push_back(graph.value(id).type);
  return types;
}

ValueId Graph::AddActivation(std::string value_name, const Shape& shape,
                             DataType type) {
  values.push_back({std::move(value_name), shape, nullptr, type});
  return static_cast<ValueId>(values.size() - 1);
}

ValueId Graph::AddConstant(std::string value_name, const Shape& shape,
                           std::vector<float> data) {
  return AddConstant(std::move(value_name), shape,
                     ConstantData{DataType::FLOAT32, std::move(data), {}});
}

ValueId Graph::AddConstant(std::string value_name, const Shape& shape,
                           ConstantData data) {
  const ValueId id = AddActivation(std::move(value_name), shape);
  MakeConstant(id, std::move(data));
  return id;
}

void Graph::MakeConstant(ValueId id, ConstantData data) {
  Value& constant = value(id);
  constant.type = data.type;
  if (data.type == DataType::FLOAT32) {
    constant.data =
        std::make_shared<const std::vector<float>>(std::move(data.floats));
  } else {
    constant.integers =
        std::make_shared<const std::vector<int64_t>>(std::move(data.integers));
  }
}

Result<ValueId> Graph::AddNode(std::string node_name, std::string source_type,
                               Operator op, std::vector<ValueId> node_inputs,
                               std::string output_name) {
  Node node{std::move(node_name), std::move(source_type), std::move(op),
            std::move(node_inputs), kNoValue};
  const std::string context =
      "node '" + node.name + "' (" + node.source_type + ")";
  const Result<Shape> shape =
      InferShape(node.op, InputShapes(*this, node.inputs));
  if (!shape.ok()) return shape.status().WithContext(context);
  const Result<DataType> type =
      InferType(node.op, InputTypes(*this, node.inputs));
  if (!type.ok()) return type.status().WithContext(context);
  node.output = AddActivation(std::move(output_name), *shape, *type);
  nodes.push_back(std::move(node));
  return nodes.back().output;
}

std::vector<std::vector<int>> FindConsumers(const Graph& graph) {
  std::vector<std::vector<int>> consumers(graph.values.size());
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    for (ValueId id : graph.nodes[i].inputs) {
      consumers[size_t(id)].push_back(static_cast<int>(i));
    }
  }
  return consumers;
}

std::vector<int> FindProducers(const Graph& graph) {
  std::vector<int> producers(graph.values.size(), -1);
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    producers[size_t(graph.nodes[i].output)] = static_cast<int>(i);
  }
  return producers;
}

bool IsDepthwise(const Graph& graph, const Node& convolution) {
  const int groups = std::get<Conv2d>(convolution.op).groups;
  return groups > 1 && groups == graph.value(convolution.inputs[0]).shape[3] &&
         groups == graph.value(convolution.output).shape[3];
}

void ReplaceUses(Graph& graph, ValueId from, ValueId to) {
  for (Node& node : graph.nodes) {
    for (ValueId& id : node.inputs) {
      if (id == from) id = to;
    }
  }
  for (ValueId& id : graph.outputs) {
    if (id == from) id = to;
  }
}

Status ValidateGraph(const Graph& graph) {
  std::vector<bool> defined(graph.values.size(), false);
  for (size_t i = 0; i < graph.values.size(); ++i) {
    const Value& value = graph.values[i];
    if (!value.is_constant()) continue;
    defined[i] = true;
    const size_t size =
        value.is_float() ? value.data->size() : value.integers->size();
    if (static_cast<int64_t>(size) != value.shape.NumElements()) {
      return InternalError("constant '" + value.name +
                           "' has the wrong number of elements");
    }
  }
  for (ValueId id : graph.inputs) defined[size_t(id)] = true;
  std::unordered_set<std::string> names;
  for (const Node& node : graph.nodes) {
    for (ValueId id : node.inputs) {
      if (id < 0 || size_t(id) >= defined.size() || !defined[size_t(id)]) {
        return BrokenGraph(node, "an input is not defined before it is used");
      }
    }
    if (defined[size_t(node.output)]) {
      return BrokenGraph(node, "its output has two producers");
    }
    if (node.name.empty() || !names.insert(node.name).second) {
      return BrokenGraph(node, "its name is empty or not unique");
    }
    defined[size_t(node.output)] = true;
    const Result<Shape> shape =
        InferShape(node.op, InputShapes(graph, node.inputs));
    if (!shape.ok()) return BrokenGraph(node, shape.status().message());
    if (*shape != graph.value(node.output).shape) {
      return BrokenGraph(node, "records the shape " +
                                   graph.value(node.output).shape.ToString() +
                                   " instead of " + shape->ToString());
    }
    const Result<DataType> type =
        InferType(node.op, InputTypes(graph, node.inputs));
    if (!type.ok()) return BrokenGraph(node, type.status().message());
    if (*type != graph.value(node.output).type) {
      return BrokenGraph(node, "records another type than it computes");
    }
  }
  for (ValueId id : graph.outputs) {
    if (!defined[size_t(id)]) {
      return InternalError("output '" + graph.value(id).name +
                           "' is not defined");
    }
  }
  return OkStatus();
}

std::string ToString(const Graph& graph) {
  std::string text;
  for (const Node& node : graph.nodes) {
    text += graph.value(node.output).name + " " +
            graph.value(node.output).shape.ToString() + " = " +
            OperatorName(node.op) + "(";
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      if (i > 0) text += ", ";
      text += graph.value(node.inputs[i]).name;
    }
    text += ")\n";
  }
  return text;
}

}  // namespace octet::converter
