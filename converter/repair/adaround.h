// AdaRound (Nagel, Amjad, van Baalen, Louizos, Blankevoort, 2020): whether each
// weight is rounded up or down, learnt by gradients from what the layer's
// output loses behind its clamp.
//
// A weight between the integers floor(w / s) and floor(w / s) + 1 is relaxed to
//
//   s (floor(w / s) + h(v)),   h(v) = clamp(1.2 sigmoid(v) - 0.1, 0, 1)
//
// and Adam lowers, over batches of sampled cells,
//
//   E[(f(target) - f(output))^2] / noise + lambda * mean(1 - |2 h(v) - 1|^beta)
//
// where f is the clamp and noise the error that independent rounding would
// cause, s^2 E[|x|^2] / 12. beta falls from 20 to 2, which at first leaves h
// free and at last drives it to 0 or 1.

#ifndef OCTET_CONVERTER_REPAIR_ADAROUND_H_
#define OCTET_CONVERTER_REPAIR_ADAROUND_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "converter/ir/operators.h"

namespace octet::converter {

struct AdaRoundOptions {
  int iterations = 2000;
  size_t batch = 64;  // rows an iteration
  int threads = 1;    // the result does not depend on it
  // Called with the number of channels done, by one thread at a time.
  std::function<void(size_t)> progress = nullptr;
};

// Output channels that read the same inputs.
struct AdaRoundProblem {
  size_t rows = 0;     // sampled cells
  size_t inputs = 0;   // weights an output channel
  size_t outputs = 0;  // output channels
  // rows x inputs: what the quantized network feeds, less its mean.
  const float* x = nullptr;
  // What FP32 computes: target[row * target_stride + output], before the clamp.
  const float* target = nullptr;
  size_t target_stride = 0;
  FloatClamp clamp;                // behind the layer
  std::span<const double> bias;    // outputs: the output at x = 0
  std::span<const float> weights;  // outputs x inputs
  std::span<const float> scale;    // outputs
  std::span<const int8_t> start;   // outputs x inputs: kept by a channel for
                                   // which nothing better is found
  int limit = 127;                 // of an integer's magnitude
};

// The integers, outputs x inputs. No channel's LayerError is above that of
// `start`.
std::vector<int8_t> AdaRound(const AdaRoundProblem& problem,
                             const AdaRoundOptions& options);

// The mean over the rows of (f(target) - f(bias + s q x))^2 of one channel.
double LayerError(const AdaRoundProblem& problem, size_t output,
                  std::span<const int8_t> q);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_REPAIR_ADAROUND_H_
