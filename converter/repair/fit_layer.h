// The integer weights and the bias with which a layer, fed by the quantized
// network, comes nearest to what it computes in FP32.

#ifndef OCTET_CONVERTER_REPAIR_FIT_LAYER_H_
#define OCTET_CONVERTER_REPAIR_FIT_LAYER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "converter/ir/operators.h"
#include "converter/quantize/weight_scale.h"

namespace octet::converter {

enum class Rounding {
  kNearest,     // the integers that the problem brings
  kSuccessive,  // round_weights.h
  kAdaRound,    // adaround.h
};

struct FitOptions {
  Rounding rounding = Rounding::kNearest;
  int adaround_iterations = 2000;
  int threads = 1;
  // Of AdaRound alone: called with the number of channels done, by one thread
  // at a time.
  std::function<void(size_t)> progress = nullptr;
};

// Output channels that read the same inputs (one group of a convolution), on
// sampled cells of the output.
struct FitProblem {
  size_t rows = 0;     // sampled cells
  size_t inputs = 0;   // weights an output channel
  size_t outputs = 0;  // output channels
  // rows x inputs: what the quantized network feeds. FitGroup centres it.
  std::vector<float> x;
  // What FP32 computes, before the clamp: target[row * target_stride + output].
  const float* target = nullptr;
  size_t target_stride = 0;
  FloatClamp clamp;                     // behind the layer
  std::span<const float> weights;       // outputs x inputs
  std::span<const float> scale;         // outputs
  std::span<const int8_t> rounded;      // outputs x inputs, to nearest
  WeightGrid grid = WeightGrid::kInt8;  // that they are on
};

struct FitResult {
  std::vector<int8_t> values;  // outputs x inputs
  std::vector<float> bias;     // the mean error on the rows is 0
};

FitResult FitGroup(FitProblem problem, const FitOptions& options);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_REPAIR_FIT_LAYER_H_
