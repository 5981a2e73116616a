// AccumulatorStage: the second pass of a layer with rounding TFLITE, from int32
// accumulators in scratch to int8 (kernels/tflite.h).

#ifndef OCTET_ENGINE_OPERATORS_ACCUMULATOR_STAGE_H_
#define OCTET_ENGINE_OPERATORS_ACCUMULATOR_STAGE_H_

#include <cstdint>

#include "engine/operators/operator.h"

namespace octet {

class AccumulatorStage {
 public:
  // requantization: verified, for `channels` channels, and read by Pack; null:
  // the layer has no second pass, and only used() and packed_bytes() may be
  // called.
  AccumulatorStage(const PrepareContext& context,
                   const schema::TfliteRequantization* requantization,
                   int64_t channels, const OutputStage& stage);

  bool used() const { return requantization_ != nullptr; }
  uint64_t packed_bytes() const;
  // Of the accumulators of `pixels` pixels with `channels` channels.
  uint64_t scratch_bytes(int64_t pixels, int64_t channels) const;
  void Pack(uint8_t* memory);

  // `pixels` pixels of channels first_channel ... first_channel + channels - 1;
  // accumulators: [pixels][channels], output_stride: bytes from pixel to pixel.
  void Run(const int32_t* accumulators, int64_t pixels, int64_t first_channel,
           int64_t channels, uint8_t* output, int64_t output_stride) const;

 private:
  const schema::TfliteRequantization* requantization_;
  int64_t channels_;
  OutputStage stage_;
  ActivationForm form_;
  void (*run_)(const TfliteOutputArgs& args);
  const TfliteScale* scales_ = nullptr;  // [channels_], in packed memory
};

}  // namespace octet

#endif  // OCTET_ENGINE_OPERATORS_ACCUMULATOR_STAGE_H_
