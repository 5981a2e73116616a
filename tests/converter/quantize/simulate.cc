#include "tests/converter/quantize/simulate.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "gtest/gtest.h"

namespace octet::converter {
namespace {

int64_t Saturate16(int64_t value) {
  return std::clamp<int64_t>(value, -32768, 32767);
}

int64_t FloorShift(int64_t value, int shift) {
  return shift >= 0 ? value >> shift : value * (int64_t{1} << -shift);
}

class Simulator {
 public:
  explicit Simulator(const schema::ModelT& model)
      : model_(model), q_(model.tensors.size()) {}

  std::vector<std::vector<float>> Run(
      const std::vector<std::vector<float>>& inputs) {
    for (size_t t = 0; t < q_.size(); ++t) LoadConstant(t);
    for (size_t i = 0; i < inputs.size(); ++i) {
      const uint32_t t = model_.inputs[i];
      for (size_t j = 0; j < inputs[i].size(); ++j) {
        const double q = std::round(inputs[i][j] / scale(t)) + zero_point(t);
        q_[t][j] = static_cast<int32_t>(std::clamp(q, -128.0, 127.0));
      }
    }
    for (const auto& op : model_.operators) RunOperator(*op);
    std::vector<std::vector<float>> reals(q_.size());
    for (size_t t = 0; t < q_.size(); ++t) {
      for (int32_t q : q_[t]) {
        reals[t].push_back(float(scale(t) * (q - zero_point(t))));
      }
    }
    return reals;
  }

 private:
  const schema::TensorT& tensor(size_t t) const { return *model_.tensors[t]; }
  int32_t dim(size_t t, int axis) const {
    return tensor(t).shape[size_t(axis)];
  }
  int32_t last_dim(size_t t) const { return tensor(t).shape.back(); }
  double scale(size_t t) const { return tensor(t).quantization->scale[0]; }
  int32_t zero_point(size_t t) const {
    return tensor(t).quantization->zero_point;
  }

  void LoadConstant(size_t t) {
    int64_t size = 1;
    for (int32_t d : tensor(t).shape) size *= d;
    q_[t].resize(size_t(size));
    const auto& data = model_.buffers[tensor(t).buffer]->data;
    if (tensor(t).buffer == 0) return;
    const bool wide = tensor(t).type == schema::DataType::INT32;
    ASSERT_EQ(data.size(), size_t(size) * (wide ? 4 : 1));
    for (size_t i = 0; i < size_t(size); ++i) {
      if (wide) {
        std::memcpy(&q_[t][i], &data[i * 4], 4);
      } else {
        q_[t][i] = static_cast<int8_t>(data[i]);
      }
    }
  }

  static int32_t Requantize(int64_t accumulator,
                            const schema::RequantizationT& r, size_t channel,
                            int32_t output_zero_point,
                            const schema::Clamp& clamp) {
    EXPECT_LT(std::llabs(accumulator), int64_t{1} << 31);
    const size_t c = r.multiplier.size() == 1 ? 0 : channel;
    const int64_t t = Saturate16(FloorShift(accumulator, r.shift[c]));
    const int64_t rounded = (t * r.multiplier[c] + (1 << 14)) >> 15;
    const int64_t q =
        Saturate16(rounded + 64 * int64_t{output_zero_point} + 32) >> 6;
    return int32_t(std::clamp<int64_t>(q, clamp.min(), clamp.max()));
  }

  // What a layer's accumulator becomes, alone or with element i of `node`'s
  // fourth input.
  int32_t LayerOutput(int64_t accumulator, const schema::RequantizationT& r,
                      const schema::ResidualAddT* residual, size_t channel,
                      size_t i, const schema::OperatorT& node,
                      const schema::Clamp& clamp) const {
    const int32_t output_zero_point = zero_point(node.outputs[0]);
    if (residual == nullptr) {
      return Requantize(accumulator, r, channel, output_zero_point, clamp);
    }
    EXPECT_LT(std::llabs(accumulator), int64_t{1} << 31);
    const size_t c = r.multiplier.size() == 1 ? 0 : channel;
    const int64_t t = Saturate16(FloorShift(accumulator, r.shift[c]));
    const uint32_t added = node.inputs[3];
    const int64_t sum =
        ((t * r.multiplier[c] + (1 << 14)) >> 15) +
        AddTerm(q_[added][i] - zero_point(added), residual->multiplier);
    return RoundSum(sum, residual->fraction_bits, output_zero_point, clamp);
  }

  static int64_t AddTerm(int64_t difference, int64_t multiplier) {
    return (difference * 128 * multiplier + (1 << 14)) >> 15;
  }

  static int32_t RoundSum(int64_t sum, int fraction_bits,
                          int64_t output_zero_point,
                          const schema::Clamp& clamp) {
    const int64_t one = int64_t{1} << fraction_bits;
    const int64_t q =
        Saturate16(Saturate16(sum) + output_zero_point * one + (one >> 1)) >>
        fraction_bits;
    return int32_t(std::clamp<int64_t>(q, clamp.min(), clamp.max()));
  }

  // Calls tap(input position of channel 0, tap index) for each tap of the
  // window at output pixel (y, x) of picture n that is inside the picture.
  template <typename Tap>
  void ForTaps(const schema::Window2d& w, uint32_t input, int n, int y, int x,
               Tap tap) const {
    for (int ky = 0; ky < w.kernel_h(); ++ky) {
      for (int kx = 0; kx < w.kernel_w(); ++kx) {
        const int iy = y * w.stride_h() - w.pad_top() + ky * w.dilation_h();
        const int ix = x * w.stride_w() - w.pad_left() + kx * w.dilation_w();
        if (iy < 0 || iy >= dim(input, 1) || ix < 0 || ix >= dim(input, 2)) {
          continue;
        }
        const int pixel = (n * dim(input, 1) + iy) * dim(input, 2) + ix;
        tap(size_t(pixel) * size_t(dim(input, 3)),
            size_t(ky * w.kernel_w() + kx));
      }
    }
  }

  // Sets every element of `output` {n, y, x, c} to value(n, y, x, c).
  template <typename Function>
  void ForOutput(uint32_t output, Function value) {
    size_t i = 0;
    for (int n = 0; n < dim(output, 0); ++n) {
      for (int y = 0; y < dim(output, 1); ++y) {
        for (int x = 0; x < dim(output, 2); ++x) {
          for (int c = 0; c < dim(output, 3); ++c) {
            q_[output][i++] = value(n, y, x, c);
          }
        }
      }
    }
  }

  void Run(const schema::Conv2dT& op, const schema::OperatorT& node) {
    const uint32_t in = node.inputs[0], weights = node.inputs[1];
    const uint32_t out = node.outputs[0];
    const size_t depth = size_t(dim(weights, 3));
    const size_t taps = size_t(dim(weights, 1) * dim(weights, 2));
    const int per_group = dim(out, 3) / op.groups;
    size_t element = 0;
    ForOutput(out, [&](int n, int y, int x, int c) {
      int64_t accumulator = q_[node.inputs[2]][size_t(c)];
      ForTaps(*op.window, in, n, y, x, [&](size_t pixel, size_t tap) {
        const size_t first = pixel + size_t(c / per_group) * depth;
        for (size_t i = 0; i < depth; ++i) {
          accumulator += int64_t{q_[in][first + i] - zero_point(in)} *
                         q_[weights][(size_t(c) * taps + tap) * depth + i];
        }
      });
      return LayerOutput(accumulator, *op.requantization, op.residual.get(),
                         size_t(c), element++, node, *op.clamp);
    });
  }

  void Run(const schema::FullyConnectedT& op, const schema::OperatorT& node) {
    const uint32_t in = node.inputs[0], weights = node.inputs[1];
    const uint32_t out = node.outputs[0];
    const size_t k = size_t(last_dim(in)), n = size_t(last_dim(out));
    for (size_t i = 0; i < q_[out].size(); ++i) {
      int64_t accumulator = q_[node.inputs[2]][i % n];
      for (size_t j = 0; j < k; ++j) {
        accumulator += int64_t{q_[in][i / n * k + j] - zero_point(in)} *
                       q_[weights][i % n * k + j];
      }
      q_[out][i] = LayerOutput(accumulator, *op.requantization,
                               op.residual.get(), i % n, i, node, *op.clamp);
    }
  }

  void Run(const schema::MaxPool2dT& op, const schema::OperatorT& node) {
    const uint32_t in = node.inputs[0], out = node.outputs[0];
    ForOutput(out, [&](int n, int y, int x, int c) {
      int32_t largest = -128;
      ForTaps(*op.window, in, n, y, x, [&](size_t pixel, size_t) {
        largest = std::max(largest, q_[in][pixel + size_t(c)]);
      });
      return std::clamp<int32_t>(largest, op.clamp->min(), op.clamp->max());
    });
  }

  void Run(const schema::AveragePool2dT& op, const schema::OperatorT& node) {
    const uint32_t in = node.inputs[0], out = node.outputs[0];
    ForOutput(out, [&](int n, int y, int x, int c) {
      int64_t accumulator = 0;
      int32_t count = 0;
      ForTaps(*op.window, in, n, y, x, [&](size_t pixel, size_t) {
        accumulator += q_[in][pixel + size_t(c)] - zero_point(in);
        ++count;
      });
      if (op.count_include_pad) {
        count = op.window->kernel_h() * op.window->kernel_w();
      }
      const auto entry = std::find(op.counts.begin(), op.counts.end(), count);
      EXPECT_NE(entry, op.counts.end());
      return Requantize(accumulator, *op.requantization,
                        size_t(entry - op.counts.begin()), zero_point(out),
                        *op.clamp);
    });
  }

  void Run(const schema::AddT& op, const schema::OperatorT& node) {
    const uint32_t a = node.inputs[0], b = node.inputs[1];
    const uint32_t out = node.outputs[0];
    for (size_t i = 0; i < q_[out].size(); ++i) {
      const int64_t sum = AddTerm(q_[a][i] - zero_point(a), op.multiplier_1) +
                          AddTerm(q_[b][i] - zero_point(b), op.multiplier_2);
      q_[out][i] = RoundSum(sum, op.fraction_bits, zero_point(out), *op.clamp);
    }
  }

  void Run(const schema::MulT& op, const schema::OperatorT& node) {
    const uint32_t a = node.inputs[0], b = node.inputs[1];
    const uint32_t out = node.outputs[0];
    for (size_t i = 0; i < q_[out].size(); ++i) {
      const int64_t accumulator =
          int64_t{q_[a][i] - zero_point(a)} * (q_[b][i] - zero_point(b));
      q_[out][i] = Requantize(accumulator, *op.requantization, 0,
                              zero_point(out), *op.clamp);
    }
  }

  void Run(const schema::RequantizeT& op, const schema::OperatorT& node) {
    const uint32_t in = node.inputs[0], out = node.outputs[0];
    for (size_t i = 0; i < q_[out].size(); ++i) {
      q_[out][i] = Requantize(q_[in][i] - zero_point(in), *op.requantization, 0,
                              zero_point(out), *op.clamp);
    }
  }

  void Run(const schema::SoftmaxT& op, const schema::OperatorT& node) {
    const auto& in = q_[node.inputs[0]];
    auto& out = q_[node.outputs[0]];
    const size_t size = size_t(last_dim(node.inputs[0]));
    for (size_t row = 0; row < in.size(); row += size) {
      const int32_t largest = *std::max_element(in.begin() + long(row),
                                                in.begin() + long(row + size));
      uint64_t sum = 0;
      for (size_t i = 0; i < size; ++i) {
        sum += op.table[size_t(largest - in[row + i])];
      }
      for (size_t i = 0; i < size; ++i) {
        const uint64_t t = op.table[size_t(largest - in[row + i])];
        out[row + i] =
            std::min<int32_t>(int32_t((512 * t + sum) / (2 * sum)) - 128, 127);
      }
    }
  }

  void Run(const schema::ReshapeT&, const schema::OperatorT& node) {
    q_[node.outputs[0]] = q_[node.inputs[0]];
  }

  void Run(const schema::PadT& op, const schema::OperatorT& node) {
    const uint32_t in = node.inputs[0], out = node.outputs[0];
    ForOutput(out, [&](int n, int y, int x, int c) {
      const int at[4] = {n - op.begin[0], y - op.begin[1], x - op.begin[2],
                         c - op.begin[3]};
      size_t from = 0;
      for (int axis = 0; axis < 4; ++axis) {
        if (at[axis] < 0 || at[axis] >= dim(in, axis)) return int32_t{op.value};
        from = from * size_t(dim(in, axis)) + size_t(at[axis]);
      }
      return q_[in][from];
    });
  }

  void Run(const schema::ConcatT& op, const schema::OperatorT& node) {
    const uint32_t out = node.outputs[0];
    ASSERT_EQ(size_t(op.axis) + 1, tensor(out).shape.size());
    size_t first = 0;
    for (uint32_t in : node.inputs) {
      EXPECT_EQ(scale(in), scale(out));
      EXPECT_EQ(zero_point(in), zero_point(out));
      const size_t size = size_t(last_dim(in));
      for (size_t i = 0; i < q_[in].size(); ++i) {
        q_[out][i / size * size_t(last_dim(out)) + first + i % size] =
            q_[in][i];
      }
      first += size;
    }
  }

  void RunOperator(const schema::OperatorT& node) {
    const auto& options = node.options;
    using schema::OperatorOptions;
    switch (options.type) {
      case OperatorOptions::Conv2d:
        return Run(*options.AsConv2d(), node);
      case OperatorOptions::FullyConnected:
        return Run(*options.AsFullyConnected(), node);
      case OperatorOptions::MaxPool2d:
        return Run(*options.AsMaxPool2d(), node);
      case OperatorOptions::AveragePool2d:
        return Run(*options.AsAveragePool2d(), node);
      case OperatorOptions::Add:
        return Run(*options.AsAdd(), node);
      case OperatorOptions::Mul:
        return Run(*options.AsMul(), node);
      case OperatorOptions::Requantize:
        return Run(*options.AsRequantize(), node);
      case OperatorOptions::Softmax:
        return Run(*options.AsSoftmax(), node);
      case OperatorOptions::Reshape:
        return Run(*options.AsReshape(), node);
      case OperatorOptions::Pad:
        return Run(*options.AsPad(), node);
      case OperatorOptions::Concat:
        return Run(*options.AsConcat(), node);
      default:
        ADD_FAILURE() << "operator of '" << node.name << "' is not simulated";
    }
  }

  const schema::ModelT& model_;
  std::vector<std::vector<int32_t>> q_;
};

}  // namespace

std::vector<std::vector<float>> Simulate(
    const schema::ModelT& model,
    const std::vector<std::vector<float>>& inputs) {
  return Simulator(model).Run(inputs);
}

}  // namespace octet::converter
