#include "converter/ir/constant_evaluation.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>

#include "converter/ir/element_positions.h"
#include "converter/ir/evaluate_along_axis.h"
#include "converter/ir/evaluate_function.h"
#include "converter/ir/permutation.h"

namespace octet::converter {
namespace {

using Floats = std::vector<float>;
using Integers = std::vector<int64_t>;
using Evaluated = std::optional<ConstantData>;

void ApplyClamp(const FloatClamp& clamp, Floats& data) {
  if (clamp.is_none()) return;
  for (float& x : data) x = std::min(std::max(x, clamp.min), clamp.max);
}

// Element `i` of a constant of any type.
double NumberAt(const Value& value, size_t i) {
  return value.is_float() ? double{(*value.data)[i]}
                          : static_cast<double>((*value.integers)[i]);
}

ConstantData Take(const Value& value, const Positions& positions,
                  float fill = 0.0f) {
  ConstantData taken{value.type, {}, {}};
  if (value.is_float()) {
    taken.floats = TakeElements(*value.data, positions, fill);
  } else {
    taken.integers =
        TakeElements(*value.integers, positions, static_cast<int64_t>(fill));
  }
  return taken;
}

// Toward zero, clamped to the type's range; NaN becomes 0.
int64_t CastToInteger(float x, DataType to) {
  if (to == DataType::BOOL) return x != 0;
  if (std::isnan(x)) return 0;
  double low = -0x1p63, high = 0x1p63;
  if (to == DataType::INT32) low = -0x1p31, high = 0x1p31 - 1;
  if (to == DataType::UINT8) low = 0, high = 255;
  const double clamped = std::clamp(std::trunc(double{x}), low, high);
  // 2^63 itself does not fit.
  if (clamped >= 0x1p63) return std::numeric_limits<int64_t>::max();
  return static_cast<int64_t>(clamped);
}

// Modulo 2^n.
int64_t NarrowInteger(int64_t x, DataType to) {
  switch (to) {
    case DataType::BOOL:
      return x != 0;
    case DataType::UINT8:
      return static_cast<uint8_t>(x);
    case DataType::INT32:
      return static_cast<int32_t>(x);
    default:
      return x;
  }
}

// A reduction of floats: its start, one more value, and the end of it.
double InitialSum(schema::ReduceFunction function) {
  switch (function) {
    case schema::ReduceFunction::MAXIMUM:
      return -std::numeric_limits<double>::infinity();
    case schema::ReduceFunction::MINIMUM:
      return std::numeric_limits<double>::infinity();
    case schema::ReduceFunction::PROD:
      return 1.0;
    default:
      return 0.0;
  }
}

double AddTerm(schema::ReduceFunction function, double sum, double x) {
  switch (function) {
    case schema::ReduceFunction::MAXIMUM:
      return EvaluateBinary(schema::BinaryFunction::MAXIMUM, sum, x);
    case schema::ReduceFunction::MINIMUM:
      return EvaluateBinary(schema::BinaryFunction::MINIMUM, sum, x);
    case schema::ReduceFunction::PROD:
      return sum * x;
    case schema::ReduceFunction::L1:
      return sum + std::abs(x);
    case schema::ReduceFunction::L2:
    case schema::ReduceFunction::SUM_SQUARE:
      return sum + x * x;
    case schema::ReduceFunction::LOG_SUM_EXP:
      return sum + std::exp(x);
    default:
      return sum + x;
  }
}

double FinishSum(schema::ReduceFunction function, double sum, double count) {
  switch (function) {
    case schema::ReduceFunction::MEAN:
      return sum / count;
    case schema::ReduceFunction::L2:
      return std::sqrt(sum);
    case schema::ReduceFunction::LOG_SUM:
    case schema::ReduceFunction::LOG_SUM_EXP:
      return std::log(sum);
    default:
      return sum;
  }
}

// One overload an operator; `in` are the constants.
struct Evaluation {
  const std::vector<const Value*>& in;
  const Shape& output;

  Evaluated operator()(const Add& op) const {
    return EvaluateFloats(schema::BinaryFunction::ADD, op.clamp);
  }
  Evaluated operator()(const Mul& op) const {
    return EvaluateFloats(schema::BinaryFunction::MUL, op.clamp);
  }
  Evaluated operator()(const Binary& op) const {
    if (op.function >= schema::BinaryFunction::EQUAL) {
      return EvaluateTruth(op.function);
    }
    return in[0]->is_float() ? EvaluateFloats(op.function, op.clamp)
                             : EvaluateIntegers(op.function);
  }
  Evaluated operator()(const Unary& op) const {
    const Value& x = *in[0];
    const bool to_bool = op.function == schema::UnaryFunction::IS_NAN ||
                         op.function == schema::UnaryFunction::IS_INF;
    ConstantData result{to_bool ? DataType::BOOL : x.type, {}, {}};
    for (size_t i = 0; i < size_t(output.NumElements()); ++i) {
      if (to_bool) {
        result.integers.push_back(EvaluateUnary(op, (*x.data)[i]) != 0);
      } else if (x.is_float()) {
        result.floats.push_back(
            static_cast<float>(EvaluateUnary(op, (*x.data)[i])));
      } else {
        const auto value = EvaluateIntegerUnary(op.function, (*x.integers)[i]);
        if (!value.has_value()) return std::nullopt;
        result.integers.push_back(*value);
      }
    }
    return result;
  }
  Evaluated operator()(const FakeQuantize& op) const {
    ConstantData result;
    for (const float x : *in[0]->data) {
      result.floats.push_back(EvaluateFakeQuantize(op.grid, x));
    }
    return result;
  }
  Evaluated operator()(const Clamp& op) const {
    ConstantData clamped = DataOf(*in[0]);
    ApplyClamp(op.clamp, clamped.floats);
    return clamped;
  }
  Evaluated operator()(const Cast& op) const {
    const Value& x = *in[0];
    ConstantData result{op.to, {}, {}};
    for (size_t i = 0; i < size_t(output.NumElements()); ++i) {
      if (op.to == DataType::FLOAT32) {
        result.floats.push_back(
            x.is_float() ? (*x.data)[i] : static_cast<float>((*x.integers)[i]));
      } else {
        result.integers.push_back(x.is_float()
                                      ? CastToInteger((*x.data)[i], op.to)
                                      : NarrowInteger((*x.integers)[i], op.to));
      }
    }
    return result;
  }
  Evaluated operator()(const BatchNormalization& op) const {
    ConstantData result = DataOf(*in[0]);
    int64_t stride = 1;
    for (int i = op.axis + 1; i < output.rank; ++i) stride *= output[i];
    for (size_t i = 0; i < result.floats.size(); ++i) {
      const size_t c = size_t(int64_t(i) / stride % output[op.axis]);
      const double variance = double{(*in[4]->data)[c]} + op.epsilon;
      const double scale = (*in[1]->data)[c] / std::sqrt(variance);
      result.floats[i] = static_cast<float>(
          (result.floats[i] - (*in[3]->data)[c]) * scale + (*in[2]->data)[c]);
    }
    return result;
  }
  Evaluated operator()(const Concat& op) const {
    ConstantData joined{in[0]->type, {}, {}};
    int64_t outer = 1;
    for (int i = 0; i < op.params.axis; ++i) outer *= output[i];
    for (int64_t i = 0; i < outer; ++i) {
      for (const Value* part : in) {
        const int64_t block = part->shape.NumElements() / outer;
        if (part->is_float()) {
          const auto begin = part->data->begin() + block * i;
          joined.floats.insert(joined.floats.end(), begin, begin + block);
        } else {
          const auto begin = part->integers->begin() + block * i;
          joined.integers.insert(joined.integers.end(), begin, begin + block);
        }
      }
    }
    return joined;
  }
  Evaluated operator()(const Reshape&) const { return DataOf(*in[0]); }
  Evaluated operator()(const Identity&) const { return DataOf(*in[0]); }
  Evaluated operator()(const Transpose& op) const {
    return Take(*in[0], TransposePositions(in[0]->shape, op.params));
  }
  Evaluated operator()(const Pad& op) const {
    return Take(*in[0], PadPositions(in[0]->shape, op.params, output),
                op.value);
  }
  Evaluated operator()(const Slice& op) const {
    return Take(*in[0], SlicePositions(in[0]->shape, op.params, output));
  }
  Evaluated operator()(const Expand&) const {
    return Take(*in[0], BroadcastPositions(in[0]->shape, output));
  }
  Evaluated operator()(const Gather& op) const {
    const Positions positions =
        GatherPositions(in[0]->shape, op.axis, *in[1]->integers);
    if (positions.empty()) return std::nullopt;
    return Take(*in[0], positions);
  }
  Evaluated operator()(const Where&) const {
    const Positions condition = BroadcastPositions(in[0]->shape, output);
    const Positions a = BroadcastPositions(in[1]->shape, output);
    const Positions b = BroadcastPositions(in[2]->shape, output);
    ConstantData chosen{in[1]->type, {}, {}};
    for (size_t i = 0; i < condition.size(); ++i) {
      const bool first = (*in[0]->integers)[size_t(condition[i])] != 0;
      const Value& from = first ? *in[1] : *in[2];
      const size_t position = size_t(first ? a[i] : b[i]);
      if (from.is_float()) {
        chosen.floats.push_back((*from.data)[position]);
      } else {
        chosen.integers.push_back((*from.integers)[position]);
      }
    }
    return chosen;
  }
  Evaluated operator()(const Reduce& op) const {
    const Positions positions = ReductionPositions(in[0]->shape, op.axes);
    if (in[0]->is_float()) return ReduceFloats(op.function, positions);
    return ReduceIntegers(op.function, positions);
  }
  Evaluated operator()(const ArgExtremum& op) const {
    return EvaluateArgExtremum(op, *in[0]);
  }
  Evaluated operator()(const TopK& op) const {
    return EvaluateTopK(op, *in[0]);
  }
  Evaluated operator()(const CumSum& op) const {
    return EvaluateCumSum(op, *in[0]);
  }
  template <typename Layer>
  Evaluated operator()(const Layer&) const {
    return std::nullopt;
  }

 private:
  // Calls visit(i, j) with the positions of the operands of each element.
  template <typename Visit>
  void ForEachPair(Visit visit) const {
    const Positions a = BroadcastPositions(in[0]->shape, output);
    const Positions b = BroadcastPositions(in[1]->shape, output);
    for (size_t i = 0; i < a.size(); ++i) visit(size_t(a[i]), size_t(b[i]));
  }

  Evaluated EvaluateFloats(schema::BinaryFunction function,
                           const FloatClamp& clamp) const {
    ConstantData result;
    ForEachPair([&](size_t i, size_t j) {
      result.floats.push_back(static_cast<float>(
          EvaluateBinary(function, (*in[0]->data)[i], (*in[1]->data)[j])));
    });
    ApplyClamp(clamp, result.floats);
    return result;
  }

  Evaluated EvaluateIntegers(schema::BinaryFunction function) const {
    ConstantData result{in[0]->type, {}, {}};
    bool defined = true;
    ForEachPair([&](size_t i, size_t j) {
      const auto value = EvaluateIntegerBinary(function, (*in[0]->integers)[i],
                                               (*in[1]->integers)[j]);
      defined = defined && value.has_value();
      result.integers.push_back(NarrowInteger(value.value_or(0), result.type));
    });
    if (!defined) return std::nullopt;
    return result;
  }

  Evaluated ReduceFloats(schema::ReduceFunction function,
                         const Positions& positions) const {
    std::vector<double> sums(size_t(output.NumElements()),
                             InitialSum(function));
    for (size_t i = 0; i < positions.size(); ++i) {
      double& sum = sums[size_t(positions[i])];
      sum = AddTerm(function, sum, (*in[0]->data)[i]);
    }
    const double count = static_cast<double>(positions.size()) /
                         static_cast<double>(sums.size());
    ConstantData result;
    for (double sum : sums) {
      result.floats.push_back(
          static_cast<float>(FinishSum(function, sum, count)));
    }
    return result;
  }

  // Those that exporters apply to shapes.
  Evaluated ReduceIntegers(schema::ReduceFunction function,
                           const Positions& positions) const {
    schema::BinaryFunction step = schema::BinaryFunction::ADD;
    switch (function) {
      case schema::ReduceFunction::SUM:
        break;
      case schema::ReduceFunction::PROD:
        step = schema::BinaryFunction::MUL;
        break;
      case schema::ReduceFunction::MAXIMUM:
        step = schema::BinaryFunction::MAXIMUM;
        break;
      case schema::ReduceFunction::MINIMUM:
        step = schema::BinaryFunction::MINIMUM;
        break;
      default:
        return std::nullopt;
    }
    Integers sums(size_t(output.NumElements()));
    std::vector<bool> begun(sums.size(), false);
    for (size_t i = 0; i < positions.size(); ++i) {
      const size_t to = size_t(positions[i]);
      const int64_t x = (*in[0]->integers)[i];
      sums[to] = begun[to] ? *EvaluateIntegerBinary(step, sums[to], x) : x;
      begun[to] = true;
    }
    return ConstantData{in[0]->type, {}, std::move(sums)};
  }

  Evaluated EvaluateTruth(schema::BinaryFunction function) const {
    ConstantData result{DataType::BOOL, {}, {}};
    ForEachPair([&](size_t i, size_t j) {
      result.integers.push_back(
          in[0]->is_float()
              ? int64_t(EvaluateBinary(function, NumberAt(*in[0], i),
                                       NumberAt(*in[1], j)))
              : *EvaluateIntegerBinary(function, (*in[0]->integers)[i],
                                       (*in[1]->integers)[j]));
    });
    return result;
  }
};

}  // namespace

Evaluated EvaluateConstantNode(const Graph& graph, const Operator& op,
                               const std::vector<ValueId>& inputs,
                               const Shape& output_shape) {
  constexpr int64_t kGrowth = 16;
  constexpr int64_t kAlwaysAllowed = 65536;
  std::vector<const Value*> constants;
  int64_t elements = 0;
  for (ValueId id : inputs) {
    if (!graph.value(id).is_constant()) return std::nullopt;
    constants.push_back(&graph.value(id));
    elements += graph.value(id).shape.NumElements();
  }
  if (output_shape.NumElements() > kGrowth * elements + kAlwaysAllowed) {
    return std::nullopt;
  }
  return EvaluateOperator(op, constants, output_shape);
}

Evaluated EvaluateOperator(const Operator& op,
                           const std::vector<const Value*>& constants,
                           const Shape& output_shape) {
  return std::visit(Evaluation{constants, output_shape}, op);
}

ConstantData DataOf(const Value& constant) {
  if (constant.is_float()) return {constant.type, *constant.data, {}};
  return {constant.type, {}, *constant.integers};
}

Floats TransposeData(const Floats& data, const Shape& shape,
                     const TransposeParams& permutation) {
  return TakeElements(data, TransposePositions(shape, permutation), 0.0f);
}

ConstantData TransposeData(const ConstantData& data, const Shape& shape,
                           const TransposeParams& permutation) {
  const Positions positions = TransposePositions(shape, permutation);
  if (data.type == DataType::FLOAT32) {
    return {data.type, TakeElements(data.floats, positions, 0.0f), {}};
  }
  return {data.type, {}, TakeElements(data.integers, positions, int64_t{0})};
}

Floats BroadcastData(const Floats& data, const Shape& shape,
                     const Shape& target) {
  return TakeElements(data, BroadcastPositions(shape, target), 0.0f);
}

}  // namespace octet::converter
