// The converter's graph: an FP32 network in one fixed meaning, whatever format
// it came from. Integers and truth values may be computed in it, too.
//
// Pictures are NHWC and convolution weights OHWI at every stage. An importer of
// a channels-first format surrounds layout-bound operators with Transposes; the
// passes then move and cancel them (passes/eliminate_transposes.h). So each
// operator has one meaning, one shape inference and can be executed after any
// pass.
//
// A graph owns values and nodes. A Value is a tensor: a graph input, the output
// of one node, or a constant. Nodes stand in execution order: every node comes
// after the producers of its inputs.

#ifndef OCTET_CONVERTER_IR_GRAPH_H_
#define OCTET_CONVERTER_IR_GRAPH_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "converter/ir/operators.h"
#include "octet/shape.h"
#include "octet/status.h"

namespace octet::converter {

// Index of a value in Graph::values.
using ValueId = int32_t;
inline constexpr ValueId kNoValue = -1;

// What follows the source model's name for a tensor in the name of the value
// that holds the same elements before a Transpose or Reshape gives them the
// source model's layout. Where that Transpose goes, so does the suffix
// (passes/rewriting.h).
inline constexpr char kInnerSuffix[] = "/inner";

// A tensor. `data` and `integers` are null for an activation.
struct Value {
  std::string name;
  Shape shape;
  // The elements of a FLOAT32 constant, row-major; shared, so that copying a
  // graph does not copy weights. Immutable: a pass that changes a constant
  // makes a new vector.
  std::shared_ptr<const std::vector<float>> data = nullptr;
  DataType type = DataType::FLOAT32;
  // Those of a constant of any other type; BOOL: 0 or 1.
  std::shared_ptr<const std::vector<int64_t>> integers = nullptr;
  // Of an FP32 activation: scale and zero point that its source gives it, which
  // then need no calibration (passes/keep_grids.h).
  std::optional<Int8Grid> grid = std::nullopt;

  bool is_constant() const { return data != nullptr || integers != nullptr; }
  bool is_float() const { return type == DataType::FLOAT32; }
};

// The elements of a constant: of FLOAT32 floats, of another type integers.
struct ConstantData {
  DataType type = DataType::FLOAT32;
  std::vector<float> floats;
  std::vector<int64_t> integers;
};

// One application of an operator.
struct Node {
  std::string name;         // as in the source model; unique, never empty
  std::string source_type;  // the source format's operator, e.g. "Conv"
  Operator op;
  std::vector<ValueId> inputs;  // in the order that the operator documents
  ValueId output = kNoValue;
};

struct Graph {
  std::string name;
  std::vector<Value> values;
  std::vector<Node> nodes;  // in execution order
  std::vector<ValueId> inputs;
  std::vector<ValueId> outputs;

  const Value& value(ValueId id) const { return values[size_t(id)]; }
  Value& value(ValueId id) { return values[size_t(id)]; }

  ValueId AddActivation(std::string name, const Shape& shape,
                        DataType type = DataType::FLOAT32);
  ValueId AddConstant(std::string name, const Shape& shape,
                      std::vector<float> data);
  ValueId AddConstant(std::string name, const Shape& shape, ConstantData data);
  void MakeConstant(ValueId id, ConstantData data);

  // Appends a node and its output value; infers its shape and type. The output
  // value gets `output_name`. An error says why the operator cannot be applied
  // and names the node.
  Result<ValueId> AddNode(std::string name, std::string source_type,
                          Operator op, std::vector<ValueId> inputs,
                          std::string output_name);
};

std::vector<Shape> InputShapes(const Graph& graph,
                               const std::vector<ValueId>& inputs);
std::vector<DataType> InputTypes(const Graph& graph,
                                 const std::vector<ValueId>& inputs);

// For each value, the indices of the nodes that read it, in order (once a use).
std::vector<std::vector<int>> FindConsumers(const Graph& graph);
// For each value, the index of the node that produces it, or -1.
std::vector<int> FindProducers(const Graph& graph);

// Whether each of a convolution's input channels makes one output channel.
bool IsDepthwise(const Graph& graph, const Node& convolution);

// Makes every use of `from`, graph outputs included, a use of `to`.
void ReplaceUses(Graph& graph, ValueId from, ValueId to);

// Checks what the comment at the top promises: execution order, one producer a
// value, inferred shapes and types equal to recorded ones, unique names. Run
// after every pass; an error is a bug of the pass.
Status ValidateGraph(const Graph& graph);

// The graph as text, a node a line, for --verbose and tests.
std::string ToString(const Graph& graph);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_IR_GRAPH_H_
