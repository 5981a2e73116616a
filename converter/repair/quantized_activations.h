// The values of the quantized network on all samples, in int8, while something
// still reads them.

#ifndef OCTET_CONVERTER_REPAIR_QUANTIZED_ACTIVATIONS_H_
#define OCTET_CONVERTER_REPAIR_QUANTIZED_ACTIVATIONS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "converter/ir/graph.h"
#include "converter/quantize/quantization_params.h"
#include "octet/status.h"

namespace octet::converter {

class QuantizedActivations {
 public:
  // `params`: one a value. Both outlive the object.
  QuantizedActivations(const Graph& graph,
                       const std::vector<ActivationParams>& params,
                       size_t samples);

  void Set(ValueId id, size_t sample, const float* values);
  const int8_t* Get(ValueId id, size_t sample) const;
  std::vector<float> Dequantize(ValueId id, size_t sample) const;

  // Computes the output of node `index` on all samples: `node` in FP32 on its
  // int8 inputs, rounded to int8. `node` is the graph's, but for constants that
  // replace weights and bias.
  Status RunNode(size_t index, const std::vector<float>* weights,
                 const std::vector<float>* bias, int threads);

  // Bytes a sample that are held at most, over the whole graph.
  static size_t PeakBytes(const Graph& graph);

 private:
  const Graph& graph_;
  const std::vector<ActivationParams>& params_;
  const size_t samples_;
  std::vector<std::vector<int8_t>> values_;  // by value, all samples
  std::vector<size_t> last_reader_;          // by value: node index
};

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_REPAIR_QUANTIZED_ACTIVATIONS_H_
