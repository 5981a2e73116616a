// The values of the quantized network on all samples, in int8 or FP32 as the
// network stores them, while something still reads them.

#ifndef OCTET_CONVERTER_REPAIR_QUANTIZED_ACTIVATIONS_H_
#define OCTET_CONVERTER_REPAIR_QUANTIZED_ACTIVATIONS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "converter/ir/graph.h"
#include "converter/quantize/precision.h"
#include "converter/quantize/quantization_params.h"
#include "octet/status.h"

namespace octet::converter {

class QuantizedActivations {
 public:
  // `params`: one a value. All three outlive the object.
  QuantizedActivations(const Graph& graph, const PrecisionPlan& plan,
                       const std::vector<ActivationParams>& params,
                       size_t samples);

  void Set(ValueId id, size_t sample, const float* values);
  // As a node in INT8 reads it; rounded into `scratch` where it is not stored
  // so.
  const int8_t* Quantized(ValueId id, size_t sample,
                          std::vector<int8_t>& scratch) const;

  // As node `reader` reads it.
  std::vector<float> Read(ValueId id, size_t sample, size_t reader) const;

  // Computes the output of node `index` on all samples: `node` in FP32 on the
  // values that it reads, rounded to int8 where they are stored so. `node` is
  // the graph's, but for constants that replace weights and bias.
  Status RunNode(size_t index, const std::vector<float>* weights,
                 const std::vector<float>* bias, int threads);

  // Bytes a sample that are held at most, over the whole graph.
  static size_t PeakBytes(const Graph& graph, const PrecisionPlan& plan);

 private:
  bool IsInt8(ValueId id) const { return plan_.int8_values[size_t(id)]; }
  void Free(ValueId id);

  const Graph& graph_;
  const PrecisionPlan& plan_;
  const std::vector<ActivationParams>& params_;
  const size_t samples_;
  // By value, all samples; of one type.
  std::vector<std::vector<int8_t>> values_;
  std::vector<std::vector<float>> floats_;
  std::vector<size_t> last_reader_;  // by value: node index
};

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_REPAIR_QUANTIZED_ACTIVATIONS_H_
