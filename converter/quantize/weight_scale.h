// The scale of a layer's or a channel's weights.

#ifndef OCTET_CONVERTER_QUANTIZE_WEIGHT_SCALE_H_
#define OCTET_CONVERTER_QUANTIZE_WEIGHT_SCALE_H_

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace octet::converter {

enum class WeightsMethod {
  kMinMax,        // the largest magnitude is the grid's largest integer
  kSquaredError,  // the scale with the smallest squared error, by search
  kAdmm,          // the same by alternation (AlternatingScales)
};

// The integers that weights may take. In the file all but kInt8 are packed
// (schema/packed_weights.h).
enum class WeightGrid {
  kInt8,         // -127 ... 127
  kInt4,         // -7 ... 7
  kLogarithmic,  // 0 and the powers of two, +-1 ... +-64
  kTernary,      // -1, 0, 1
  kBinary,       // -1, 1
};

// "int8", "int4", "logarithmic", "ternary", "binary".
const std::map<std::string, WeightGrid>& WeightGridsByName();

// The largest of them: 127, 7, 64, 1, 1.
int LargestOnGrid(WeightGrid grid);

// The nearest of the grid's integers to `value`; of two the one further from 0.
double NearestOnGrid(double value, WeightGrid grid);

// From the grid's integer q to its next one up or down; 0 where there is none.
double StepOnGrid(double q, bool up, WeightGrid grid);

// NearestOnGrid(weight / scale). REQUIRES: scale > 0.
int8_t QuantizeWeight(float weight, float scale,
                      WeightGrid grid = WeightGrid::kInt8);

// Sum of (weight - scale * QuantizeWeight(weight, scale, grid))^2.
double SquaredWeightError(std::span<const float> weights, float scale,
                          WeightGrid grid = WeightGrid::kInt8);

// The scales that alternating optimization goes through, from minmax's on: with
// the integers q of a scale fixed, the best scale for them is
//   sum(weight * q) / sum(q * q),
// and with that fixed, the nearest integers are the best. (In ADMM for
// quantized weights, this is the projection step.) The squared error never
// rises from one scale to the next; the last is where it no longer falls. Of
// kBinary that is the mean of |weight|, after one turn.
// Empty if all weights are 0.
std::vector<float> AlternatingScales(std::span<const float> weights,
                                     WeightGrid grid = WeightGrid::kInt8);

// The scale at which all weights are integers in -127 ... 127 already, but for
// the rounding of floats: those of a quantized source are. 0 if there is none.
float ScaleOfIntegers(std::span<const float> weights);

// 0 if all weights are 0. No method is worse than minmax.
float ChooseWeightScale(std::span<const float> weights, WeightsMethod method,
                        WeightGrid grid = WeightGrid::kInt8);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_QUANTIZE_WEIGHT_SCALE_H_
