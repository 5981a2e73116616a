// Analytic bias correction (Nagel et al., 2019): what rounded weights shift a
// layer's outputs by on average is taken out of its biases, from the expected
// inputs alone, without running the quantized network:
//
//   bias[c] -= sum over k of (s[c] q[c][k] - w[c][k]) E[x[k]]
//
// E[x] of a layer's output is that of a normal distribution behind the clamp
// (channel_statistics.h). Adds and average pools pass expectations on; for any
// other value, and the network's inputs, it is the mean over the samples.

#ifndef OCTET_CONVERTER_REPAIR_ANALYTIC_BIAS_H_
#define OCTET_CONVERTER_REPAIR_ANALYTIC_BIAS_H_

#include <cstddef>
#include <vector>

#include "converter/calibrate/calibrate.h"
#include "converter/calibrate/range.h"
#include "converter/ir/graph.h"
#include "converter/quantize/quantizer.h"
#include "octet/status.h"

namespace octet::converter {

struct AnalyticBiasOptions {
  size_t samples = 64;  // at most, spread over all, for means and deviations
  int threads = 0;      // of the FP32 execution; 0: one a core
};

// By value of `graph`: E of every channel, a double each; empty for constants.
Result<std::vector<std::vector<double>>> ExpectChannels(
    const Graph& graph, size_t sample_count, const SampleReader& read_sample,
    const AnalyticBiasOptions& options);

// Repairs for all Conv2d and FullyConnected of `graph`: weights rounded to
// nearest as Quantize does, corrected biases. A layer whose bias would not fit
// 32 bits has none.
Result<LayerRepairs> CorrectBiasesAnalytically(
    const Graph& graph, const Ranges& ranges, const QuantizeOptions& quantize,
    size_t sample_count, const SampleReader& read_sample,
    const AnalyticBiasOptions& options);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_REPAIR_ANALYTIC_BIAS_H_
