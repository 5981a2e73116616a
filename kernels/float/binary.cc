#include "kernels/float/binary.h"

#include "kernels/float/math.h"

namespace octet {
namespace {

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

// Modulo 2^64.
int64_t Product(int64_t x, int64_t y) {
  return static_cast<int64_t>(static_cast<uint64_t>(x) *
                              static_cast<uint64_t>(y));
}

int64_t Power(int64_t base, int64_t exponent) {
  if (exponent < 0) {
    if (base == 1) return 1;
    return base == -1 ? ((exponent & 1) != 0 ? -1 : 1) : 0;
  }
  int64_t result = 1;
  for (; exponent > 0; exponent >>= 1) {
    if ((exponent & 1) != 0) result = Product(result, base);
    base = Product(base, base);
  }
  return result;
}

// The division that overflows, of the least number by -1, wraps.
int64_t Quotient(int64_t x, int64_t y) {
  if (y == 0) return 0;
  return y == -1 ? Product(x, -1) : x / y;
}

// With the sign of x.
int64_t Remainder(int64_t x, int64_t y) {
  return y == 0 || y == -1 ? 0 : x % y;
}

int64_t Compute(BinaryFunction function, int64_t x, int64_t y) {
  switch (function) {
    case BinaryFunction::kAdd:
      return static_cast<int64_t>(static_cast<uint64_t>(x) +
                                  static_cast<uint64_t>(y));
    case BinaryFunction::kSub:
      return static_cast<int64_t>(static_cast<uint64_t>(x) -
                                  static_cast<uint64_t>(y));
    case BinaryFunction::kMul:
      return Product(x, y);
    case BinaryFunction::kDiv:
      return Quotient(x, y);
    case BinaryFunction::kMinimum:
      return x < y ? x : y;
    case BinaryFunction::kMaximum:
      return x > y ? x : y;
    case BinaryFunction::kPow:
      return Power(x, y);
    case BinaryFunction::kMod: {
      const int64_t rest = Remainder(x, y);
      return rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest;
    }
    case BinaryFunction::kFmod:
      return Remainder(x, y);
    case BinaryFunction::kPrelu:
      return x < 0 ? Product(x, y) : x;
    case BinaryFunction::kEqual:
      return x == y;
    case BinaryFunction::kLess:
      return x < y;
    case BinaryFunction::kLessOrEqual:
      return x <= y;
    case BinaryFunction::kGreater:
      return x > y;
    case BinaryFunction::kGreaterOrEqual:
      return x >= y;
    case BinaryFunction::kAnd:
      return x & y;
    case BinaryFunction::kOr:
      return x | y;
    default:
      return x ^ y;
  }
}

int64_t Load(const void* values, size_t i, ElementType type) {
  switch (type) {
    case ElementType::kInt32:
      return static_cast<const int32_t*>(values)[i];
    case ElementType::kInt64:
      return static_cast<const int64_t*>(values)[i];
    default:
      return static_cast<const uint8_t*>(values)[i];
  }
}

void Store(int64_t value, void* values, size_t i, ElementType type) {
  switch (type) {
    case ElementType::kInt32:
      static_cast<int32_t*>(values)[i] = static_cast<int32_t>(value);
      return;
    case ElementType::kInt64:
      static_cast<int64_t*>(values)[i] = value;
      return;
    default:
      static_cast<uint8_t*>(values)[i] = static_cast<uint8_t>(value);
  }
}

// Of integers and BOOL: in 64 bits, whose lower ones are those of the type's
// own arithmetic. Integers are few, shapes and indices: small code is worth
// more than a fast loop for each function and type.
void RunInteger(const BinaryArgs& args) {
  const ElementType to = ResultType(args.function, args.type);
  for (size_t i = 0; i < args.n; ++i) {
    const int64_t x = Load(args.a, i * args.step_a, args.type);
    const int64_t y = Load(args.b, i * args.step_b, args.type);
    Store(Compute(args.function, x, y), args.output, i, to);
  }
}

void RunComparison(const BinaryArgs& args) {
  switch (args.function) {
    case BinaryFunction::kEqual:
      return MapSlowly<float, uint8_t>(args,
                                       [](float x, float y) { return x == y; });
    case BinaryFunction::kLess:
      return MapSlowly<float, uint8_t>(args,
                                       [](float x, float y) { return x < y; });
    case BinaryFunction::kLessOrEqual:
      return MapSlowly<float, uint8_t>(args,
                                       [](float x, float y) { return x <= y; });
    case BinaryFunction::kGreater:
      return MapSlowly<float, uint8_t>(args,
                                       [](float x, float y) { return x > y; });
    default:
      return MapSlowly<float, uint8_t>(args,
                                       [](float x, float y) { return x >= y; });
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
  if (args.type != ElementType::kFloat32) return RunInteger(args);
  if (IsComparison(args.function)) return RunComparison(args);
  RunFloat(args);
}

}  // namespace octet
