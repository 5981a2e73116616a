// Cross-layer equalization: channel c of a layer's output is multiplied by t[c]
// and the weights behind it that read the channel are divided by t[c]. The
// network computes the same; its channels share one scale better.
//
//   x ─ weights[c] * t[c], bias[c] * t[c] ─ ReLU ─ weights[.., c] / t[c] ─ y
//
// t[c] makes the two sides equally large. Left of the value stand its largest
// activation where weights have a scale a channel, the layer's weights where
// they have one a tensor; right of it stand the weights that read it.
//
// A ReLU passes any t > 0. A clamp with an upper bound (ReLU6) is one number
// for all channels, and the format has no other: there t is at least 1 and so
// small that no sample reaches the bound that did not reach it before, with
// room to spare (kHeadroom in equalize.cc). On the samples the FP32 network
// is unchanged but for rounding. With one scale a tensor that is too little
// (MobileNetV1 0.25: 1.8 % top-1): there t may be below 1, and the channel's
// bound becomes bound / t, as if ReLU6 were nearly a ReLU (Nagel et al., 2019,
// do without the bound). Then the FP32 network does change.

#ifndef OCTET_CONVERTER_REPAIR_EQUALIZE_H_
#define OCTET_CONVERTER_REPAIR_EQUALIZE_H_

#include <cstddef>

#include "converter/calibrate/calibrate.h"
#include "converter/ir/graph.h"
#include "octet/status.h"

namespace octet::converter {

struct EqualizeOptions {
  bool per_tensor = false;  // as QuantizeOptions::per_tensor
  size_t samples = 64;      // at most, spread over all
  int threads = 0;          // of the FP32 execution; 0: one a core
};

// Rewrites the weights and biases of `graph` (values keep their ids) and
// returns the number of layers whose outputs were equalized: Conv2d and
// FullyConnected that only such layers read. Calibrate afterwards.
Result<int> Equalize(Graph& graph, size_t sample_count,
                     const SampleReader& read_sample,
                     const EqualizeOptions& options);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_REPAIR_EQUALIZE_H_
