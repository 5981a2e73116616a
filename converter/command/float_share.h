// What share of a network's time its islands in FP32 take.

#ifndef OCTET_CONVERTER_COMMAND_FLOAT_SHARE_H_
#define OCTET_CONVERTER_COMMAND_FLOAT_SHARE_H_

#include <memory>
#include <optional>
#include <vector>

#include "converter/ir/graph.h"
#include "converter/quantize/quantizer.h"
#include "converter/samples/sample_source.h"
#include "octet/model.h"
#include "octet/status.h"
#include "schema/octet_generated.h"

namespace octet::converter {

// By operator of `model`: whether it is part of an island, conversions at its
// borders included. A layer that reads int8 and gives floats is none.
std::vector<bool> FindIslandOperators(const schema::ModelT& model);

// Runs `loaded`, which was made of `model`, a few times on `inputs`, and gives
// the operators of islands' share of the time (0 to 1), each operator at its
// fastest.
Result<double> MeasureFloatShare(const schema::ModelT& model,
                                 std::shared_ptr<const Model> loaded,
                                 const std::vector<std::vector<float>>& inputs,
                                 int threads);

// The same of a converted network, on its first sample, or on zeros where
// `samples` is null. Nothing where no node is in FP32, or all are.
Result<std::optional<double>> FloatShareOf(const Graph& graph,
                                           const QuantizedModel& quantized,
                                           std::shared_ptr<const Model> loaded,
                                           const SampleSource* samples,
                                           int threads);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_COMMAND_FLOAT_SHARE_H_
