// The report of `octet-convert explain`: one set of figures, as JSON for
// scripts and as one HTML page for people.

#ifndef OCTET_CONVERTER_EXPLAIN_REPORT_H_
#define OCTET_CONVERTER_EXPLAIN_REPORT_H_

#include <optional>
#include <string>
#include <vector>

#include "converter/evaluate/evaluate.h"
#include "converter/explain/explanation.h"
#include "converter/explain/histogram_report.h"

namespace octet::converter {

// What the page says beside the explanation.
struct ReportContext {
  std::string source;                // the file's name
  std::string method;                // of calibration
  std::vector<std::string> options;  // "name=value"
  size_t calibration_samples = 0;
  // The samples that everything was measured on also calibrated.
  bool measured_on_calibration = false;
};

// {"format": 1, "model", "source", "converter", "method", "options": [...],
//  "calibration_samples", "measured_on_calibration", "samples", "parameters",
//  "multiply_accumulates", "file_bytes",
//  "outputs": {"sqnr_db", "weights_share"},
//  "evaluation": null or {"samples", "sqnr_db", "agreement", "fp32_top1",
//    "fp32_top5", "int8_top1", "int8_top5"},
//  "layers": [{"name", "type", "output", "shape", "parameters",
//    "multiply_accumulates", "weights", "alone_sqnr_db",
//    "alone_weights_share", "sqnr_db", "scale", "zero_point", "lowest",
//    "highest", "saturated", "channels", "constant_channels",
//    "constant_channels_fp32", "widened_channels", "dead_channels"}],
//  "concats": [{"name", "lowest", "highest",
//    "inputs": [{"value", "lowest", "highest", "steps"}]}],
//  "raised_adds": [...],
//  "activations": HistogramReport's "tensors",
//  "class_names": [...],
//  "worst_samples": [{"index", "name", "label", "sqnr_db", "fp32_class",
//    "int8_class", "picture"}]}
// The fields are those of Explanation. dB of an error-free value are null, as
// is what does not exist; shares are 0 ... 1, percentages 0 ... 100; "picture"
// is a data URI.
std::string ReportToJson(const Explanation& explanation,
                         const Evaluation* evaluation,
                         const HistogramReport& histograms,
                         const ReportContext& context);

// A page with everything in it, that loads nothing. `json` is ReportToJson's;
// no text of it can end the element that it stands in.
std::string ReportToHtml(const std::string& json);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_EXPLAIN_REPORT_H_
