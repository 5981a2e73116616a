#include "tests/reference/tflite_file.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "tests/reference/tflite.h"
#include "tests/reference/tflite_pictures.h"
#include "tests/reference/tflite_stored.h"

namespace octet::reference {
namespace {

using Code = tflite::BuiltinOperator;

// multiplier * 2^(shift - 31), 31 bits, rounded to nearest.
struct Factor {
  int64_t multiplier = 0;
  int shift = 0;
  std::optional<double> real = std::nullopt;  // where nothing is rounded
};

Factor FixedPointFactor(double real) {
  Factor factor;
  factor.multiplier =
      std::llround(std::frexp(real, &factor.shift) * 2147483648);
  if (factor.multiplier == 2147483648) {
    factor.multiplier /= 2;
    ++factor.shift;
  }
  if (factor.shift < -31) factor = Factor();
  return factor;
}

int64_t Scaled(int64_t value, const Factor& factor) {
  if (factor.real.has_value()) {
    return std::llround(static_cast<double>(value) * *factor.real);
  }
  return TfliteScaled(value, factor.multiplier, factor.shift);
}

// The walk: one function an operator.
class Walk {
 public:
  Walk(const tflite::Model& model, const std::vector<StoredValues>& inputs,
       TfliteArithmetic arithmetic)
      : model_(model),
        graph_(*model.subgraphs()->Get(0)),
        arithmetic_(arithmetic) {
    for (const tflite::Tensor* tensor : *graph_.tensors()) {
      tensors_.push_back(ReadStored(model, *tensor));
    }
    for (size_t i = 0; i < inputs.size(); ++i) {
      const int index = graph_.inputs()->Get(flatbuffers::uoffset_t(i));
      tensors_[size_t(index)].values = inputs[i];
    }
  }

  std::vector<StoredValues> Run() {
    for (const tflite::Operator* op : *graph_.operators()) {
      op_ = op;
      RunOperator();
    }
    std::vector<StoredValues> values;
    for (Stored& tensor : tensors_) values.push_back(std::move(tensor.values));
    return values;
  }

 private:
  Stored& Tensor(const flatbuffers::Vector<int32_t>* indices, size_t i) {
    return tensors_[size_t(indices->Get(flatbuffers::uoffset_t(i)))];
  }
  const Stored& Input(size_t i) { return Tensor(op_->inputs(), i); }
  Stored& Output() { return Tensor(op_->outputs(), 0); }

  void RunOperator();
  void Layer(bool depthwise);
  void FullyConnected();
  void Pool(bool average);
  void Mean();
  void Sum(bool subtract);
  void Mul();
  void ResizeBilinear();
  void ResizeNearestNeighbor();
  void ArgMax();
  void Requantize();
  void Softmax();
  void RealSoftmax(double scale);
  void Concatenation();
  void Pad();
  // round(function(real) / scale) + zero_point
  void Function(double (*function)(double));
  void HardSwish();
  void LeakyRelu();

  // The value of `tensor`, repeated to the output's shape, at output index i.
  int64_t Repeated(const Stored& tensor, int64_t i);
  // zero_point + steps within the type and the activation's bounds.
  int64_t Clamped(int64_t steps, tflite::Activation activation);
  int64_t Bias(size_t channel) {
    if (op_->inputs()->size() < 3 || op_->inputs()->Get(2) < 0) return 0;
    return Input(2).values[channel];
  }
  Factor FactorOf(double real) {
    Factor factor = FixedPointFactor(real);
    if (arithmetic_ == TfliteArithmetic::kReal) factor.real = real;
    return factor;
  }
  Factor LayerFactor(size_t channel) {
    return FactorOf(Input(0).scale[0] * Input(1).ScaleOf(channel) /
                    Output().scale[0]);
  }

  const tflite::Model& model_;
  const tflite::SubGraph& graph_;
  const TfliteArithmetic arithmetic_;
  std::vector<Stored> tensors_;
  const tflite::Operator* op_ = nullptr;
};

int64_t Walk::Clamped(int64_t steps, tflite::Activation activation) {
  const Stored& output = Output();
  const auto quantized = [&](float bound) {
    return output.zero_point +
           std::lround(bound / static_cast<float>(output.scale[0]));
  };
  int64_t low = output.low;
  int64_t high = output.high;
  if (activation == tflite::Activation::RELU ||
      activation == tflite::Activation::RELU6) {
    low = std::max(low, quantized(0));
  }
  if (activation == tflite::Activation::RELU6) {
    high = std::min(high, quantized(6));
  }
  return Limit(output.zero_point + steps, low, high);
}

// Pads in front, as the format's SAME has them.
int64_t PadBefore(tflite::Padding padding, int64_t input, int64_t output,
                  int64_t kernel, int64_t stride, int64_t dilation) {
  if (padding == tflite::Padding::VALID) return 0;
  const int64_t needed =
      (output - 1) * stride + (kernel - 1) * dilation + 1 - input;
  return std::max<int64_t>(needed, 0) / 2;
}

// What both options of convolutions say.
struct Strides {
  tflite::Padding padding;
  int64_t stride_h, stride_w, dilation_h, dilation_w;
  tflite::Activation activation;
};

template <typename Options>
Strides StridesOf(const Options& options) {
  return {options.padding(),           options.stride_h(),
          options.stride_w(),          options.dilation_h_factor(),
          options.dilation_w_factor(), options.fused_activation_function()};
}

void Walk::Layer(bool depthwise) {
  const Strides at =
      depthwise ? StridesOf(*op_->builtin_options_as_DepthwiseConv2DOptions())
                : StridesOf(*op_->builtin_options_as_Conv2DOptions());
  const Stored& in = Input(0);
  const Stored& w = Input(1);
  Stored& out = Output();
  const int64_t pad_y = PadBefore(at.padding, in.shape[1], out.shape[1],
                                  w.shape[1], at.stride_h, at.dilation_h);
  const int64_t pad_x = PadBefore(at.padding, in.shape[2], out.shape[2],
                                  w.shape[2], at.stride_w, at.dilation_w);
  const int64_t multiplier = depthwise ? out.shape[3] / in.shape[3] : 1;
  const int64_t depth = depthwise ? 1 : in.shape[3];
  out.values.clear();
  for (int64_t i = 0; i < out.size(); ++i) {
    const int64_t o = i % out.shape[3];
    const int64_t x0 = i / out.shape[3] % out.shape[2] * at.stride_w - pad_x;
    const int64_t y0 =
        i / out.shape[3] / out.shape[2] % out.shape[1] * at.stride_h - pad_y;
    const int64_t n = i / out.shape[3] / out.shape[2] / out.shape[1];
    int64_t sum = Bias(size_t(o));
    for (int64_t ky = 0; ky < w.shape[1]; ++ky) {
      const int64_t y = y0 + ky * at.dilation_h;
      if (y < 0 || y >= in.shape[1]) continue;
      for (int64_t kx = 0; kx < w.shape[2]; ++kx) {
        const int64_t x = x0 + kx * at.dilation_w;
        if (x < 0 || x >= in.shape[2]) continue;
        for (int64_t c = 0; c < depth; ++c) {
          const int64_t channel = depthwise ? o / multiplier : c;
          const int64_t weight = depthwise ? w.values[w.Index(0, ky, kx, o)]
                                           : w.values[w.Index(o, ky, kx, c)];
          sum += (in.values[in.Index(n, y, x, channel)] - in.zero_point) *
                 (weight - w.zero_point);
        }
      }
    }
    out.values.push_back(
        Clamped(Scaled(sum, LayerFactor(size_t(o))), at.activation));
  }
}

void Walk::FullyConnected() {
  const auto& options = *op_->builtin_options_as_FullyConnectedOptions();
  const Stored& in = Input(0);
  const Stored& w = Input(1);
  Stored& out = Output();
  out.values.clear();
  const int64_t n = w.shape[0];
  const int64_t k = w.shape[1];
  for (int64_t row = 0; row < in.size() / k; ++row) {
    for (int64_t o = 0; o < n; ++o) {
      int64_t sum = Bias(size_t(o));
      for (int64_t j = 0; j < k; ++j) {
        sum += (in.values[size_t(row * k + j)] - in.zero_point) *
               (w.values[size_t(o * k + j)] - w.zero_point);
      }
      out.values.push_back(Clamped(Scaled(sum, LayerFactor(size_t(o))),
                                   options.fused_activation_function()));
    }
  }
}

void Walk::Pool(bool average) {
  const auto& options = *op_->builtin_options_as_Pool2DOptions();
  const Stored& in = Input(0);
  Stored& out = Output();
  const int64_t pad_y =
      PadBefore(options.padding(), in.shape[1], out.shape[1],
                options.filter_height(), options.stride_h(), 1);
  const int64_t pad_x =
      PadBefore(options.padding(), in.shape[2], out.shape[2],
                options.filter_width(), options.stride_w(), 1);
  out.values.clear();
  for (int64_t i = 0; i < out.size(); ++i) {
    const int64_t c = i % out.shape[3];
    const int64_t x0 =
        i / out.shape[3] % out.shape[2] * options.stride_w() - pad_x;
    const int64_t y0 =
        i / out.shape[3] / out.shape[2] % out.shape[1] * options.stride_h() -
        pad_y;
    const int64_t n = i / out.shape[3] / out.shape[2] / out.shape[1];
    std::vector<int64_t> cells;
    for (int64_t ky = 0; ky < options.filter_height(); ++ky) {
      for (int64_t kx = 0; kx < options.filter_width(); ++kx) {
        const int64_t y = y0 + ky;
        const int64_t x = x0 + kx;
        if (y < 0 || y >= in.shape[1] || x < 0 || x >= in.shape[2]) continue;
        cells.push_back(in.values[in.Index(n, y, x, c)]);
      }
    }
    int64_t value = *std::max_element(cells.begin(), cells.end());
    if (average) {
      // To nearest, halves away from 0: of what is stored, or of what that
      // stands for.
      const int64_t zero =
          arithmetic_ == TfliteArithmetic::kReal ? in.zero_point : 0;
      int64_t sum = 0;
      for (const int64_t cell : cells) sum += cell - zero;
      value = zero + std::llround(static_cast<double>(sum) /
                                  static_cast<double>(cells.size()));
    }
    out.values.push_back(
        Clamped(value - out.zero_point, options.fused_activation_function()));
  }
}

// Over the axes of input 1.
void Walk::Mean() {
  const Stored& in = Input(0);
  Stored& out = Output();
  const size_t rank = in.shape.size();
  std::vector<bool> reduced(rank, false);
  for (const int64_t axis : Input(1).values) {
    reduced[size_t(axis < 0 ? axis + int64_t(rank) : axis)] = true;
  }
  // The output that each input belongs to.
  std::vector<int64_t> sums(size_t(out.size()), 0);
  for (int64_t i = 0; i < in.size(); ++i) {
    int64_t rest = i;
    int64_t to = 0;
    int64_t stride = 1;
    for (size_t axis = rank; axis-- > 0;) {
      if (!reduced[axis]) {
        to += rest % in.shape[axis] * stride;
        stride *= in.shape[axis];
      }
      rest /= in.shape[axis];
    }
    sums[size_t(to)] += in.values[size_t(i)] - in.zero_point;
  }
  const int64_t count = in.size() / out.size();
  Factor factor = FactorOf(in.scale[0] / out.scale[0]);
  const int shift =
      std::min(static_cast<int>(std::log2(static_cast<double>(count))),
               31 + factor.shift);
  factor.multiplier = (factor.multiplier << shift) / count;
  factor.shift -= shift;
  out.values.clear();
  for (const int64_t sum : sums) {
    out.values.push_back(
        Clamped(Scaled(sum, factor), tflite::Activation::NONE));
  }
}

int64_t Walk::Repeated(const Stored& tensor, int64_t i) {
  const Stored& out = Output();
  int64_t from = 0;
  int64_t stride = 1;
  for (size_t axis = out.shape.size(); axis-- > 0;) {
    const size_t missing = out.shape.size() - tensor.shape.size();
    const int64_t position = i % out.shape[axis];
    i /= out.shape[axis];
    if (axis < missing || tensor.shape[axis - missing] == 1) continue;
    from += position * stride;
    stride *= tensor.shape[axis - missing];
  }
  return tensor.values[size_t(from)];
}

void Walk::Sum(bool subtract) {
  const tflite::Activation activation =
      subtract
          ? op_->builtin_options_as_SubOptions()->fused_activation_function()
          : op_->builtin_options_as_AddOptions()->fused_activation_function();
  const Stored& a = Input(0);
  const Stored& b = Input(1);
  Stored& out = Output();
  out.values.clear();
  const double twice = 2 * std::max(a.scale[0], b.scale[0]);
  const Factor factor_a = FactorOf(a.scale[0] / twice);
  Factor factor_b = FactorOf(b.scale[0] / twice);
  if (subtract) factor_b.multiplier *= -1;
  const Factor factor = FactorOf(twice / ((1 << 20) * out.scale[0]));
  for (int64_t i = 0; i < out.size(); ++i) {
    const int64_t unit = 1 << 20;
    const int64_t sum =
        Scaled((Repeated(a, i) - a.zero_point) * unit, factor_a) +
        Scaled((Repeated(b, i) - b.zero_point) * unit, factor_b);
    out.values.push_back(Clamped(Scaled(sum, factor), activation));
  }
}

void Walk::Mul() {
  const auto& options = *op_->builtin_options_as_MulOptions();
  const Stored& a = Input(0);
  const Stored& b = Input(1);
  Stored& out = Output();
  out.values.clear();
  const float ratio = static_cast<float>(a.scale[0]) *
                      static_cast<float>(b.scale[0]) /
                      static_cast<float>(out.scale[0]);
  const Factor factor = FactorOf(static_cast<double>(ratio));
  for (int64_t i = 0; i < out.size(); ++i) {
    const int64_t product =
        (Repeated(a, i) - a.zero_point) * (Repeated(b, i) - b.zero_point);
    out.values.push_back(
        Clamped(Scaled(product, factor), options.fused_activation_function()));
  }
}

void Walk::ResizeBilinear() {
  const auto& options = *op_->builtin_options_as_ResizeBilinearOptions();
  Output().values =
      ResizeTfliteBilinear(Input(0), Output(), options.align_corners(),
                           options.half_pixel_centers());
}

void Walk::ResizeNearestNeighbor() {
  const auto& options = *op_->builtin_options_as_ResizeNearestNeighborOptions();
  Output().values =
      ResizeTfliteNearest(Input(0), Output(), options.align_corners(),
                          options.half_pixel_centers());
}

void Walk::ArgMax() {
  Output().values = TfliteArgMax(Input(0), Output(), Input(1).values[0]);
}

// QUANTIZE from one integer type to another.
void Walk::Requantize() {
  const Stored& in = Input(0);
  Stored& out = Output();
  out.values.clear();
  const Factor factor = FactorOf(in.scale[0] / out.scale[0]);
  for (const int64_t value : in.values) {
    out.values.push_back(Clamped(Scaled(value - in.zero_point, factor),
                                 tflite::Activation::NONE));
  }
}

void Walk::Softmax() {
  const double beta =
      static_cast<double>(op_->builtin_options_as_SoftmaxOptions()->beta());
  const Stored& in = Input(0);
  Stored& out = Output();
  out.values.clear();
  if (arithmetic_ == TfliteArithmetic::kReal) {
    RealSoftmax(beta * in.scale[0]);
    return;
  }
  const Factor factor = FactorOf(beta * in.scale[0] * (1 << 26));
  const TfliteScales scales = {{static_cast<int32_t>(factor.multiplier)},
                               {static_cast<int8_t>(factor.shift)}};
  std::vector<int8_t> q;
  for (const int64_t value : in.values) {
    q.push_back(static_cast<int8_t>(value - in.low - 128));
  }
  for (const int8_t value : TfliteSoftmax(q, size_t(in.shape.back()), scales)) {
    out.values.push_back(value + 128 + out.low);
  }
}

void Walk::RealSoftmax(double scale) {
  const StoredValues& in = Input(0).values;
  Stored& out = Output();
  const size_t row = size_t(Input(0).shape.back());
  for (size_t first = 0; first < in.size(); first += row) {
    const int64_t largest = *std::max_element(
        in.begin() + ptrdiff_t(first), in.begin() + ptrdiff_t(first + row));
    std::vector<double> exponentials;
    double sum = 0.0;
    for (size_t i = first; i < first + row; ++i) {
      exponentials.push_back(
          std::exp(static_cast<double>(in[i] - largest) * scale));
      sum += exponentials.back();
    }
    for (const double exponential : exponentials) {
      const double steps = exponential / sum / out.scale[0];
      out.values.push_back(
          Clamped(std::llround(steps), tflite::Activation::NONE));
    }
  }
}

void Walk::Concatenation() {
  const int axis = op_->builtin_options_as_ConcatenationOptions()->axis();
  Stored& out = Output();
  const size_t rank = out.shape.size();
  const size_t at = size_t(axis < 0 ? axis + static_cast<int>(rank) : axis);
  int64_t rows = 1;
  for (size_t i = 0; i < at; ++i) rows *= out.shape[i];
  out.values.clear();
  for (int64_t row = 0; row < rows; ++row) {
    for (size_t i = 0; i < op_->inputs()->size(); ++i) {
      const Stored& in = Input(i);
      const int64_t size = in.size() / rows;
      const float ratio = static_cast<float>(in.scale[0]) *
                          (1.0f / static_cast<float>(out.scale[0]));
      const float shift = -static_cast<float>(in.zero_point) * ratio;
      for (int64_t j = row * size; j < (row + 1) * size; ++j) {
        const int64_t value = in.values[size_t(j)];
        const bool same =
            in.scale == out.scale && in.zero_point == out.zero_point;
        const int64_t moved =
            same ? value
                 : std::lround(static_cast<float>(value) * ratio + shift) +
                       out.zero_point;
        out.values.push_back(Limit(moved, out.low, out.high));
      }
    }
  }
}

void Walk::Pad() { Output().values = PadTflite(Input(0), Input(1), Output()); }

void Walk::Function(double (*function)(double)) {
  const Stored& in = Input(0);
  Stored& out = Output();
  out.values.clear();
  for (const int64_t value : in.values) {
    const double real =
        in.scale[0] * static_cast<double>(value - in.zero_point);
    out.values.push_back(Clamped(std::lround(function(real) / out.scale[0]),
                                 tflite::Activation::NONE));
  }
}

// In 16-bit fixed point: x of 7 fraction bits, the gate of 15.
void Walk::HardSwish() {
  const Stored& in = Input(0);
  Stored& out = Output();
  out.values.clear();
  const auto saturate = [](int64_t x) { return Limit(x, -32768, 32767); };
  const auto high = [&](int64_t a, int64_t b) {
    return saturate(FloorDivide(a * b + (1 << 14), 1 << 15));
  };
  const float unit = static_cast<float>(in.scale[0]) / 128.0f;
  Factor third = FactorOf(static_cast<double>(unit / (3.0f / 32768.0f)));
  Factor scale =
      FactorOf(static_cast<double>(unit / static_cast<float>(out.scale[0])));
  for (Factor* factor : {&third, &scale}) {
    factor->multiplier =
        saturate(FloorDivide(factor->multiplier + (1 << 15), 1 << 16));
  }
  for (const int64_t value : in.values) {
    const int64_t x = (value - in.zero_point) * 128;
    int64_t gate = x;
    if (third.shift > 0) gate = saturate(gate << (third.shift - 1));
    gate = high(gate, third.multiplier);
    if (third.shift > 0) gate = saturate(2 * gate);
    if (third.shift < 0) gate = TfliteRight(gate, -third.shift);
    gate = FloorDivide(gate + 32768, 2);
    const int64_t product = gate * high(x, scale.multiplier) / 32768;
    out.values.push_back(
        Clamped(TfliteRight(product, -scale.shift), tflite::Activation::NONE));
  }
}

void Walk::LeakyRelu() {
  const double alpha =
      static_cast<double>(op_->builtin_options_as_LeakyReluOptions()->alpha());
  const Stored& in = Input(0);
  Stored& out = Output();
  out.values.clear();
  const double ratio = in.scale[0] / out.scale[0];
  for (const int64_t value : in.values) {
    const int64_t x = value - in.zero_point;
    out.values.push_back(
        Clamped(Scaled(x, FactorOf(x < 0 ? ratio * alpha : ratio)),
                tflite::Activation::NONE));
  }
}

void Walk::RunOperator() {
  const auto& code = *model_.operator_codes()->Get(op_->opcode_index());
  const int number = std::max<int>(code.deprecated_builtin_code(),
                                   static_cast<int>(code.builtin_code()));
  switch (static_cast<Code>(number)) {
    case Code::CONV_2D:
      return Layer(/*depthwise=*/false);
    case Code::DEPTHWISE_CONV_2D:
      return Layer(/*depthwise=*/true);
    case Code::FULLY_CONNECTED:
      return FullyConnected();
    case Code::AVERAGE_POOL_2D:
      return Pool(/*average=*/true);
    case Code::MAX_POOL_2D:
      return Pool(/*average=*/false);
    case Code::MEAN:
      return Mean();
    case Code::ADD:
      return Sum(/*subtract=*/false);
    case Code::SUB:
      return Sum(/*subtract=*/true);
    case Code::MUL:
      return Mul();
    case Code::RESIZE_BILINEAR:
      return ResizeBilinear();
    case Code::RESIZE_NEAREST_NEIGHBOR:
      return ResizeNearestNeighbor();
    case Code::ARG_MAX:
      return ArgMax();
    case Code::QUANTIZE:
      return Requantize();
    case Code::SOFTMAX:
      return Softmax();
    case Code::CONCATENATION:
      return Concatenation();
    case Code::PAD:
      return Pad();
    case Code::LOGISTIC:
      return Function([](double x) { return 1 / (1 + std::exp(-x)); });
    case Code::TANH:
      return Function(std::tanh);
    case Code::ELU:
      return Function([](double x) { return x < 0 ? std::expm1(x) : x; });
    case Code::HARD_SWISH:
      return HardSwish();
    case Code::LEAKY_RELU:
      return LeakyRelu();
    case Code::RESHAPE:
    case Code::SQUEEZE:
      Output().values = Input(0).values;
      return;
    default:
      std::fprintf(stderr, "no reference of operator %d\n", number);
      std::abort();
  }
}

}  // namespace

std::vector<StoredValues> RunTfliteFile(const tflite::Model& model,
                                        const std::vector<StoredValues>& inputs,
                                        TfliteArithmetic arithmetic) {
  return Walk(model, inputs, arithmetic).Run();
}

}  // namespace octet::reference
