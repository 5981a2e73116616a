// The files of `octet-convert explain` and of --report.

#ifndef OCTET_CONVERTER_COMMAND_EXPLAIN_REPORT_H_
#define OCTET_CONVERTER_COMMAND_EXPLAIN_REPORT_H_

#include <cstddef>
#include <memory>

#include "converter/command/options.h"
#include "converter/evaluate/evaluate.h"
#include "converter/explain/histogram_report.h"
#include "converter/ir/graph.h"
#include "converter/quantize/quantizer.h"
#include "converter/samples/sample_source.h"
#include "octet/model.h"
#include "octet/status.h"

namespace octet::converter {

// What a report is about.
struct ReportSubject {
  const Graph& graph;
  const QuantizedModel& quantized;
  std::shared_ptr<const Model> model;
  size_t file_bytes = 0;
  const HistogramReport& histograms;
  const SampleSource& calibration;
  const SampleSource* evaluation = nullptr;  // null: calibration's samples
  const Evaluation* figures = nullptr;       // null: none
};

// Writes options.report_path and, where it explains, options.json_path.
Status WriteReport(const ReportSubject& subject, const ConvertOptions& options);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_COMMAND_EXPLAIN_REPORT_H_
