// How fast kernels ran, and what that adds up to.

#ifndef OCTET_BENCH_KERNEL_RATES_H_
#define OCTET_BENCH_KERNEL_RATES_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "bench/layer_shape.h"

namespace octet::bench {

// "depthwise 3x3 stride 2", "first convolution", "1x1", "3x3 stride 2",
// "fully connected": layers that are fast or slow for the same reasons.
std::string KindOf(const LayerShape& layer);

struct KernelRate {
  std::string isa;
  LayerShape layer;
  std::string kernel;  // "avx2 gemm 6x16"
  double seconds;      // the fastest repetition
  double peak_share;   // of the instruction form's peak beside it; 0: unknown

  double gmacs() const { return layer.macs() / seconds * 1e-9; }
};

// Each layer as often as its network has it: weighted by work.
struct RateSum {
  double seconds = 0;
  double macs = 0;
  double seconds_at_peak = 0;
  double gmacs() const { return macs / seconds * 1e-9; }
  double peak_share() const { return seconds_at_peak / seconds; }
};

class KernelRates {
 public:
  void Add(KernelRate rate) { rates_.push_back(std::move(rate)); }

  // "avx2/mobilenet_v2" -> all its layers, "avx2/mobilenet_v2, 1x1" -> those of
  // a kind.
  std::map<std::string, RateSum> Sums() const;

  // A JSON list with a row for each layer and for each sum: {layer, isa, gmacs,
  // peak_share}, and of a layer {kernel, microseconds, count}. A sum's "layer"
  // is "mobilenet_v2" or "mobilenet_v2, 1x1".
  std::string ToJson() const;

 private:
  std::vector<KernelRate> rates_;
};

}  // namespace octet::bench

#endif  // OCTET_BENCH_KERNEL_RATES_H_
