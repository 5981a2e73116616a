#include "converter/repair/fit_layer.h"

#include <algorithm>
#include <cassert>

#include "converter/repair/adaround.h"
#include "converter/repair/linear_algebra.h"
#include "converter/repair/parallel_for.h"
#include "converter/repair/round_weights.h"

namespace octet::converter {
namespace {

// Inputs that are rounded together; wider layers go slice by slice. Bounds time
// and memory.
constexpr size_t kSlice = 1024;
// Holds weights near their real values where the samples say little.
constexpr double kRidge = 0.02;

Columns Inputs(const FitProblem& problem, size_t first, size_t count) {
  return {problem.x.data(), problem.rows, problem.inputs, first, count};
}

// The mean of the inputs belongs to the bias, not to the weights.
void CenterInputs(const std::vector<double>& mean, FitProblem& problem) {
  for (size_t row = 0; row < problem.rows; ++row) {
    float* values = &problem.x[row * problem.inputs];
    for (size_t k = 0; k < problem.inputs; ++k) {
      values[k] -= static_cast<float>(mean[k]);
    }
  }
}

void RoundSlice(const FitProblem& problem, size_t first, size_t count,
                int threads, std::vector<int8_t>& values) {
  const RoundingProblem rounding(Gram(Inputs(problem, first, count), threads),
                                 kRidge);
  ParallelFor(problem.outputs, threads, [&](size_t m) {
    const size_t begin = m * problem.inputs + first;
    const std::vector<int8_t> rounded = rounding.Round(
        problem.weights.subspan(begin, count), problem.scale[m], problem.grid);
    std::copy(rounded.begin(), rounded.end(),
              values.begin() + std::ptrdiff_t(begin));
  });
}

double MeanTarget(const FitProblem& problem, size_t output) {
  double sum = 0.0;
  for (size_t row = 0; row < problem.rows; ++row) {
    sum += problem.target[row * problem.target_stride + output];
  }
  return sum / double(problem.rows);
}

std::vector<int8_t> LearnRounding(const FitProblem& problem,
                                  std::span<const double> mean_target,
                                  const FitOptions& options) {
  const AdaRoundProblem adaround = {.rows = problem.rows,
                                    .inputs = problem.inputs,
                                    .outputs = problem.outputs,
                                    .x = problem.x.data(),
                                    .target = problem.target,
                                    .target_stride = problem.target_stride,
                                    .clamp = problem.clamp,
                                    .bias = mean_target,
                                    .weights = problem.weights,
                                    .scale = problem.scale,
                                    .start = problem.rounded,
                                    .limit = LargestOnGrid(problem.grid)};
  return AdaRound(adaround, {.iterations = options.adaround_iterations,
                             .threads = options.threads,
                             .progress = options.progress});
}

}  // namespace

FitResult FitGroup(FitProblem problem, const FitOptions& options) {
  assert(problem.rows > 0);
  FitResult result;
  result.values.assign(problem.rounded.begin(), problem.rounded.end());
  const std::vector<double> mean = MeanRow(Inputs(problem, 0, problem.inputs));
  std::vector<double> mean_target;
  for (size_t m = 0; m < problem.outputs; ++m) {
    mean_target.push_back(MeanTarget(problem, m));
  }
  if (options.rounding != Rounding::kNearest) CenterInputs(mean, problem);
  // AdaRound chooses between neighbours a step apart, which these have not.
  const bool has_gaps = problem.grid == WeightGrid::kLogarithmic ||
                        problem.grid == WeightGrid::kBinary;
  const bool learns = options.rounding == Rounding::kAdaRound && !has_gaps;
  if (options.rounding != Rounding::kNearest && !learns) {
    for (size_t first = 0; first < problem.inputs; first += kSlice) {
      RoundSlice(problem, first, std::min(kSlice, problem.inputs - first),
                 options.threads, result.values);
    }
  }
  if (learns) {
    result.values = LearnRounding(problem, mean_target, options);
  }
  for (size_t m = 0; m < problem.outputs; ++m) {
    double bias = mean_target[m];
    for (size_t k = 0; k < problem.inputs; ++k) {
      bias -=
          mean[k] * problem.scale[m] * result.values[m * problem.inputs + k];
    }
    result.bias.push_back(static_cast<float>(bias));
  }
  return result;
}

}  // namespace octet::converter
