// Evaluation: what quantization cost, measured with the integer kernels that
// ship. The INT8 side runs in the engine, the FP32 side in the float executor,
// both on the same samples.

#ifndef OCTET_CONVERTER_EVALUATE_EVALUATE_H_
#define OCTET_CONVERTER_EVALUATE_EVALUATE_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "converter/evaluate/metrics.h"
#include "converter/ir/graph.h"
#include "converter/quantize/quantizer.h"
#include "converter/samples/sample_source.h"
#include "octet/model.h"
#include "octet/status.h"

namespace octet::converter {

struct EvaluateOptions {
  int num_threads = 0;  // 0: one for each core
  // Every layer is compared on this many samples, spread over the whole set.
  size_t layer_samples = 64;
  // Output 0 has a background class at index 0, so label c is index c + 1.
  bool background_class = false;
  // The FP32 network before it was equalized and the like: outputs are compared
  // with this one's. Its values have the ids of `graph`. Null: `graph` itself.
  const Graph* original = nullptr;
};

// How well a network classifies, percentages 0 ... 100.
struct Classification {
  double top1 = 0.0;
  double top5 = 0.0;
};

// One activation of the INT8 network against its FP32 original: the error of
// this layer and of all before it.
struct LayerError {
  std::string name;  // of the node
  std::string type;
  double sqnr_db = 0.0;
};

struct Evaluation {
  size_t samples = 0;
  // Over all outputs; a final Softmax is left out (see ScoreValue).
  double sqnr_db = 0.0;
  // Share of the samples whose largest score has the same index, percent; only
  // where output 0 is one row of scores.
  std::optional<double> agreement;
  // Only where, in addition, the samples have labels.
  std::optional<Classification> fp32;
  std::optional<Classification> int8;
  std::optional<Drop> drop;
  // In order of execution, without the layers whose output the INT8 network
  // does not round, that of their Add is compared, and those that only
  // functions read: what a function makes of it is compared.
  std::vector<LayerError> layers;
};

// The value behind an output that decides a classification: the input of a
// final Softmax (its int8 form cannot tell small probabilities apart), through
// Reshapes; otherwise the output itself.
ValueId ScoreValue(const Graph& graph, ValueId output);

// One row of scores, so that its largest value names a class.
bool IsScoreRow(const Shape& shape);

// Runs every sample through both networks. `model` is `quantized`, exported and
// loaded again. Errors name the sample.
Result<Evaluation> Evaluate(
    const Graph& graph, const QuantizedModel& quantized,
    std::shared_ptr<const Model> model, const SampleSource& samples,
    const EvaluateOptions& options,
    const std::function<void(size_t done, size_t total)>& progress);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_EVALUATE_EVALUATE_H_
