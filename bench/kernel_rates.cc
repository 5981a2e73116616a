#include "bench/kernel_rates.h"

#include <nlohmann/json.hpp>

namespace octet::bench {
namespace {

// Pictures have at most four channels.
constexpr size_t kMaxPictureChannels = 4;

using Json = nlohmann::ordered_json;

}  // namespace

std::string KindOf(const LayerShape& layer) {
  if (layer.kind == LayerKind::kFullyConnected) return "fully connected";
  const std::string size = std::to_string(layer.kernel);
  std::string kind = size + "x" + size;
  if (layer.stride != 1) kind += " stride " + std::to_string(layer.stride);
  if (layer.kind == LayerKind::kDepthwise) return "depthwise " + kind;
  if (layer.c <= kMaxPictureChannels) return "first convolution";
  return kind;
}

std::map<std::string, RateSum> KernelRates::Sums() const {
  std::map<std::string, RateSum> sums;
  for (const KernelRate& rate : rates_) {
    const std::string network = rate.isa + "/" + rate.layer.network;
    const double count = static_cast<double>(rate.layer.count);
    for (const std::string& name :
         {network, network + ", " + KindOf(rate.layer)}) {
      sums[name].seconds += count * rate.seconds;
      sums[name].macs += count * rate.layer.macs();
      sums[name].seconds_at_peak += count * rate.seconds * rate.peak_share;
    }
  }
  return sums;
}

std::string KernelRates::ToJson() const {
  Json rows = Json::array();
  for (const KernelRate& rate : rates_) {
    rows.push_back({{"layer", rate.layer.network + "/" + rate.layer.name},
                    {"isa", rate.isa},
                    {"gmacs", rate.gmacs()},
                    {"peak_share", rate.peak_share},
                    {"kernel", rate.kernel},
                    {"microseconds", rate.seconds * 1e6},
                    {"count", rate.layer.count}});
  }
  for (const auto& [name, sum] : Sums()) {
    const size_t slash = name.find('/');
    const std::string isa = name.substr(0, slash);
    rows.push_back({{"layer", name.substr(slash + 1)},
                    {"isa", isa},
                    {"gmacs", sum.gmacs()},
                    {"peak_share", sum.peak_share()}});
  }
  return rows.dump(2);
}

}  // namespace octet::bench
