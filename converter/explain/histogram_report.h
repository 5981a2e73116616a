// The file of --histograms: what calibration saw and what each method makes of
// it, for people and for pictures (docs/make_figures.py).

#ifndef OCTET_CONVERTER_EXPLAIN_HISTOGRAM_REPORT_H_
#define OCTET_CONVERTER_EXPLAIN_HISTOGRAM_REPORT_H_

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "converter/calibrate/activation_statistics.h"
#include "converter/calibrate/range.h"
#include "octet/status.h"

namespace octet::converter {

// JSON: {"tensors": [{"name", "count", "zeros", "min", "max", "bin_width",
//   "negative": [...], "positive": [...], "ranges": {method: [min, max]}}]}.
// The histogram's bins are added up to at most 256 on each side of 0; empty
// ones at the outer end are left out.
class HistogramReport {
 public:
  // ranges[i] is that of methods[i].
  void Add(const std::string& name, const ActivationStatistics& statistics,
           const std::vector<std::string>& methods,
           const std::vector<Range>& ranges);

  const nlohmann::ordered_json& tensors() const { return tensors_; }
  Status Write(const std::string& path) const;

 private:
  nlohmann::ordered_json tensors_ = nlohmann::ordered_json::array();
};

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_EXPLAIN_HISTOGRAM_REPORT_H_
