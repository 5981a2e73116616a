// Which nodes run in INT8 and which in FP32.

#ifndef OCTET_CONVERTER_QUANTIZE_PRECISION_H_
#define OCTET_CONVERTER_QUANTIZE_PRECISION_H_

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "converter/ir/graph.h"
#include "octet/status.h"

namespace octet::converter {

struct PrecisionOptions {
  bool all_float = false;                  // the whole network in FP32
  std::set<std::string> float_nodes = {};  // these nodes, by name
  // The last layers in INT8 leave their outputs in FP32: FindFloatOutputs.
  bool float_outputs = false;
  // And these: nothing is known of a value's range (NodesWithoutGrids).
  std::set<std::string> unranged_nodes = {};
};

struct PrecisionPlan {
  // One a node: why it runs in FP32 (or on integers); empty: in INT8.
  std::vector<std::string> reasons;
  // One a value: whether what computes it stores int8; what a node in INT8
  // computes may be FP32 (AssignPrecision). Conversions stand between a value
  // and the readers of the other kind.
  std::vector<bool> int8_values;

  bool IsInt8(size_t node) const { return reasons[node].empty(); }
};

// A node is in INT8 unless
//
// * `options` say otherwise;
// * int8 cannot express it (FindInt8Obstacle);
// * all that it reads is in FP32 already and it is no layer with weights: then
//   a conversion costs more than it saves.
//
// A graph input is int8 where a node in INT8 reads it. What a node in INT8
// computes is int8, but for the last layers (FindFloatOutputs) and the scores
// of attention: a MatMul that leads to a Softmax alone gives floats, and the
// Softmax runs in FP32. Eight bits of a score cannot tell small differences
// apart, and the units of an INT8 Softmax, 1/256, are larger than a probability
// among hundreds.
PrecisionPlan AssignPrecision(const Graph& graph,
                              const PrecisionOptions& options = {});

// By node: the layers, MatMuls and average pools in INT8 whose output is a
// float for each accumulator, because the network gives floats and does nothing
// with them any more but operators that are cheap: what moves values and
// functions of single ones, and Softmax. All that stands between such a layer
// and the outputs is in FP32 then.
std::vector<bool> FindFloatOutputs(const Graph& graph);

// An error where `options` name a node that the graph does not have.
Status CheckPrecisionOptions(const Graph& graph,
                             const PrecisionOptions& options);

// How many groups of nodes in FP32 there are that no node in INT8 separates.
int CountIslands(const Graph& graph, const PrecisionPlan& plan);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_QUANTIZE_PRECISION_H_
