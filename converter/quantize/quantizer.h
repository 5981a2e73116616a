// The quantizer: an FP32 graph and the ranges of its activations become an
// int8 model.

#ifndef OCTET_CONVERTER_QUANTIZE_QUANTIZER_H_
#define OCTET_CONVERTER_QUANTIZE_QUANTIZER_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "converter/calibrate/range.h"
#include "converter/ir/graph.h"
#include "converter/quantize/precision.h"
#include "converter/quantize/quantization_params.h"
#include "converter/quantize/quantize_weights.h"
#include "octet/status.h"
#include "schema/octet_generated.h"

namespace octet::converter {

// A layer whose integers have been chosen by its output's error instead of
// rounding each weight to the nearest one.
struct LayerRepair {
  std::vector<int8_t> values;  // weights, in their order
  std::vector<float> scale;    // as QuantizedWeights::scale
  std::vector<float> bias;     // one a channel, in place of the graph's
};
using LayerRepairs = std::map<std::string, LayerRepair>;  // by node

struct QuantizeOptions {
  // One scale for all of a layer's weights, instead of one an output channel.
  bool per_tensor = false;
  // Of activations. With power_of_two, weights' scales are powers of two as
  // well, so that every multiplier is 2^14: requantization is a shift.
  ActivationScheme scheme = {};
  // These layers take their weights and biases from here. May be null.
  const LayerRepairs* repairs = nullptr;
  // How weights are chosen, but for what the options above and below say.
  WeightScheme weights = {};
  // By node: another grid than that of `weights`.
  std::map<std::string, WeightGrid> grid_of_layer = {};
  // Weights fit the fastest kernels of AVX2 (int16_sums.h). Those of coarser
  // grids than kInt8 fit as they are.
  bool avx2_safe_weights = false;
  PrecisionOptions precision = {};
};

// How the weights of a layer, {n,k} or OHWI, are quantized.
WeightScheme WeightSchemeOf(const QuantizeOptions& options,
                            const std::string& layer, const Operator& op,
                            const Shape& weights);

// What the quantizer had to do beside the plain rules, for the user to read.
struct QuantizationReport {
  struct Layer {
    std::string node;
    int channels = 0;
    int widened_channels = 0;  // as QuantizedWeights defines them
    int dead_channels = 0;
  };
  std::vector<Layer> layers;  // those with a widened or dead channel
  // Add nodes whose output scale was raised (AssignedParams::raised_adds).
  std::vector<std::string> raised_adds;
  // Requantize operators put in front of others whose inputs must share a
  // scale.
  int inserted_requantizes = 0;
  // Adds that a layer computes in its own requantization.
  int fused_residuals = 0;
  // Nodes in FP32 or on integers.
  struct FloatNode {
    std::string node;
    std::string type;
    std::string reason;
  };
  std::vector<FloatNode> float_nodes;
  int islands = 0;      // groups of them that no INT8 node separates
  int conversions = 0;  // Quantize and Dequantize operators at their borders
};

struct QuantizedModel {
  // Complete but for labels, preprocessing and provenance.
  schema::ModelT model;
  // For each value of the graph: the tensor that holds it, int8 or not, or -1
  // (weights and biases, values that nothing uses, and the output of a layer
  // that adds a residual before it rounds).
  std::vector<int32_t> tensor_of_value;
  QuantizationReport report;
};

// `ranges` has an entry for each value, as Calibrate returns them. Weights are
// symmetric; an operator with a clamp uses the range
// of its clamped output. The same graph, ranges and options give the same
// model, bit for bit.
// Where options.precision.all_float, ranges may be empty.
// Errors: a layer whose requantization cannot be expressed,
// by name.
Result<QuantizedModel> Quantize(const Graph& graph, const Ranges& ranges,
                                const QuantizeOptions& options);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_QUANTIZE_QUANTIZER_H_
