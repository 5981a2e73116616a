// What the converter tells a person, and the same as JSON for scripts.

#ifndef OCTET_CONVERTER_COMMAND_REPORT_H_
#define OCTET_CONVERTER_COMMAND_REPORT_H_

#include <optional>
#include <string>

#include "converter/evaluate/evaluate.h"
#include "converter/quantize/quantizer.h"

namespace octet::converter {

// What the quantizer did beside the plain rules, a line each; empty if nothing.
// `float_share`: as MeasureFloatShare gives it.
std::string FormatQuantization(const QuantizationReport& report,
                               std::optional<double> float_share);

// The figures of an evaluation and its `worst_layers` layers of lowest SQNR.
std::string FormatEvaluation(const Evaluation& evaluation, size_t worst_layers);

// What --avx2-safe-weights costs, from the same network without and with it.
std::string FormatCostOfSafeWeights(const Evaluation& plain,
                                    const Evaluation& safe);

// {"model", "samples", "fp32_top1", "fp32_top5", "int8_top1", "int8_top5",
//  "agreement", "sqnr_db", "layers": [{"name", "type", "sqnr_db"}],
//  "float_islands", "float_time_percent",
//  "float_nodes": [{"name", "type", "reason"}]}:
// percentages 0 ... 100; null where there is no such figure.
std::string EvaluationToJson(const std::string& model,
                             const Evaluation& evaluation,
                             const QuantizationReport& quantization,
                             std::optional<double> float_share);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_COMMAND_REPORT_H_
