// Bias correction and rounding, layer by layer: each layer's integers are
// chosen for the inputs that the quantized network so far really feeds it, and
// measured against what FP32 computes from undisturbed inputs.
//
//   int8 inputs of the layer ─┐
//   FP32 outputs, sampled ────┴► FitGroup ─► integers, bias ─► int8 outputs ─►
//                                                              the next layer

#ifndef OCTET_CONVERTER_REPAIR_REPAIR_LAYERS_H_
#define OCTET_CONVERTER_REPAIR_REPAIR_LAYERS_H_

#include <cstddef>

#include "converter/calibrate/calibrate.h"
#include "converter/calibrate/range.h"
#include "converter/ir/graph.h"
#include "converter/quantize/quantizer.h"
#include "converter/repair/fit_layer.h"
#include "octet/status.h"

namespace octet::converter {

struct RepairLayersOptions {
  // kNearest: the biases alone are corrected.
  Rounding rounding = Rounding::kSuccessive;
  // At most this many of the samples, spread over all of them; fewer where
  // their activations would take more than 384 MB.
  size_t samples = 256;
  int threads = 0;  // 0: one a core
};

// Repairs for all Conv2d and FullyConnected of `graph` in INT8, to be passed to
// Quantize with the same graph, ranges and `quantize`. A layer where a
// repaired bias would not fit 32 bits keeps its plain rounding. The result does
// not depend on the number of threads. `progress` is called with the number
// of weights done and in total.
Result<LayerRepairs> RepairLayers(const Graph& graph, const Ranges& ranges,
                                  const QuantizeOptions& quantize,
                                  size_t sample_count,
                                  const SampleReader& read_sample,
                                  const RepairLayersOptions& options,
                                  const ProgressFunction& progress = nullptr);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_REPAIR_REPAIR_LAYERS_H_
