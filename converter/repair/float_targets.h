// What FP32 computes at sampled cells of every layer's output.

#ifndef OCTET_CONVERTER_REPAIR_FLOAT_TARGETS_H_
#define OCTET_CONVERTER_REPAIR_FLOAT_TARGETS_H_

#include <cstddef>
#include <vector>

#include "converter/calibrate/calibrate.h"
#include "converter/ir/graph.h"
#include "octet/status.h"

namespace octet::converter {

// The samples of one layer's output; the same cells on every call.
class CellSampler {
 public:
  // `cells` a sample, of which `wanted` in total over all samples, if there are
  // as many; 0: none. `layer` tells the choices of layers apart.
  CellSampler(size_t layer, size_t cells, size_t samples, size_t wanted);

  size_t per_sample() const { return per_sample_; }
  // The i-th cell of `sample`, i < per_sample(); spread over the output.
  size_t Cell(size_t sample, size_t i) const;

 private:
  size_t layer_, cells_, per_sample_;
};

// The graph with every clamp of a Conv2d or FullyConnected as a node behind it.
struct SplitGraph {
  Graph graph;  // values of the original keep their ids
  // By node of the original: the value in front of the clamp; kNoValue where
  // the node is no such layer.
  std::vector<ValueId> unclamped;
};
SplitGraph SplitClamps(const Graph& graph);

// By node of the graph, empty where its sampler takes nothing: [cell][output
// channel] for the cells of its sampler on all samples, before the clamp.
// `residuals`: by node, a value of the output's shape that is added, or
// kNoValue.
Result<std::vector<std::vector<float>>> ComputeFloatTargets(
    const Graph& graph, const std::vector<CellSampler>& samplers,
    const std::vector<ValueId>& residuals,
    const std::vector<std::vector<std::vector<float>>>& samples, int threads,
    const ProgressFunction& progress);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_REPAIR_FLOAT_TARGETS_H_
