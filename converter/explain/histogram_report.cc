#include "converter/explain/histogram_report.h"

#include <span>

#include "engine/image/file.h"

namespace octet::converter {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kBinsTogether = Histogram::kBins / 256;

std::vector<uint64_t> Coarse(std::span<const uint64_t> bins) {
  std::vector<uint64_t> sums(bins.size() / kBinsTogether);
  for (size_t i = 0; i < bins.size(); ++i) sums[i / kBinsTogether] += bins[i];
  while (!sums.empty() && sums.back() == 0) sums.pop_back();
  return sums;
}

}  // namespace

void HistogramReport::Add(const std::string& name,
                          const ActivationStatistics& statistics,
                          const std::vector<std::string>& methods,
                          const std::vector<Range>& ranges) {
  const Histogram& histogram = statistics.histogram();
  Json tensor;
  tensor["name"] = name;
  tensor["count"] = histogram.count();
  tensor["zeros"] = histogram.zeros();
  tensor["min"] = histogram.range().min;
  tensor["max"] = histogram.range().max;
  tensor["bin_width"] = histogram.bin_width() * double(kBinsTogether);
  tensor["negative"] = Coarse(histogram.negative());
  tensor["positive"] = Coarse(histogram.positive());
  for (size_t i = 0; i < methods.size(); ++i) {
    tensor["ranges"][methods[i]] = {ranges[i].min, ranges[i].max};
  }
  tensors_.push_back(std::move(tensor));
}

Status HistogramReport::Write(const std::string& path) const {
  Json json;
  json["tensors"] = tensors_;
  const std::string text =
      json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
  return WriteFileAtomically(
      path, {reinterpret_cast<const uint8_t*>(text.data()), text.size()});
}

}  // namespace octet::converter
