#include "engine/operators/accumulator_stage.h"

#include "engine/operators/tflite_checks.h"
#include "kernels/float/accumulators.h"

namespace octet {

AccumulatorStage::AccumulatorStage(const PrepareContext& context,
                                   const SecondPass& pass, int64_t channels,
                                   const OutputStage& stage)
    : pass_(pass),
      channels_(channels),
      stage_(stage),
      form_(context.kernels.form),
      run_(context.kernels.tflite.output) {}

uint64_t AccumulatorStage::packed_bytes() const {
  if (!used()) return 0;
  const size_t entry =
      pass_.scales == nullptr ? sizeof(TfliteScale) : sizeof(float);
  return AlignBlock(static_cast<uint64_t>(channels_) * entry);
}

uint64_t AccumulatorStage::scratch_bytes(int64_t pixels,
                                         int64_t channels) const {
  if (!used()) return 0;
  return AlignBlock(static_cast<uint64_t>(pixels) *
                    static_cast<uint64_t>(channels) * sizeof(int32_t));
}

void AccumulatorStage::Pack(uint8_t* memory) {
  if (pass_.scales != nullptr) {
    float* scales = reinterpret_cast<float*>(memory);
    for (int64_t c = 0; c < channels_; ++c) {
      scales[c] = EntryOf(*pass_.scales, static_cast<uint32_t>(c));
    }
    float_scales_ = scales;
    return;
  }
  TfliteScale* scales = reinterpret_cast<TfliteScale*>(memory);
  for (int64_t c = 0; c < channels_; ++c) {
    scales[c] = TfliteScaleAt(*pass_.tflite, static_cast<uint32_t>(c));
  }
  tflite_scales_ = scales;
}

void AccumulatorStage::Run(const int32_t* accumulators, int64_t pixels,
                           int64_t first_channel, int64_t channels,
                           uint8_t* output, int64_t output_stride) const {
  if (pass_.scales != nullptr) {
    ScaleAccumulators(
        {.pixels = static_cast<size_t>(pixels),
         .channels = static_cast<size_t>(channels),
         .accumulators = accumulators,
         .scales = float_scales_ + first_channel,
         .output = reinterpret_cast<float*>(output),
         .output_stride = static_cast<ptrdiff_t>(output_stride / 4),
         .clamp = pass_.clamp});
    return;
  }
  TfliteOutputArgs args = {};
  args.pixels = static_cast<size_t>(pixels);
  args.channels = static_cast<size_t>(channels);
  args.accumulators = accumulators;
  args.scales = tflite_scales_ + first_channel;
  args.output = output;
  args.output_stride = static_cast<ptrdiff_t>(output_stride);
  args.stage = stage_;
  args.form = form_;
  run_(args);
}

}  // namespace octet
