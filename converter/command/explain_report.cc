#include "converter/command/explain_report.h"

#include <filesystem>
#include <string>

#include "converter/command/progress.h"
#include "converter/explain/explain.h"
#include "converter/explain/report.h"
#include "engine/image/file.h"

namespace octet::converter {
namespace {

Status WriteText(const std::string& path, const std::string& text) {
  return WriteFileAtomically(
      path, {reinterpret_cast<const uint8_t*>(text.data()), text.size()});
}

}  // namespace

Status WriteReport(const ReportSubject& subject,
                   const ConvertOptions& options) {
  Progress progress("explaining");
  OCTET_ASSIGN_OR_RETURN(
      Explanation explanation,
      Explain(
          subject.graph, subject.quantized, subject.model,
          subject.evaluation != nullptr ? *subject.evaluation
                                        : subject.calibration,
          {.num_threads = options.num_threads,
           .background_class = options.background_class},
          [&](size_t done, size_t total) { progress.Update(done, total); }));
  explanation.file_bytes = subject.file_bytes;
  ReportContext context;
  context.source =
      std::filesystem::path(options.model_path).filename().string();
  context.method = options.method;
  context.options = options.recorded;
  context.calibration_samples = subject.calibration.size();
  context.measured_on_calibration = subject.evaluation == nullptr;
  const std::string json =
      ReportToJson(explanation, subject.figures, subject.histograms, context);
  OCTET_RETURN_IF_ERROR(WriteText(options.report_path, ReportToHtml(json)));
  if (!options.explain || options.json_path.empty()) return OkStatus();
  return WriteText(options.json_path, json);
}

}  // namespace octet::converter
