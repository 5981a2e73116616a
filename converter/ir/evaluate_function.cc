#include "converter/ir/evaluate_function.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace octet::converter {
namespace {

using schema::BinaryFunction;
using schema::UnaryFunction;

double Sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }

// log(1 + exp(x)) without overflow.
double Softplus(double x) {
  return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
}

// The functions of neural networks; the rest is EvaluateUnary's.
double EvaluateActivation(const Unary& op, double x) {
  const double a = op.alpha;
  const double b = op.beta;
  switch (op.function) {
    case UnaryFunction::SIGMOID:
      return Sigmoid(x);
    case UnaryFunction::HARD_SIGMOID:
      return std::clamp(a * x + b, 0.0, 1.0);
    case UnaryFunction::HARD_SWISH:
      return x * std::clamp(x / 6.0 + 0.5, 0.0, 1.0);
    case UnaryFunction::LEAKY_RELU:
      return x < 0 ? a * x : x;
    case UnaryFunction::ELU:
      return x < 0 ? a * std::expm1(x) : x;
    case UnaryFunction::SELU:
      return b * (x > 0 ? x : a * std::expm1(x));
    case UnaryFunction::CELU:
      return std::max(0.0, x) + std::min(0.0, a * std::expm1(x / a));
    case UnaryFunction::THRESHOLDED_RELU:
      return x > a ? x : 0.0;
    case UnaryFunction::GELU:
      return 0.5 * x * (1.0 + std::erf(x / std::numbers::sqrt2));
    case UnaryFunction::GELU_TANH:
      return 0.5 * x *
             (1.0 + std::tanh(std::sqrt(2.0 / std::numbers::pi) *
                              (x + 0.044715 * x * x * x)));
    case UnaryFunction::MISH:
      return x * std::tanh(Softplus(x));
    case UnaryFunction::SOFTPLUS:
      return Softplus(x);
    case UnaryFunction::SOFTSIGN:
      return x / (1.0 + std::abs(x));
    default:  // SWISH
      return x * Sigmoid(a * x);
  }
}

// Exact powers; toward zero for a negative exponent.
std::optional<int64_t> IntegerPower(int64_t base, int64_t exponent) {
  if (exponent < 0) {
    if (base == 0) return std::nullopt;
    if (base == 1) return 1;
    if (base == -1) return exponent % 2 == 0 ? 1 : -1;
    return 0;
  }
  uint64_t result = 1;
  uint64_t factor = uint64_t(base);
  for (; exponent > 0; exponent >>= 1) {
    if ((exponent & 1) != 0) result *= factor;
    factor *= factor;
  }
  return int64_t(result);
}

std::optional<int64_t> Divide(BinaryFunction function, int64_t a, int64_t b) {
  if (b == 0) return std::nullopt;
  // INT64_MIN / -1 does not fit.
  if (b == -1) {
    return function == BinaryFunction::DIV ? int64_t(0 - uint64_t(a)) : 0;
  }
  if (function == BinaryFunction::DIV) return a / b;
  const int64_t rest = a % b;
  const bool floors = function == BinaryFunction::MOD;
  return floors && rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

double EvaluateModulo(double a, double b) {
  const double rest = std::fmod(a, b);
  return rest != 0 && std::signbit(rest) != std::signbit(b) ? rest + b : rest;
}

// Of numbers or truth values of any type.
template <typename Number>
bool Compare(BinaryFunction function, Number a, Number b) {
  switch (function) {
    case BinaryFunction::EQUAL:
      return a == b;
    case BinaryFunction::LESS:
      return a < b;
    case BinaryFunction::LESS_OR_EQUAL:
      return a <= b;
    case BinaryFunction::GREATER:
      return a > b;
    case BinaryFunction::GREATER_OR_EQUAL:
      return a >= b;
    case BinaryFunction::AND:
      return a != 0 && b != 0;
    case BinaryFunction::OR:
      return a != 0 || b != 0;
    default:  // XOR
      return (a != 0) != (b != 0);
  }
}

double EvaluateUnscaled(const Unary& op, double x) {
  switch (op.function) {
    case UnaryFunction::ABS:
      return std::abs(x);
    case UnaryFunction::NEG:
      return -x;
    case UnaryFunction::EXP:
      return std::exp(x);
    case UnaryFunction::LOG:
      return std::log(x);
    case UnaryFunction::SQRT:
      return std::sqrt(x);
    case UnaryFunction::RECIPROCAL:
      return 1.0 / x;
    case UnaryFunction::ERF:
      return std::erf(x);
    case UnaryFunction::TANH:
      return std::tanh(x);
    case UnaryFunction::FLOOR:
      return std::floor(x);
    case UnaryFunction::CEIL:
      return std::ceil(x);
    case UnaryFunction::ROUND:
      return std::nearbyint(x);
    case UnaryFunction::SIGN:
      return x > 0 ? 1.0 : (x < 0 ? -1.0 : x);
    case UnaryFunction::SIN:
      return std::sin(x);
    case UnaryFunction::COS:
      return std::cos(x);
    case UnaryFunction::TAN:
      return std::tan(x);
    case UnaryFunction::NOT:
      return x == 0 ? 1.0 : 0.0;
    case UnaryFunction::IS_NAN:
      return std::isnan(x) ? 1.0 : 0.0;
    case UnaryFunction::IS_INF:
      return std::isinf(x) && (x < 0 ? op.alpha : op.beta) != 0 ? 1.0 : 0.0;
    default:
      return EvaluateActivation(op, x);
  }
}

}  // namespace

double EvaluateUnary(const Unary& op, double x) {
  const double y = EvaluateUnscaled(op, x);
  // Keeps -0 where there is nothing to do.
  if (op.scale == 1.0f && op.offset == 0.0f) return y;
  return double{op.scale} * y + double{op.offset};
}

double EvaluateBinary(BinaryFunction function, double a, double b) {
  switch (function) {
    case BinaryFunction::ADD:
      return a + b;
    case BinaryFunction::SUB:
      return a - b;
    case BinaryFunction::MUL:
      return a * b;
    case BinaryFunction::DIV:
      return a / b;
    case BinaryFunction::MINIMUM:
      return std::isnan(a) || a < b ? a : b;
    case BinaryFunction::MAXIMUM:
      return std::isnan(a) || a > b ? a : b;
    case BinaryFunction::POW:
      return std::pow(a, b);
    case BinaryFunction::MOD:
      return EvaluateModulo(a, b);
    case BinaryFunction::FMOD:
      return std::fmod(a, b);
    case BinaryFunction::PRELU:
      return a < 0 ? a * b : a;
    default:
      return Compare(function, a, b) ? 1.0 : 0.0;
  }
}

float EvaluateFakeQuantize(const Int8Grid& grid, float x) {
  const float zero_point = static_cast<float>(grid.zero_point);
  const float q = std::nearbyint(x / grid.scale) + zero_point;
  if (std::isnan(q)) return 0.0f;
  return (std::clamp(q, -128.0f, 127.0f) - zero_point) * grid.scale;
}

std::optional<int64_t> EvaluateIntegerUnary(UnaryFunction function, int64_t x) {
  switch (function) {
    case UnaryFunction::ABS:
      return x < 0 ? int64_t(0 - uint64_t(x)) : x;
    case UnaryFunction::NEG:
      return int64_t(0 - uint64_t(x));
    case UnaryFunction::SIGN:
      return (x > 0) - (x < 0);
    case UnaryFunction::NOT:
      return x == 0;
    default:
      return std::nullopt;
  }
}

std::optional<int64_t> EvaluateIntegerBinary(BinaryFunction function, int64_t a,
                                             int64_t b) {
  switch (function) {
    case BinaryFunction::ADD:
      return int64_t(uint64_t(a) + uint64_t(b));
    case BinaryFunction::SUB:
      return int64_t(uint64_t(a) - uint64_t(b));
    case BinaryFunction::MUL:
      return int64_t(uint64_t(a) * uint64_t(b));
    case BinaryFunction::DIV:
    case BinaryFunction::MOD:
    case BinaryFunction::FMOD:
      return Divide(function, a, b);
    case BinaryFunction::MINIMUM:
      return std::min(a, b);
    case BinaryFunction::MAXIMUM:
      return std::max(a, b);
    case BinaryFunction::POW:
      return IntegerPower(a, b);
    case BinaryFunction::PRELU:
      return std::nullopt;
    default:
      return Compare(function, a, b);
  }
}

}  // namespace octet::converter
