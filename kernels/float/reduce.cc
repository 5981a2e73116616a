#include "kernels/float/reduce.h"

#include <cmath>
#include <limits>
#include <type_traits>

#include "kernels/float/math.h"

namespace octet {
namespace {

// Calls visit(values) at every position of the region.
template <typename T, typename Visit>
void ForEachPosition(const ReduceArgs& args, Visit visit) {
  const T* values = static_cast<const T*>(args.input);
  int64_t position[kMaxReduceRank] = {};
  int64_t at = 0;
  for (;;) {
    visit(values + at);
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
template <typename T, typename Sum, typename Function>
void Fold(const ReduceArgs& args, Sum first, Sum* sums, Function function) {
  for (size_t lane = 0; lane < args.lanes; ++lane) sums[lane] = first;
  ForEachPosition<T>(args, [&](const T* values) {
    for (size_t lane = 0; lane < args.lanes; ++lane) {
      sums[lane] = function(sums[lane], static_cast<Sum>(values[lane]));
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
      return Fold<float>(args, -kInfinity, sums, [](double s, double x) {
        return x > s || x != x ? x : s;
      });
    case ReduceFunction::kMinimum:
      return Fold<float>(args, kInfinity, sums, [](double s, double x) {
        return x < s || x != x ? x : s;
      });
    case ReduceFunction::kProd:
      return Fold<float>(args, 1.0, sums,
                         [](double s, double x) { return s * x; });
    case ReduceFunction::kL1:
      return Fold<float>(args, 0.0, sums, [](double s, double x) {
        return s + (x < 0.0 ? -x : x);
      });
    case ReduceFunction::kL2:
    case ReduceFunction::kSumSquare:
      return Fold<float>(args, 0.0, sums,
                         [](double s, double x) { return s + x * x; });
    default:
      return Fold<float>(args, 0.0, sums,
                         [](double s, double x) { return s + x; });
  }
}

// log of the sum of exp(x), from the largest value of each lane.
void FoldExponentials(const ReduceArgs& args, double* largest) {
  double sums[kReduceLanes] = {};
  for (size_t lane = 0; lane < args.lanes; ++lane) {
    // -inf alone: exp(-inf - 0) is 0, and its log -inf.
    if (largest[lane] == -float_math::kInfinity) largest[lane] = 0.0;
  }
  ForEachPosition<float>(args, [&](const float* values) {
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

template <typename T>
void FoldIntegers(const ReduceArgs& args, uint64_t* sums) {
  const auto less = [](uint64_t a, uint64_t b) {
    return static_cast<int64_t>(a) < static_cast<int64_t>(b);
  };
  switch (args.function) {
    case ReduceFunction::kMaximum:
      return Fold<T>(
          args, uint64_t{1} << 63, sums,
          [=](uint64_t s, uint64_t x) { return less(s, x) ? x : s; });
    case ReduceFunction::kMinimum:
      return Fold<T>(
          args, (uint64_t{1} << 63) - 1, sums,
          [=](uint64_t s, uint64_t x) { return less(x, s) ? x : s; });
    case ReduceFunction::kProd:
      return Fold<T>(args, uint64_t{1}, sums,
                     [](uint64_t s, uint64_t x) { return s * x; });
    case ReduceFunction::kL1:
      return Fold<T>(args, uint64_t{0}, sums, [=](uint64_t s, uint64_t x) {
        return less(x, 0) ? s - x : s + x;
      });
    case ReduceFunction::kSumSquare:
      return Fold<T>(args, uint64_t{0}, sums,
                     [](uint64_t s, uint64_t x) { return s + x * x; });
    default:
      return Fold<T>(args, uint64_t{0}, sums,
                     [](uint64_t s, uint64_t x) { return s + x; });
  }
}

template <typename T>
void ReduceIntegers(const ReduceArgs& args) {
  uint64_t sums[kReduceLanes];
  FoldIntegers<T>(args, sums);
  T* output = static_cast<T*>(args.output);
  int64_t count = 1;
  for (int axis = 0; axis < args.rank; ++axis) count *= args.sizes[axis];
  for (size_t lane = 0; lane < args.lanes; ++lane) {
    const int64_t sum = static_cast<int64_t>(sums[lane]);
    output[lane] = static_cast<T>(
        args.function == ReduceFunction::kMean ? sum / count : sum);
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
  if (args.type == ElementType::kInt32) return ReduceIntegers<int32_t>(args);
  ReduceIntegers<int64_t>(args);
}

}  // namespace octet
