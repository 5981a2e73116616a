// The ranges of the activations by --method and --config, on calibration
// samples and with the command's progress.

#ifndef OCTET_CONVERTER_COMMAND_CALIBRATE_ON_SAMPLES_H_
#define OCTET_CONVERTER_COMMAND_CALIBRATE_ON_SAMPLES_H_

#include "converter/calibrate/range.h"
#include "converter/command/options.h"
#include "converter/explain/histogram_report.h"
#include "converter/ir/graph.h"
#include "converter/quantize/quantizer.h"
#include "converter/samples/sample_source.h"
#include "octet/status.h"

namespace octet::converter {

// `quantize`: how `auto` quantizes what it tries. Writes the file of
// --histograms; `histograms` is filled where it or a report wants them.
Result<Ranges> CalibrateOnSamples(const Graph& graph,
                                  const SampleSource& samples,
                                  const QuantizeOptions& quantize,
                                  const ConvertOptions& options,
                                  HistogramReport& histograms);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_COMMAND_CALIBRATE_ON_SAMPLES_H_
