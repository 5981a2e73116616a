// Bias absorption (Nagel et al., 2019): where a channel behind a ReLU is
// practically never below c > 0, c leaves its layer's bias and enters the
// biases of the layers that read it:
//
//   ReLU(y) = ReLU(y - c) + c  for y >= c,    weights ReLU(y) + bias
//                         = weights ReLU(y - c) + (bias + sum weights c)
//
// The activation's range becomes narrower by c, which equalization may have
// made large.

#ifndef OCTET_CONVERTER_REPAIR_ABSORB_BIASES_H_
#define OCTET_CONVERTER_REPAIR_ABSORB_BIASES_H_

#include <cstddef>

#include "converter/calibrate/calibrate.h"
#include "converter/ir/graph.h"
#include "octet/status.h"

namespace octet::converter {

struct AbsorbOptions {
  size_t samples = 64;  // at most, spread over all
  int threads = 0;      // of the FP32 execution; 0: one a core
};

// Moves c = max(0, min(mean - 3 deviation, the least that was seen)) of every
// channel, both before the ReLU, and returns how many channels changed. Leaves
// alone what an upper clamp bounds, and inputs of convolutions that pad: a
// padded cell is 0, not c. On the samples the FP32 network is unchanged but
// for rounding. Calibrate afterwards.
Result<int> AbsorbBiases(Graph& graph, size_t sample_count,
                         const SampleReader& read_sample,
                         const AbsorbOptions& options);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_REPAIR_ABSORB_BIASES_H_
