#include "kernels/float/accumulators.h"

#include "kernels/requantize.h"

namespace octet {
namespace {

// Values whose t, in 16 bits, lie in registers or the first cache in between.
constexpr size_t kChunk = 64;

// RequantizeQ15's t of up to kChunk accumulators.
void ShiftChunk(const int32_t* accumulators, size_t count, int shift,
                int16_t* t) {
  if (shift < 0) {
    for (size_t c = 0; c < count; ++c) {
      t[c] = static_cast<int16_t>(ShiftAccumulator(accumulators[c], shift));
    }
    return;
  }
  for (size_t c = 0; c < count; ++c) {
    t[c] = static_cast<int16_t>(SaturateInt16(accumulators[c] >> shift));
  }
}

}  // namespace

void ScaleAccumulators(const ScaleAccumulatorsArgs& args) {
  const int32_t* accumulators = args.accumulators;
  float* output = args.output;
  for (size_t i = 0; i < args.pixels; ++i) {
    for (size_t c = 0; c < args.channels; ++c) {
      const float sum = static_cast<float>(accumulators[c]);
      output[c] = args.clamp.Apply(sum * args.scales[c]);
    }
    accumulators += args.channels;
    output += args.output_stride;
  }
}

void AddOffset(int32_t offset, size_t count, int32_t* accumulators) {
  for (size_t c = 0; c < count; ++c) {
    accumulators[c] = static_cast<int32_t>(
        static_cast<uint32_t>(accumulators[c]) + static_cast<uint32_t>(offset));
  }
}

void RequantizeRow(const AccumulatorRow& row, const RowStage& stage,
                   uint8_t* output) {
  // Copies, which no byte of the output is a part of.
  const OutputStage output_stage = stage.output;
  const int32_t multiplier = stage.multiplier;
  const uint8_t mask = stage.mask;
  for (size_t first = 0; first < row.count; first += kChunk) {
    const size_t left = row.count - first;
    const size_t count = left < kChunk ? left : kChunk;
    int16_t t[kChunk];
    ShiftChunk(row.accumulators + first, count, stage.shift, t);
    uint8_t* to = output + first;
    for (size_t c = 0; c < count; ++c) {
      const int8_t q = RoundToOutput(MultiplyRounded(t[c], multiplier),
                                     kFractionBits, output_stage);
      to[c] = static_cast<uint8_t>(static_cast<uint8_t>(q) ^ mask);
    }
  }
}

void ScaleRow(const AccumulatorRow& row, const RowStage& stage, float* output) {
  const FloatClamp clamp = stage.clamp;
  const float scale = stage.scale;
  for (size_t c = 0; c < row.count; ++c) {
    const float sum = static_cast<float>(row.accumulators[c]);
    output[c] = clamp.Apply(sum * scale);
  }
}

int32_t SumOfBytes(const uint8_t* bytes, size_t count, ActivationForm form) {
  // Of bytes + 128 modulo 256 they are unsigned, too.
  const uint8_t mask = form == ActivationForm::kU8 ? 0x00 : 0x80;
  int32_t sum = 0;
  for (size_t i = 0; i < count; ++i) sum += bytes[i] ^ mask;
  return form == ActivationForm::kU8 ? sum
                                     : sum - 128 * static_cast<int32_t>(count);
}

}  // namespace octet
