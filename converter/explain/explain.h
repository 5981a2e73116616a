// Where an INT8 network loses accuracy: measured layer by layer with the
// integer kernels that ship, on the same samples as the FP32 network.

#ifndef OCTET_CONVERTER_EXPLAIN_EXPLAIN_H_
#define OCTET_CONVERTER_EXPLAIN_EXPLAIN_H_

#include <cstddef>
#include <functional>
#include <memory>

#include "converter/explain/explanation.h"
#include "converter/ir/graph.h"
#include "converter/quantize/quantizer.h"
#include "converter/samples/sample_source.h"
#include "octet/model.h"
#include "octet/status.h"

namespace octet::converter {

struct ExplainOptions {
  int num_threads = 0;  // 0: one for each core
  // At most so many, spread over all.
  size_t samples = 64;
  size_t worst_samples = 8;
  // Output 0 has a background class at index 0, so label c is index c + 1.
  bool background_class = false;
};

// Runs samples through `graph` in FP32, through `model` (which is `quantized`,
// exported and loaded again) and through each of its layers alone. The result
// does not depend on the number of threads. Errors name the sample or layer.
Result<Explanation> Explain(
    const Graph& graph, const QuantizedModel& quantized,
    std::shared_ptr<const Model> model, const SampleSource& samples,
    const ExplainOptions& options,
    const std::function<void(size_t done, size_t total)>& progress);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_EXPLAIN_EXPLAIN_H_
