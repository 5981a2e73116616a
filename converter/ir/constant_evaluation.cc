#include "converter/ir/constant_evaluation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <utility>

#include "converter/ir/permutation.h"

namespace octet::converter {
namespace {

using Floats = std::vector<float>;
using Strides = std::array<int64_t, kMaxRank>;

Strides RowMajorStrides(const Shape& shape) {
  Strides strides{};
  int64_t stride = 1;
  for (int axis = shape.rank - 1; axis >= 0; --axis) {
    strides[size_t(axis)] = stride;
    stride *= shape[axis];
  }
  return strides;
}

// Calls visit(position) for every index of `shape` in row-major order, where
// position = base + sum(index[i] * strides[i]).
template <typename Visit>
void ForEachPosition(const Shape& shape, int64_t base, const Strides& strides,
                     Visit visit) {
  std::array<int32_t, kMaxRank> index{};
  int64_t position = base;
  for (int64_t left = shape.NumElements(); left > 0; --left) {
    visit(position);
    for (int axis = shape.rank - 1; axis >= 0; --axis) {
      const size_t a = size_t(axis);
      position += strides[a];
      if (++index[a] < shape[axis]) break;
      position -= strides[a] * shape[axis];
      index[a] = 0;
    }
  }
}

Floats Gather(const Floats& data, const Shape& output, int64_t base,
              const Strides& strides) {
  Floats result;
  result.reserve(size_t(output.NumElements()));
  ForEachPosition(output, base, strides, [&](int64_t position) {
    result.push_back(data[size_t(position)]);
  });
  return result;
}

void ApplyClamp(const FloatClamp& clamp, Floats& data) {
  if (clamp.is_none()) return;
  for (float& x : data) x = std::min(std::max(x, clamp.min), clamp.max);
}

// One overload an operator; `in` are the constants.
struct Evaluation {
  const std::vector<const Value*>& in;
  const Shape& output;

  using Evaluated = std::optional<Floats>;

  Evaluated operator()(const Add& op) const {
    Floats sum = BroadcastData(*in[0]->data, in[0]->shape, output);
    const Floats b = BroadcastData(*in[1]->data, in[1]->shape, output);
    for (size_t i = 0; i < sum.size(); ++i) sum[i] += b[i];
    ApplyClamp(op.clamp, sum);
    return sum;
  }
  Evaluated operator()(const Mul& op) const {
    Floats product = BroadcastData(*in[0]->data, in[0]->shape, output);
    const Floats b = BroadcastData(*in[1]->data, in[1]->shape, output);
    for (size_t i = 0; i < product.size(); ++i) product[i] *= b[i];
    ApplyClamp(op.clamp, product);
    return product;
  }
  Evaluated operator()(const Clamp& op) const {
    Floats clamped = *in[0]->data;
    ApplyClamp(op.clamp, clamped);
    return clamped;
  }
  Evaluated operator()(const BatchNormalization& op) const {
    Floats result = *in[0]->data;
    const int64_t stride = RowMajorStrides(output)[size_t(op.axis)];
    for (size_t i = 0; i < result.size(); ++i) {
      const size_t c = size_t(int64_t(i) / stride % output[op.axis]);
      const double variance = double{(*in[4]->data)[c]} + op.epsilon;
      const double scale = (*in[1]->data)[c] / std::sqrt(variance);
      result[i] = static_cast<float>((result[i] - (*in[3]->data)[c]) * scale +
                                     (*in[2]->data)[c]);
    }
    return result;
  }
  Evaluated operator()(const Concat& op) const {
    const int axis = op.params.axis;
    Floats joined;
    joined.reserve(size_t(output.NumElements()));
    int64_t outer = 1;
    for (int i = 0; i < axis; ++i) outer *= output[i];
    for (int64_t i = 0; i < outer; ++i) {
      for (const Value* part : in) {
        const auto block = static_cast<std::ptrdiff_t>(part->data->size()) /
                           static_cast<std::ptrdiff_t>(outer);
        const auto begin = part->data->begin() + block * i;
        joined.insert(joined.end(), begin, begin + block);
      }
    }
    return joined;
  }
  Evaluated operator()(const Reshape&) const { return *in[0]->data; }
  Evaluated operator()(const Identity&) const { return *in[0]->data; }
  Evaluated operator()(const Transpose& op) const {
    return TransposeData(*in[0]->data, in[0]->shape, op.params);
  }
  Evaluated operator()(const Pad& op) const {
    Floats padded(size_t(output.NumElements()), op.value);
    const Strides strides = RowMajorStrides(output);
    int64_t base = 0;
    for (int i = 0; i < output.rank; ++i) {
      base += op.params.begin[i] * strides[size_t(i)];
    }
    auto source = in[0]->data->begin();
    ForEachPosition(in[0]->shape, base, strides, [&](int64_t position) {
      padded[size_t(position)] = *source++;
    });
    return padded;
  }
  Evaluated operator()(const Slice& op) const {
    Strides strides = RowMajorStrides(in[0]->shape);
    int64_t base = 0;
    for (int i = 0; i < output.rank; ++i) {
      base += op.params.begin[i] * strides[size_t(i)];
      strides[size_t(i)] *= op.params.step[i];
    }
    return Gather(*in[0]->data, output, base, strides);
  }
  template <typename Layer>
  Evaluated operator()(const Layer&) const {
    return std::nullopt;
  }
};

}  // namespace

std::optional<Floats> EvaluateConstantNode(const Graph& graph,
                                           const Operator& op,
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
  return std::visit(Evaluation{constants, output_shape}, op);
}

Floats TransposeData(const Floats& data, const Shape& shape,
                     const TransposeParams& permutation) {
  const Strides strides = RowMajorStrides(shape);
  Strides permuted{};
  for (int i = 0; i < shape.rank; ++i) {
    permuted[size_t(i)] = strides[size_t(permutation.permutation[i])];
  }
  return Gather(data, PermuteShape(shape, permutation), 0, permuted);
}

Floats BroadcastData(const Floats& data, const Shape& shape,
                     const Shape& target) {
  const Strides strides = RowMajorStrides(shape);
  Strides repeated{};
  for (int i = 1; i <= shape.rank; ++i) {
    if (shape[shape.rank - i] != 1) {
      repeated[size_t(target.rank - i)] = strides[size_t(shape.rank - i)];
    }
  }
  return Gather(data, target, 0, repeated);
}

}  // namespace octet::converter
