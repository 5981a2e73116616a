#include "kernels/float/unary.h"

#include <cmath>
#include <type_traits>

#include "kernels/float/math.h"

namespace octet {
namespace {

using float_math::Expm1;

constexpr double kSqrtHalf = 0.7071067811865476;
constexpr double kSqrtTwoOverPi = 0.7978845608028654;

// Input, output and calculation in these types.
template <typename Number, typename From, typename To, typename Function>
void Map(const UnaryArgs& args, Function function) {
  const From* input = static_cast<const From*>(args.input);
  To* output = static_cast<To*>(args.output);
  for (size_t i = 0; i < args.n; ++i) {
    output[i] = static_cast<To>(function(static_cast<Number>(input[i])));
  }
}

template <typename Function>
void MapFloat(const UnaryArgs& args, Function function) {
  Map<float, float, float>(args, function);
}

template <typename Function>
void MapDouble(const UnaryArgs& args, Function function) {
  Map<double, float, float>(args, function);
}

float Clip01(float x) {
  x = x < 0.0f ? 0.0f : x;
  return x > 1.0f ? 1.0f : x;
}

void RunPiecewise(const UnaryArgs& args) {
  const float a = args.alpha;
  const float b = args.beta;
  switch (args.function) {
    case UnaryFunction::kHardSigmoid:
      return MapFloat(args, [=](float x) { return Clip01(a * x + b); });
    case UnaryFunction::kHardSwish:
      return MapFloat(
          args, [](float x) { return x * Clip01(x * (1.0f / 6.0f) + 0.5f); });
    case UnaryFunction::kLeakyRelu:
      return MapFloat(args, [=](float x) { return x < 0.0f ? a * x : x; });
    case UnaryFunction::kThresholdedRelu:
      return MapFloat(args,
                      [=](float x) { return x > a || x != x ? x : 0.0f; });
    case UnaryFunction::kSoftsign:
      return MapFloat(args,
                      [](float x) { return x / (1.0f + (x < 0.0f ? -x : x)); });
    case UnaryFunction::kReciprocal:
      return MapFloat(args, [](float x) { return 1.0f / x; });
    case UnaryFunction::kSqrt:  // IEEE: the same everywhere
      return MapFloat(args, [](float x) { return std::sqrt(x); });
    case UnaryFunction::kFloor:
      return MapFloat(args, float_math::Floor);
    case UnaryFunction::kCeil:
      return MapFloat(args, float_math::Ceil);
    case UnaryFunction::kRound:
      return MapFloat(args, float_math::Round);
    case UnaryFunction::kSin:
      return MapFloat(args, float_math::Sin);
    case UnaryFunction::kCos:
      return MapFloat(args, float_math::Cos);
    case UnaryFunction::kTan:
      return MapFloat(args, float_math::Tan);
    default:
      return;
  }
}

void RunExponential(const UnaryArgs& args) {
  const double a = args.alpha;
  const double b = args.beta;
  switch (args.function) {
    case UnaryFunction::kElu:
      return MapDouble(args,
                       [=](double x) { return x < 0.0 ? a * Expm1(x) : x; });
    case UnaryFunction::kSelu:
      return MapDouble(
          args, [=](double x) { return b * (x > 0.0 ? x : a * Expm1(x)); });
    case UnaryFunction::kCelu:
      return MapDouble(args, [=](double x) {
        const double low = a * Expm1(x / a);
        return (x < 0.0 ? 0.0 : x) + (low > 0.0 ? 0.0 : low);
      });
    case UnaryFunction::kGelu:
      return MapDouble(args, [](double x) {
        return 0.5 * x * (1.0 + float_math::Erf(x * kSqrtHalf));
      });
    case UnaryFunction::kGeluTanh:
      return MapDouble(args, [](double x) {
        const double cubic = x + 0.044715 * (x * x * x);
        return 0.5 * x * (1.0 + float_math::Tanh(kSqrtTwoOverPi * cubic));
      });
    case UnaryFunction::kMish:
      return MapDouble(
          args, [](double x) { return x * float_math::TanhOfSoftplus(x); });
    case UnaryFunction::kSwish:
      return MapDouble(
          args, [=](double x) { return x * float_math::Sigmoid(a * x); });
    case UnaryFunction::kExp:
      return MapDouble(args, float_math::Exp);
    case UnaryFunction::kLog:
      return MapDouble(args, float_math::Log);
    case UnaryFunction::kErf:
      return MapDouble(args, float_math::Erf);
    case UnaryFunction::kSigmoid:
      return MapDouble(args, float_math::Sigmoid);
    case UnaryFunction::kTanh:
      return MapDouble(args, float_math::Tanh);
    case UnaryFunction::kSoftplus:
      return MapDouble(args, float_math::Softplus);
    default:
      return RunPiecewise(args);
  }
}

bool IsOfAnyNumber(UnaryFunction function) {
  return function == UnaryFunction::kAbs || function == UnaryFunction::kNeg ||
         function == UnaryFunction::kSign;
}

// Integers are calculated modulo 2^n: T is their unsigned type.
template <typename T, typename Signed>
void RunOfAnyNumber(const UnaryArgs& args) {
  switch (args.function) {
    case UnaryFunction::kAbs:
      return Map<T, T, T>(args, [](T x) {
        if constexpr (std::is_same_v<T, float>) {
          return std::fabs(x);
        } else {
          return static_cast<Signed>(x) < 0 ? T{0} - x : x;
        }
      });
    case UnaryFunction::kNeg:
      return Map<T, T, T>(args, [](T x) {
        if constexpr (std::is_same_v<T, float>) {
          return -x;
        } else {
          return T{0} - x;
        }
      });
    default:  // kSign; that of NaN is NaN
      return Map<Signed, Signed, Signed>(args, [](Signed x) {
        if (x > Signed{0}) return Signed{1};
        return x < Signed{0} ? Signed{-1} : x;
      });
  }
}

}  // namespace

bool TakesType(UnaryFunction function, ElementType type) {
  if (function == UnaryFunction::kNot) return type == ElementType::kBool;
  if (type == ElementType::kFloat32) return true;
  return IsOfAnyNumber(function) &&
         (type == ElementType::kInt32 || type == ElementType::kInt64);
}

ElementType ResultType(UnaryFunction function, ElementType type) {
  const bool gives_bool = function == UnaryFunction::kNot ||
                          function == UnaryFunction::kIsNan ||
                          function == UnaryFunction::kIsInf;
  return gives_bool ? ElementType::kBool : type;
}

void Unary(const UnaryArgs& args) {
  if (IsOfAnyNumber(args.function)) {
    if (args.type == ElementType::kInt32) {
      return RunOfAnyNumber<uint32_t, int32_t>(args);
    }
    if (args.type == ElementType::kInt64) {
      return RunOfAnyNumber<uint64_t, int64_t>(args);
    }
    return RunOfAnyNumber<float, float>(args);
  }
  const bool minus = args.alpha != 0.0f;
  const bool plus = args.beta != 0.0f;
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  switch (args.function) {
    case UnaryFunction::kNot:
      return Map<uint8_t, uint8_t, uint8_t>(args,
                                            [](uint8_t x) { return x ^ 1; });
    case UnaryFunction::kIsNan:
      return Map<float, float, uint8_t>(args, [](float x) { return x != x; });
    case UnaryFunction::kIsInf:
      return Map<float, float, uint8_t>(args, [=](float x) {
        return (plus && x == kInfinity) || (minus && x == -kInfinity);
      });
    default:
      return RunExponential(args);
  }
}

}  // namespace octet
