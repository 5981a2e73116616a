// --min-sqnr: which nodes stay in FP32, on calibration samples and with the
// command's progress.

#ifndef OCTET_CONVERTER_COMMAND_FLOAT_NODES_ON_SAMPLES_H_
#define OCTET_CONVERTER_COMMAND_FLOAT_NODES_ON_SAMPLES_H_

#include <string>
#include <vector>

#include "converter/command/options.h"
#include "converter/ir/graph.h"
#include "converter/quantize/quantizer.h"
#include "converter/samples/sample_source.h"
#include "octet/status.h"

namespace octet::converter {

// `options` with these nodes in FP32, too, recorded as if that had been given.
ConvertOptions WithFloatNodes(const ConvertOptions& options,
                              const std::vector<std::string>& nodes);

// `options` with the nodes in FP32 that --min-sqnr asks for, where it is given;
// prints how many these are.
Result<ConvertOptions> KeepCostlyNodes(const Graph& graph, const Ranges& ranges,
                                       const QuantizeOptions& quantize,
                                       const SampleSource& samples,
                                       const ConvertOptions& options);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_COMMAND_FLOAT_NODES_ON_SAMPLES_H_
