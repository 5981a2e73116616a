// One layer of an INT8 network as a network of its own.

#ifndef OCTET_CONVERTER_EXPLAIN_OPERATOR_MODEL_H_
#define OCTET_CONVERTER_EXPLAIN_OPERATOR_MODEL_H_

#include <vector>

#include "converter/ir/graph.h"
#include "converter/quantize/quantizer.h"
#include "schema/octet_generated.h"

namespace octet::converter {

// The nodes that the INT8 network computes in one step, in their order, and
// what they read: activations that have an INT8 tensor.
struct LayerNodes {
  std::vector<int> nodes;  // the last one writes the layer's output
  std::vector<ValueId> inputs;
};

// Whether integer kernels compute the value: it is INT8, or FLOAT32 made of
// INT8 accumulators (FindFloatOutputs).
bool IsComputedInInt8(const QuantizedModel& quantized, ValueId id);

// The layer that writes the output of node `index`, which has a tensor.
LayerNodes FindLayer(const Graph& graph, const QuantizedModel& quantized,
                     const std::vector<int>& producers, int index);

// `layer` alone, in FP32. `values[i]` is what value i of the result is in
// `graph`.
struct LayerGraph {
  Graph graph;
  std::vector<ValueId> values;
};
LayerGraph ExtractLayer(const Graph& graph, const LayerNodes& layer);

// The operators of `quantized` that compute `output` from `inputs`, values of
// the graph with tensors: the layer's own and Requantizes in front of it. Their
// weights, multipliers, scales and zero points are the same. Inputs are in the
// order of `inputs`.
schema::ModelT ExtractOperators(const QuantizedModel& quantized,
                                const std::vector<ValueId>& inputs,
                                ValueId output);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_EXPLAIN_OPERATOR_MODEL_H_
