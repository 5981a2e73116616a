// Which of the integers near a real weight to take, so that the layer's output
// changes least: rounding each to the nearest one is the best choice for the
// weights, not for the output.
//
// For one output channel with inputs x, real weights w and integers q at scale
// s the mean squared error of the output is
//
//   (s q - w)^T H (s q - w),    H = E[x x^T]
//
// with x as the quantized network feeds it. The search is a sequence of exact
// small steps, not an optimisation by gradients:
//
// 1. Successive rounding (Babai's nearest plane): in the coordinates of H's
//    Cholesky factor the error is a sum of squares, of which each weight, the
//    most important first, is chosen to make its own least, given all chosen
//    before it.
// 2. Single steps: weights go up or down by one as long as that lowers the
// error,
//    from that start and from rounding to nearest. The better one is kept, so
//    the error is never above that of rounding to nearest.

#ifndef OCTET_CONVERTER_REPAIR_ROUND_WEIGHTS_H_
#define OCTET_CONVERTER_REPAIR_ROUND_WEIGHTS_H_

#include <cstdint>
#include <span>
#include <vector>

#include "converter/quantize/weight_scale.h"
#include "converter/repair/linear_algebra.h"

namespace octet::converter {

// H and its Cholesky factor, made once for all output channels with the same
// inputs.
class RoundingProblem {
 public:
  // `gram` is E[x x^T]. `ridge` * mean of its diagonal is added to the
  // diagonal: it holds weights near their real values where the samples say
  // little.
  RoundingProblem(SquareMatrix gram, double ridge);

  // The integers of `grid` for `weights` at `scale`.
  std::vector<int8_t> Round(std::span<const float> weights, double scale,
                            WeightGrid grid) const;

  // (scale q - weights)^T H (scale q - weights).
  double Error(std::span<const int8_t> q, std::span<const float> weights,
               double scale) const;

 private:
  struct Candidate {
    std::vector<double> q;  // integers
    double error = 0.0;
  };
  Candidate Nearest(std::span<const double> t, double scale,
                    WeightGrid grid) const;
  Candidate Successive(std::span<const double> t, double scale,
                       WeightGrid grid) const;
  void Improve(std::span<const double> t, double scale, WeightGrid grid,
               Candidate& candidate) const;

  // In the order of `order_`: the least important input first.
  std::vector<size_t> order_;
  SquareMatrix gram_;
  SquareMatrix cholesky_;
};

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_REPAIR_ROUND_WEIGHTS_H_
