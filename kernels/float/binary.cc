#include "kernels/float/binary.h"

#include <type_traits>

#include "kernels/float/math.h"

namespace octet {
namespace {

template <typename T>
using Unsigned = std::make_unsigned_t<T>;

// output[i] = function(a, b). The common steps have loops of their own, which
// become vector code.
template <typename T, typename To, typename Function>
void Map(const BinaryArgs& args, Function function) {
  const T* a = static_cast<const T*>(args.a);
  const T* b = static_cast<const T*>(args.b);
  To* output = static_cast<To*>(args.output);
  if (args.step_a == 1 && args.step_b == 1) {
    for (size_t i = 0; i < args.n; ++i) output[i] = function(a[i], b[i]);
  } else if (args.step_a == 1) {
    const T second = *b;
    for (size_t i = 0; i < args.n; ++i) output[i] = function(a[i], second);
  } else {
    const T first = *a;
    for (size_t i = 0; i < args.n; ++i) {
      output[i] = function(first, b[i * args.step_b]);
    }
  }
}

// One loop for all steps.
template <typename T, typename To, typename Function>
void MapSlowly(const BinaryArgs& args, Function function) {
  const T* a = static_cast<const T*>(args.a);
  const T* b = static_cast<const T*>(args.b);
  To* output = static_cast<To*>(args.output);
  for (size_t i = 0; i < args.n; ++i) {
    output[i] = function(a[i * args.step_a], b[i * args.step_b]);
  }
}

// Fewer branches than a switch in every loop: the clamp is applied always.
template <typename Function>
void MapFloat(const BinaryArgs& args, Function function) {
  const FloatClamp clamp = args.clamp;
  Map<float, float>(
      args, [=](float x, float y) { return clamp.Apply(function(x, y)); });
}

template <typename Function>
void MapFloatSlowly(const BinaryArgs& args, Function function) {
  const FloatClamp clamp = args.clamp;
  MapSlowly<float, float>(
      args, [=](float x, float y) { return clamp.Apply(function(x, y)); });
}

// NaN if one is.
float Minimum(float x, float y) { return x < y || x != x ? x : y; }
float Maximum(float x, float y) { return x > y || x != x ? x : y; }

float Modulo(float x, float y) {
  const float rest = float_math::Fmod(x, y);
  return rest != 0.0f && (rest < 0.0f) != (y < 0.0f) ? rest + y : rest;
}

void RunFloat(const BinaryArgs& args) {
  switch (args.function) {
    case BinaryFunction::kAdd:
      return MapFloat(args, [](float x, float y) { return x + y; });
    case BinaryFunction::kSub:
      return MapFloat(args, [](float x, float y) { return x - y; });
    case BinaryFunction::kMul:
      return MapFloat(args, [](float x, float y) { return x * y; });
    case BinaryFunction::kDiv:
      return MapFloat(args, [](float x, float y) { return x / y; });
    case BinaryFunction::kMinimum:
      return MapFloat(args, Minimum);
    case BinaryFunction::kMaximum:
      return MapFloat(args, Maximum);
    case BinaryFunction::kPrelu:
      return MapFloat(args,
                      [](float x, float y) { return x < 0.0f ? x * y : x; });
    case BinaryFunction::kPow:
      return MapFloatSlowly(args, float_math::Pow);
    case BinaryFunction::kMod:
      return MapFloatSlowly(args, Modulo);
    default:
      return MapFloatSlowly(args, float_math::Fmod);
  }
}

// Modulo 2^n.
template <typename T>
T Power(T base, T exponent) {
  if (exponent < 0) {
    if (base == 1) return 1;
    return base == -1 ? ((exponent & 1) != 0 ? T{-1} : T{1}) : T{0};
  }
  Unsigned<T> result = 1;
  Unsigned<T> square = static_cast<Unsigned<T>>(base);
  for (; exponent > 0; exponent >>= 1) {
    if ((exponent & 1) != 0) result *= square;
    square *= square;
  }
  return static_cast<T>(result);
}

// The division that overflows, of the least number by -1, wraps.
template <typename T>
T Quotient(T x, T y) {
  if (y == 0) return 0;
  return y == -1 ? static_cast<T>(Unsigned<T>{0} - static_cast<Unsigned<T>>(x))
                 : static_cast<T>(x / y);
}

// With the sign of x.
template <typename T>
T Remainder(T x, T y) {
  return y == 0 || y == -1 ? T{0} : static_cast<T>(x % y);
}

template <typename T>
void RunInteger(const BinaryArgs& args) {
  using U = Unsigned<T>;
  switch (args.function) {
    case BinaryFunction::kAdd:
      return MapSlowly<U, U>(args, [](U x, U y) { return x + y; });
    case BinaryFunction::kSub:
      return MapSlowly<U, U>(args, [](U x, U y) { return x - y; });
    case BinaryFunction::kMul:
      return MapSlowly<U, U>(args, [](U x, U y) { return x * y; });
    case BinaryFunction::kDiv:
      return MapSlowly<T, T>(args, Quotient<T>);
    case BinaryFunction::kMinimum:
      return MapSlowly<T, T>(args, [](T x, T y) { return x < y ? x : y; });
    case BinaryFunction::kMaximum:
      return MapSlowly<T, T>(args, [](T x, T y) { return x > y ? x : y; });
    case BinaryFunction::kPow:
      return MapSlowly<T, T>(args, Power<T>);
    case BinaryFunction::kMod:
      return MapSlowly<T, T>(args, [](T x, T y) {
        const T rest = Remainder(x, y);
        return rest != 0 && (rest < 0) != (y < 0) ? static_cast<T>(rest + y)
                                                  : rest;
      });
    case BinaryFunction::kFmod:
      return MapSlowly<T, T>(args, Remainder<T>);
    default:
      return MapSlowly<T, T>(args, [](T x, T y) {
        return x < 0 ? static_cast<T>(static_cast<U>(x) * static_cast<U>(y))
                     : x;
      });
  }
}

template <typename T>
void RunComparison(const BinaryArgs& args) {
  switch (args.function) {
    case BinaryFunction::kEqual:
      return MapSlowly<T, uint8_t>(args, [](T x, T y) { return x == y; });
    case BinaryFunction::kLess:
      return MapSlowly<T, uint8_t>(args, [](T x, T y) { return x < y; });
    case BinaryFunction::kLessOrEqual:
      return MapSlowly<T, uint8_t>(args, [](T x, T y) { return x <= y; });
    case BinaryFunction::kGreater:
      return MapSlowly<T, uint8_t>(args, [](T x, T y) { return x > y; });
    default:
      return MapSlowly<T, uint8_t>(args, [](T x, T y) { return x >= y; });
  }
}

void RunLogical(const BinaryArgs& args) {
  using Byte = uint8_t;
  if (args.function == BinaryFunction::kAnd) {
    MapSlowly<Byte, Byte>(args, [](Byte x, Byte y) { return x & y; });
  } else if (args.function == BinaryFunction::kOr) {
    MapSlowly<Byte, Byte>(args, [](Byte x, Byte y) { return x | y; });
  } else {
    MapSlowly<Byte, Byte>(args, [](Byte x, Byte y) { return x ^ y; });
  }
}

bool IsComparison(BinaryFunction function) {
  return function >= BinaryFunction::kEqual &&
         function <= BinaryFunction::kGreaterOrEqual;
}

}  // namespace

bool TakesType(BinaryFunction function, ElementType type) {
  if (function >= BinaryFunction::kAnd) return type == ElementType::kBool;
  if (type == ElementType::kBool) return function == BinaryFunction::kEqual;
  return type != ElementType::kUint8 || IsComparison(function);
}

ElementType ResultType(BinaryFunction function, ElementType type) {
  return function >= BinaryFunction::kEqual ? ElementType::kBool : type;
}

void Binary(const BinaryArgs& args) {
  if (args.function >= BinaryFunction::kAnd) return RunLogical(args);
  const bool compares = IsComparison(args.function);
  switch (args.type) {
    case ElementType::kFloat32:
      return compares ? RunComparison<float>(args) : RunFloat(args);
    case ElementType::kInt32:
      return compares ? RunComparison<int32_t>(args)
                      : RunInteger<int32_t>(args);
    case ElementType::kInt64:
      return compares ? RunComparison<int64_t>(args)
                      : RunInteger<int64_t>(args);
    default:
      return RunComparison<uint8_t>(args);
  }
}

}  // namespace octet
