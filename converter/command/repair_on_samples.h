// Ranges by `auto` and repairs of layers, on calibration samples and with the
// command's progress.

#ifndef OCTET_CONVERTER_COMMAND_REPAIR_ON_SAMPLES_H_
#define OCTET_CONVERTER_COMMAND_REPAIR_ON_SAMPLES_H_

#include <vector>

#include "converter/command/options.h"
#include "converter/evaluate/choose_ranges.h"
#include "converter/ir/graph.h"
#include "converter/quantize/quantizer.h"
#include "converter/samples/sample_source.h"

namespace octet::converter {

// `samples` outlives the reader.
SampleReader InputsOf(const SampleSource& samples);

// The best of `candidates` for each activation, with the repairs of `options`
// in view.
Result<ChosenRanges> ChooseRangesOnSamples(
    const Graph& graph, const std::vector<Ranges>& candidates,
    const QuantizeOptions& quantize, const SampleSource& samples,
    const ConvertOptions& options);

// The repairs of `options`; none, and a line that says so, where the network is
// better without.
Result<LayerRepairs> RepairOnSamples(const Graph& graph, const Ranges& ranges,
                                     const QuantizeOptions& quantize,
                                     const SampleSource& samples,
                                     const ConvertOptions& options);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_COMMAND_REPAIR_ON_SAMPLES_H_
