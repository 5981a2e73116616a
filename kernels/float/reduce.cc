#include "kernels/float/reduce.h"

#include <cmath>
#include <cstdint>
#include <limits>

#include "kernels/float/math.h"

namespace octet {
namespace {

// Calls visit(at), an index into the input, at every position of the region.
template <typename Visit>
void ForEachPosition(const ReduceArgs& args, Visit visit) {
  int64_t position[kMaxReduceRank] = {};
  int64_t at = 0;
  for (;;) {
    visit(at);
    int axis = args.rank - 1;
    for (; axis >= 0; --axis) {
      at += args.strides[axis];
      if (++position[axis] < args.sizes[axis]) break;
      at -= args.strides[axis] * args.sizes[axis];
      position[axis] = 0;
    }
    if (axis < 0) return;
  }
}

// sums[lane] = function(sums[lane], value), at every position.
template <typename Function>
void Fold(const ReduceArgs& args, double first, double* sums,
          Function function) {
  for (size_t lane = 0; lane < args.lanes; ++lane) sums[lane] = first;
  ForEachPosition(args, [&](int64_t at) {
    const float* values = static_cast<const float*>(args.input) + at;
    for (size_t lane = 0; lane < args.lanes; ++lane) {
      sums[lane] = function(sums[lane], static_cast<double>(values[lane]));
    }
  });
}

double CountOf(const ReduceArgs& args) {
  double count = 1.0;
  for (int axis = 0; axis < args.rank; ++axis) {
    count *= static_cast<double>(args.sizes[axis]);
  }
  return count;
}

void FoldFloats(const ReduceArgs& args, double* sums) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  switch (args.function) {
    case ReduceFunction::kMaximum:
    case ReduceFunction::kLogSumExp:
      return Fold(args, -kInfinity, sums,
                  [](double s, double x) { return x > s || x != x ? x : s; });
    case ReduceFunction::kMinimum:
      return Fold(args, kInfinity, sums,
                  [](double s, double x) { return x < s || x != x ? x : s; });
    case ReduceFunction::kProd:
      return Fold(args, 1.0, sums, [](double s, double x) { return s * x; });
    case ReduceFunction::kL1:
      return Fold(args, 0.0, sums,
                  [](double s, double x) { return s + (x < 0.0 ? -x : x); });
    case ReduceFunction::kL2:
    case ReduceFunction::kSumSquare:
      return Fold(args, 0.0, sums,
                  [](double s, double x) { return s + x * x; });
    default:
      return Fold(args, 0.0, sums, [](double s, double x) { return s + x; });
  }
}

// log of the sum of exp(x), from the largest value of each lane.
void FoldExponentials(const ReduceArgs& args, double* largest) {
  double sums[kReduceLanes] = {};
  for (size_t lane = 0; lane < args.lanes; ++lane) {
    // -inf alone: exp(-inf - 0) is 0, and its log -inf.
    if (largest[lane] == -float_math::kInfinity) largest[lane] = 0.0;
  }
  ForEachPosition(args, [&](int64_t at) {
    const float* values = static_cast<const float*>(args.input) + at;
    for (size_t lane = 0; lane < args.lanes; ++lane) {
      sums[lane] += values[lane] == largest[lane]
                        ? 1.0  // infinities too
                        : float_math::Exp(values[lane] - largest[lane]);
    }
  });
  for (size_t lane = 0; lane < args.lanes; ++lane) {
    largest[lane] += float_math::Log(sums[lane]);
  }
}

void ReduceFloats(const ReduceArgs& args) {
  double sums[kReduceLanes];
  FoldFloats(args, sums);
  if (args.function == ReduceFunction::kLogSumExp) {
    FoldExponentials(args, sums);
  }
  float* output = static_cast<float*>(args.output);
  const double count = CountOf(args);
  for (size_t lane = 0; lane < args.lanes; ++lane) {
    double result = sums[lane];
    if (args.function == ReduceFunction::kMean) result /= count;
    if (args.function == ReduceFunction::kL2) result = std::sqrt(result);
    if (args.function == ReduceFunction::kLogSum) {
      result = float_math::Log(result);
    }
    output[lane] = static_cast<float>(result);
  }
}

// What an integer starts from, and becomes with one more value; modulo 2^64.
int64_t First(ReduceFunction function) {
  switch (function) {
    case ReduceFunction::kMaximum:
      return INT64_MIN;
    case ReduceFunction::kMinimum:
      return INT64_MAX;
    case ReduceFunction::kProd:
      return 1;
    default:
      return 0;
  }
}

int64_t Combine(ReduceFunction function, int64_t sum, int64_t value) {
  const uint64_t s = static_cast<uint64_t>(sum);
  const uint64_t x = static_cast<uint64_t>(value);
  switch (function) {
    case ReduceFunction::kMaximum:
      return sum < value ? value : sum;
    case ReduceFunction::kMinimum:
      return value < sum ? value : sum;
    case ReduceFunction::kProd:
      return static_cast<int64_t>(s * x);
    case ReduceFunction::kL1:
      return static_cast<int64_t>(value < 0 ? s - x : s + x);
    case ReduceFunction::kSumSquare:
      return static_cast<int64_t>(s + x * x);
    default:
      return static_cast<int64_t>(s + x);
  }
}

// INT32 and INT64, in 64 bits. Integers are few, shapes and indices: small code
// is worth more than a fast loop for each function and type.
void ReduceIntegers(const ReduceArgs& args) {
  const bool is_wide = args.type == ElementType::kInt64;
  const int64_t* wide = static_cast<const int64_t*>(args.input);
  const int32_t* narrow = static_cast<const int32_t*>(args.input);
  int64_t count = 1;
  for (int axis = 0; axis < args.rank; ++axis) count *= args.sizes[axis];
  for (size_t lane = 0; lane < args.lanes; ++lane) {
    int64_t sum = First(args.function);
    ForEachPosition(args, [&](int64_t at) {
      at += static_cast<int64_t>(lane);
      sum = Combine(args.function, sum, is_wide ? wide[at] : narrow[at]);
    });
    if (args.function == ReduceFunction::kMean) sum /= count;
    if (is_wide) {
      static_cast<int64_t*>(args.output)[lane] = sum;
    } else {
      static_cast<int32_t*>(args.output)[lane] = static_cast<int32_t>(sum);
    }
  }
}

}  // namespace

bool TakesType(ReduceFunction function, ElementType type) {
  if (type == ElementType::kFloat32) return true;
  const bool is_real = function == ReduceFunction::kL2 ||
                       function == ReduceFunction::kLogSum ||
                       function == ReduceFunction::kLogSumExp;
  return !is_real &&
         (type == ElementType::kInt32 || type == ElementType::kInt64);
}

void Reduce(const ReduceArgs& args) {
  if (args.type == ElementType::kFloat32) return ReduceFloats(args);
  ReduceIntegers(args);
}

}  // namespace octet
