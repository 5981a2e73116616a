// AccumulatorStage: the second pass of a layer whose kernel stores int32
// accumulators in scratch: to int8 with rounding TFLITE (kernels/tflite.h), or
// to FLOAT32 (kernels/float/accumulators.h).

#ifndef OCTET_ENGINE_OPERATORS_ACCUMULATOR_STAGE_H_
#define OCTET_ENGINE_OPERATORS_ACCUMULATOR_STAGE_H_

#include <cstdint>

#include "engine/operators/operator.h"
#include "kernels/float/float_clamp.h"

namespace octet {

// What it does. At most one of the pointers is not null; they point into the
// file.
struct SecondPass {
  const schema::TfliteRequantization* tflite = nullptr;
  // Of a FLOAT32 output: one a channel, or a single one; and its bounds.
  const flatbuffers::Vector<float>* scales = nullptr;
  FloatClamp clamp = {};

  bool is_needed() const { return tflite != nullptr || scales != nullptr; }
};

class AccumulatorStage {
 public:
  // pass: verified, for `channels` channels, and read by Pack; where none is
  // needed only used(), output_bytes() and packed_bytes() may be called.
  // `stage` is of an int8 output.
  AccumulatorStage(const PrepareContext& context, const SecondPass& pass,
                   int64_t channels, const OutputStage& stage);

  bool used() const { return pass_.is_needed(); }
  // Of a value of the output.
  int64_t output_bytes() const { return pass_.scales == nullptr ? 1 : 4; }
  uint64_t packed_bytes() const;
  // Of the accumulators of `pixels` pixels with `channels` channels.
  uint64_t scratch_bytes(int64_t pixels, int64_t channels) const;
  void Pack(uint8_t* memory);

  // `pixels` pixels of channels first_channel ... first_channel + channels - 1;
  // accumulators: [pixels][channels], output_stride: bytes from pixel to pixel.
  void Run(const int32_t* accumulators, int64_t pixels, int64_t first_channel,
           int64_t channels, uint8_t* output, int64_t output_stride) const;

 private:
  SecondPass pass_;
  int64_t channels_;
  OutputStage stage_;
  ActivationForm form_;
  void (*run_)(const TfliteOutputArgs& args);
  // [channels_], in packed memory; the one that the pass asks for.
  const TfliteScale* tflite_scales_ = nullptr;
  const float* float_scales_ = nullptr;
};

}  // namespace octet

#endif  // OCTET_ENGINE_OPERATORS_ACCUMULATOR_STAGE_H_
