#include "tests/reference/float_graph.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <utility>

#include "schema/shape_inference.h"
#include "tests/reference/float_operators.h"

namespace octet::reference {
namespace {

using namespace octet::converter;  // NOLINT: the operators' names

using Index = std::array<int32_t, kMaxRank>;
using Inputs = std::vector<const FloatTensor*>;

// Element `index` of a tensor; dimensions are aligned at the right, those of
// size 1 are repeated.
float At(const FloatTensor& tensor, const Index& index, int rank) {
  int64_t position = 0;
  for (int i = 0; i < tensor.shape.rank; ++i) {
    const int32_t size = tensor.shape[i];
    const int32_t at = index[size_t(rank - tensor.shape.rank + i)];
    position = position * size + (size == 1 ? 0 : at);
  }
  return tensor.data[size_t(position)];
}

// The tensor of shape `shape` whose elements are value(index).
template <typename Function>
FloatTensor Fill(const Shape& shape, Function value) {
  FloatTensor result{shape, {}};
  Index index{};
  for (int64_t left = shape.NumElements(); left > 0; --left) {
    result.data.push_back(static_cast<float>(value(index)));
    for (int axis = shape.rank - 1; axis >= 0; --axis) {
      if (++index[size_t(axis)] < shape[axis]) break;
      index[size_t(axis)] = 0;
    }
  }
  return result;
}

double Clamped(double x, const FloatClamp& clamp) {
  return std::min<double>(std::max<double>(x, clamp.min), clamp.max);
}

// Calls visit(ky, kx, y, x) for every tap of the window at output pixel
// (out_y, out_x) that lies in the picture.
template <typename Visit>
void ForEachTap(const Window2dParams& window, const Shape& picture,
                int32_t out_y, int32_t out_x, Visit visit) {
  for (int32_t ky = 0; ky < window.kernel_h; ++ky) {
    for (int32_t kx = 0; kx < window.kernel_w; ++kx) {
      const int32_t y =
          out_y * window.stride_h - window.pad_top + ky * window.dilation_h;
      const int32_t x =
          out_x * window.stride_w - window.pad_left + kx * window.dilation_w;
      if (y >= 0 && y < picture[1] && x >= 0 && x < picture[2]) {
        visit(ky, kx, y, x);
      }
    }
  }
}

Shape WindowOutput(const Window2dParams& w, const Shape& in, int32_t channels) {
  const auto size = [](int32_t cells, int32_t kernel, int32_t stride,
                       int32_t dilation) {
    return (cells - dilation * (kernel - 1) - 1) / stride + 1;
  };
  return Shape{in[0],
               size(in[1] + w.pad_top + w.pad_bottom, w.kernel_h, w.stride_h,
                    w.dilation_h),
               size(in[2] + w.pad_left + w.pad_right, w.kernel_w, w.stride_w,
                    w.dilation_w),
               channels};
}

struct Run {
  const Inputs& in;

  FloatTensor operator()(const converter::Conv2d& op) const {
    const Shape& weights = in[1]->shape;
    const int32_t group_outputs = weights[0] / op.groups;
    const Shape& picture = in[0]->shape;
    return Fill(WindowOutput(op.window, picture, weights[0]), [&](Index at) {
      const int32_t o = at[3];
      const int32_t first = o / group_outputs * weights[3];
      double sum = in[2]->data[size_t(o)];
      ForEachTap(op.window, picture, at[1], at[2],
                 [&](int32_t ky, int32_t kx, int32_t y, int32_t x) {
                   const int64_t pixel =
                       (int64_t{at[0]} * picture[1] + y) * picture[2] + x;
                   const int64_t tap =
                       (int64_t{o} * weights[1] + ky) * weights[2] + kx;
                   const float* a =
                       &in[0]->data[size_t(pixel * picture[3] + first)];
                   const float* w = &in[1]->data[size_t(tap * weights[3])];
                   for (int32_t c = 0; c < weights[3]; ++c) {
                     sum += double{a[c]} * w[c];
                   }
                 });
      return Clamped(sum, op.clamp);
    });
  }

  FloatTensor operator()(const FakeQuantize& op) const {
    FloatTensor result = *in[0];
    for (float& x : result.data) {
      const float zero_point = static_cast<float>(op.grid.zero_point);
      float q = std::nearbyint(x / op.grid.scale) + zero_point;
      q = std::min(std::max(q, -128.0f), 127.0f);
      x = (q - zero_point) * op.grid.scale;
    }
    return result;
  }

  FloatTensor operator()(const FullyConnected& op) const {
    Shape shape = in[0]->shape;
    const int64_t k = shape[shape.rank - 1];
    const int64_t n = in[1]->shape[0];
    shape[shape.rank - 1] = in[1]->shape[0];
    FloatTensor result{shape, {}};
    for (int64_t i = 0; i < shape.NumElements(); ++i) {
      double sum = in[2]->data[size_t(i % n)];
      for (int64_t j = 0; j < k; ++j) {
        sum += double{in[0]->data[size_t(i / n * k + j)]} *
               in[1]->data[size_t(i % n * k + j)];
      }
      result.data.push_back(static_cast<float>(Clamped(sum, op.clamp)));
    }
    return result;
  }

  FloatTensor operator()(const converter::MatMul& op) const {
    const auto real = [](const FloatTensor& tensor) {
      RealTensor result(tensor.shape);
      result.data.assign(tensor.data.begin(), tensor.data.end());
      return result;
    };
    const Shape shape = *InferMatMulShape(in[0]->shape, in[1]->shape);
    FloatTensor result{shape, {}};
    for (double sum :
         reference::MatMul(shape, real(*in[0]), real(*in[1])).data) {
      result.data.push_back(static_cast<float>(Clamped(sum, op.clamp)));
    }
    return result;
  }

  FloatTensor operator()(const MaxPool2d& op) const {
    const Shape& picture = in[0]->shape;
    return Fill(WindowOutput(op.window, picture, picture[3]), [&](Index at) {
      double largest = -std::numeric_limits<double>::infinity();
      ForEachTap(op.window, picture, at[1], at[2],
                 [&](int32_t, int32_t, int32_t y, int32_t x) {
                   const Index cell{at[0], y, x, at[3]};
                   largest = std::max<double>(largest, At(*in[0], cell, 4));
                 });
      return Clamped(largest, op.clamp);
    });
  }

  FloatTensor operator()(const AveragePool2d& op) const {
    const Shape& picture = in[0]->shape;
    return Fill(WindowOutput(op.window, picture, picture[3]), [&](Index at) {
      double sum = 0;
      int64_t count = 0;
      ForEachTap(op.window, picture, at[1], at[2],
                 [&](int32_t, int32_t, int32_t y, int32_t x) {
                   const Index cell{at[0], y, x, at[3]};
                   sum += At(*in[0], cell, 4);
                   ++count;
                 });
      if (op.count_include_pad) {
        count = int64_t{op.window.kernel_h} * op.window.kernel_w;
      }
      return Clamped(sum / static_cast<double>(count), op.clamp);
    });
  }

  FloatTensor operator()(const Add& op) const {
    const Shape& shape = in[0]->shape;
    return Fill(shape, [&](Index at) {
      const double sum =
          double{At(*in[0], at, shape.rank)} + At(*in[1], at, shape.rank);
      return Clamped(sum, op.clamp);
    });
  }

  FloatTensor operator()(const Mul& op) const {
    const Shape& shape = in[0]->shape;
    return Fill(shape, [&](Index at) {
      const double product =
          double{At(*in[0], at, shape.rank)} * At(*in[1], at, shape.rank);
      return Clamped(product, op.clamp);
    });
  }

  FloatTensor operator()(const Clamp& op) const {
    FloatTensor result = *in[0];
    for (float& x : result.data) {
      x = static_cast<float>(Clamped(x, op.clamp));
    }
    return result;
  }

  FloatTensor operator()(const BatchNormalization& op) const {
    const Shape& shape = in[0]->shape;
    return Fill(shape, [&](Index at) {
      const size_t c = size_t(at[size_t(op.axis)]);
      const double x = At(*in[0], at, shape.rank);
      return (x - in[3]->data[c]) /
                 std::sqrt(double{in[4]->data[c]} + op.epsilon) *
                 in[1]->data[c] +
             in[2]->data[c];
    });
  }

  FloatTensor operator()(const converter::Softmax&) const {
    const auto n = in[0]->shape[in[0]->shape.rank - 1];
    FloatTensor result = *in[0];
    for (size_t row = 0; row < result.data.size(); row += size_t(n)) {
      float* x = &result.data[row];
      const double largest = *std::max_element(x, x + n);
      double sum = 0;
      for (int32_t i = 0; i < n; ++i) sum += std::exp(x[i] - largest);
      for (int32_t i = 0; i < n; ++i) {
        x[i] = static_cast<float>(std::exp(x[i] - largest) / sum);
      }
    }
    return result;
  }

  FloatTensor operator()(const Concat& op) const {
    const size_t axis = size_t(op.params.axis);
    Shape shape = in[0]->shape;
    shape[op.params.axis] = 0;
    for (const FloatTensor* part : in) {
      shape[op.params.axis] += part->shape[op.params.axis];
    }
    return Fill(shape, [&](Index at) {
      size_t part = 0;
      while (at[axis] >= in[part]->shape[op.params.axis]) {
        at[axis] -= in[part]->shape[op.params.axis];
        ++part;
      }
      return At(*in[part], at, shape.rank);
    });
  }

  FloatTensor operator()(const Reshape& op) const {
    return {op.shape, in[0]->data};
  }

  FloatTensor operator()(const Transpose& op) const {
    Shape shape = in[0]->shape;
    for (int i = 0; i < shape.rank; ++i) {
      shape[i] = in[0]->shape[op.params.permutation[i]];
    }
    return Fill(shape, [&](Index at) {
      Index from{};
      for (int i = 0; i < shape.rank; ++i) {
        from[size_t(op.params.permutation[i])] = at[size_t(i)];
      }
      return At(*in[0], from, shape.rank);
    });
  }

  FloatTensor operator()(const Pad& op) const {
    Shape shape = in[0]->shape;
    for (int i = 0; i < shape.rank; ++i) {
      shape[i] += op.params.begin[i] + op.params.end[i];
    }
    return Fill(shape, [&](Index at) {
      for (int i = 0; i < shape.rank; ++i) {
        at[size_t(i)] -= op.params.begin[i];
        if (at[size_t(i)] < 0 || at[size_t(i)] >= in[0]->shape[i]) {
          return op.value;
        }
      }
      return At(*in[0], at, shape.rank);
    });
  }

  FloatTensor operator()(const Slice& op) const {
    Shape shape = in[0]->shape;
    for (int i = 0; i < shape.rank; ++i) shape[i] = op.params.size[i];
    return Fill(shape, [&](Index at) {
      for (int i = 0; i < shape.rank; ++i) {
        at[size_t(i)] = op.params.begin[i] + at[size_t(i)] * op.params.step[i];
      }
      return At(*in[0], at, shape.rank);
    });
  }

  FloatTensor operator()(const Identity&) const { return *in[0]; }
  FloatTensor operator()(const converter::Unary& op) const {
    FloatTensor result = *in[0];
    for (float& x : result.data) {
      const double y = Unary(op.function, op.alpha, op.beta, x);
      x = static_cast<float>(double{op.scale} * y + double{op.offset});
    }
    return result;
  }
  // The operators of float islands are checked against ONNX's own cases
  // (tests/converter/onnx) and the networks' goldens.
  template <typename Other>
  FloatTensor operator()(const Other& op) const {
    std::fprintf(stderr, "no reference for %s\n", converter::OperatorName(op));
    std::abort();
  }
};

}  // namespace

FloatTensor RunFloatOperator(const Operator& op, const Inputs& inputs) {
  return std::visit(Run{inputs}, op);
}

std::vector<FloatTensor> RunFloatGraph(
    const Graph& graph, const std::vector<std::vector<float>>& inputs) {
  assert(inputs.size() == graph.inputs.size());
  std::vector<FloatTensor> tensors(graph.values.size());
  for (size_t i = 0; i < graph.values.size(); ++i) {
    const Value& value = graph.values[i];
    if (value.data != nullptr) tensors[i] = {value.shape, *value.data};
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    const ValueId id = graph.inputs[i];
    tensors[size_t(id)] = {graph.value(id).shape, inputs[i]};
  }
  for (const Node& node : graph.nodes) {
    Inputs in;
    for (ValueId id : node.inputs) in.push_back(&tensors[size_t(id)]);
    tensors[size_t(node.output)] = RunFloatOperator(node.op, in);
  }
  std::vector<FloatTensor> outputs;
  for (ValueId id : graph.outputs) outputs.push_back(tensors[size_t(id)]);
  return outputs;
}

}  // namespace octet::reference
