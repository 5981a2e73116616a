// LayerProbe: one layer of the INT8 network on inputs in FP32.

#ifndef OCTET_CONVERTER_EXPLAIN_LAYER_PROBE_H_
#define OCTET_CONVERTER_EXPLAIN_LAYER_PROBE_H_

#include <memory>
#include <span>
#include <vector>

#include "converter/explain/explanation.h"
#include "converter/explain/operator_model.h"
#include "converter/float/float_executor.h"
#include "octet/session.h"

namespace octet::converter {

// Sums of squares over everything that is added; an Error comes of them.
class ErrorSums {
 public:
  // y in FP32, w with the INT8 network's weights, q of the integer kernels.
  // REQUIRES: spans of the same length.
  void Add(std::span<const float> y, std::span<const float> w,
           std::span<const float> q);
  Error Total() const;

 private:
  double signal_ = 0.0;
  double noise_ = 0.0;
  double noise_of_weights_ = 0.0;
  double noise_of_activations_ = 0.0;
};

// The real weights and biases behind the integers of `quantized`, in place of
// those of every node of `graph` that has some. A node's integers are found by
// the values that it reads and writes.
Status UseQuantizedWeights(const QuantizedModel& quantized, Graph& graph);

class LayerProbe {
 public:
  static Result<std::unique_ptr<LayerProbe>> Create(
      const Graph& graph, const Graph& with_quantized_weights,
      const QuantizedModel& quantized, const LayerNodes& layer);

  // `executor` has run the whole graph in FP32 on a sample.
  Status Add(const FloatExecutor& executor);

  Error Total() const { return sums_.Total(); }

 private:
  LayerProbe() = default;

  std::vector<ValueId> inputs_;  // values of the whole graph
  std::vector<size_t> sizes_;
  ValueId output_ = kNoValue;
  ValueId layer_output_ = kNoValue;  // in the layer's own graph
  size_t output_size_ = 0;
  // Null where there are no weights: FP32 then computes y.
  std::unique_ptr<FloatExecutor> weighted_;
  std::unique_ptr<Session> session_;
  ErrorSums sums_;
};

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_EXPLAIN_LAYER_PROBE_H_
