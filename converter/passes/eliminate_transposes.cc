#include "converter/passes/eliminate_transposes.h"

#include <utility>
#include <variant>
#include <vector>

#include "converter/ir/permutation.h"
#include "converter/passes/rewriting.h"
#include "converter/passes/sink_transposes.h"

namespace octet::converter {
namespace {

bool IsTranspose(const Node& node, const TransposeParams& permutation) {
  const auto* transpose = std::get_if<Transpose>(&node.op);
  return transpose != nullptr &&
         SamePermutation(transpose->params, permutation, 4);
}

// Operators that a Transpose can move behind and that do not fix a layout.
bool HasNoLayout(const Operator& op) {
  return std::holds_alternative<Add>(op) || std::holds_alternative<Mul>(op) ||
         std::holds_alternative<Clamp>(op) || std::holds_alternative<Pad>(op) ||
         std::holds_alternative<Slice>(op) ||
         std::holds_alternative<Concat>(op) ||
         std::holds_alternative<BatchNormalization>(op) ||
         std::holds_alternative<Unary>(op) ||
         std::holds_alternative<FakeQuantize>(op) ||
         std::holds_alternative<Binary>(op) ||
         std::holds_alternative<Resize>(op) ||
         std::holds_alternative<Identity>(op);
}

// Whether operators without a layout lead from `input` to a Transpose NCHW ->
// NHWC. Nodes stand in execution order, so that one walk suffices.
bool LeadsToChannelsLast(const Graph& graph, ValueId input) {
  std::vector<bool> reached(graph.values.size(), false);
  reached[size_t(input)] = true;
  for (const Node& node : graph.nodes) {
    for (ValueId id : node.inputs) {
      if (!reached[size_t(id)] || graph.value(id).shape.rank != 4) continue;
      if (IsTranspose(node, kToChannelsLast)) return true;
      if (HasNoLayout(node.op)) reached[size_t(node.output)] = true;
    }
  }
  return false;
}

// Makes pictures among the inputs NHWC, with a Transpose to NCHW behind them.
void ConvertInputs(Graph& graph) {
  NodeNames names(graph);
  std::vector<Node> transposes;
  for (ValueId& input : graph.inputs) {
    if (graph.value(input).shape.rank != 4 || IsGraphOutput(graph, input) ||
        !LeadsToChannelsLast(graph, input)) {
      continue;
    }
    const ValueId nchw = input;
    const std::string name = graph.value(nchw).name;
    input = graph.AddActivation(
        name, PermuteShape(graph.value(nchw).shape, kToChannelsLast),
        graph.value(nchw).type);
    graph.value(nchw).name = name + "/nchw";
    transposes.push_back({names.Unique(name + "/to_nchw"),
                          "Transpose",
                          Transpose{kToChannelsFirst},
                          {input},
                          nchw});
  }
  graph.nodes.insert(graph.nodes.begin(),
                     std::make_move_iterator(transposes.begin()),
                     std::make_move_iterator(transposes.end()));
}

// Returns pictures in NHWC instead of the Transposes behind them.
void ConvertOutputs(Graph& graph) {
  const std::vector<int> producers = FindProducers(graph);
  for (ValueId& output : graph.outputs) {
    const int producer = producers[size_t(output)];
    if (producer < 0 || graph.value(output).shape.rank != 4) continue;
    const Node& node = graph.nodes[size_t(producer)];
    if (!IsTranspose(node, kToChannelsFirst)) continue;
    const ValueId nhwc = node.inputs[0];
    if (graph.value(nhwc).is_constant() || IsGraphInput(graph, nhwc) ||
        IsGraphOutput(graph, nhwc)) {
      continue;
    }
    const std::string name = graph.value(output).name;
    graph.value(output).name = name + "/nchw";
    graph.value(nhwc).name = name;
    output = nhwc;
  }
}

void MakeReshapes(Graph& graph) {
  for (Node& node : graph.nodes) {
    const auto* transpose = std::get_if<Transpose>(&node.op);
    if (transpose == nullptr) continue;
    const Shape& input = graph.value(node.inputs[0]).shape;
    if (KeepsMemoryOrder(transpose->params, input)) {
      node.op = Reshape{graph.value(node.output).shape};
    }
  }
}

}  // namespace

Status EliminateTransposes(Graph& graph) {
  // First the model's own Transposes at its inputs meet those of the importer:
  // an input that the model itself holds in NHWC is seen to be so.
  SinkTransposes(graph);
  ConvertInputs(graph);
  SinkTransposes(graph);
  ConvertOutputs(graph);
  MakeReshapes(graph);
  RemoveDeadNodes(graph);
  return OkStatus();
}

}  // namespace octet::converter
