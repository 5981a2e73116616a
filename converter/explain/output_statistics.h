// What a layer's output does on the samples, in FP32 and in INT8.

#ifndef OCTET_CONVERTER_EXPLAIN_OUTPUT_STATISTICS_H_
#define OCTET_CONVERTER_EXPLAIN_OUTPUT_STATISTICS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "converter/evaluate/metrics.h"
#include "converter/quantize/quantization_params.h"

namespace octet::converter {

class OutputStatistics {
 public:
  // Channels lie side by side. Without `params` the output is in FP32 and holds
  // any value. REQUIRES: channels > 0.
  OutputStatistics(const std::optional<ActivationParams>& params,
                   size_t channels);

  // The output on one more sample. REQUIRES: the same length, a multiple of
  // `channels`.
  void Add(std::span<const float> fp32, std::span<const float> int8);

  // Of the INT8 network's output.
  double SqnrDb() const { return sqnr_.Decibels(); }
  // Share of FP32 values outside lowest() - scale / 2 ... highest() + scale /
  // 2.
  double Saturated() const;
  double lowest() const { return lowest_; }
  double highest() const { return highest_; }
  // Channels with one value throughout.
  int ConstantChannels() const { return CountConstant(int8_); }
  int ConstantFp32Channels() const { return CountConstant(fp32_); }
  // Of the FP32 values, over all channels. REQUIRES: Add was called.
  Range Fp32Range() const;

 private:
  static int CountConstant(const std::vector<Range>& channels);
  void Widen(std::vector<Range>& channels, std::span<const float> values) const;

  double half_step_;
  double lowest_;
  double highest_;
  Sqnr sqnr_;
  uint64_t values_ = 0;
  uint64_t saturated_ = 0;
  std::vector<Range> fp32_;  // by channel
  std::vector<Range> int8_;
};

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_EXPLAIN_OUTPUT_STATISTICS_H_
