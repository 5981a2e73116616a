#include "kernels/float/accumulators.h"

namespace octet {

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

}  // namespace octet
