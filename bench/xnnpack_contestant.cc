#include "bench/xnnpack_contestant.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <variant>

#include "converter/float/float_executor.h"
#include "converter/float/xnn_operator.h"

namespace octet::bench {
namespace {

using converter::FloatOperator;
using converter::Graph;
using converter::Node;

class XnnpackNetwork : public Contestant {
 public:
  XnnpackNetwork(std::unique_ptr<converter::FloatExecutor> executor,
                 const Graph& graph, const std::vector<float>& input)
      : executor_(std::move(executor)),
        output_(graph.outputs[0]),
        output_size_(
            static_cast<size_t>(graph.value(output_).shape.NumElements())),
        inputs_{input} {}

  Status Run(int repetitions, Times* times) override {
    Status status;
    for (int i = 0; status.ok() && i < repetitions; ++i) {
      times->Measure([&] { status = executor_->Run(inputs_); });
    }
    return status;
  }

  Result<std::vector<float>> Output() override {
    const float* values = executor_->Value(output_);
    return std::vector<float>(values, values + output_size_);
  }

 private:
  std::unique_ptr<converter::FloatExecutor> executor_;
  converter::ValueId output_;
  size_t output_size_;
  std::vector<std::vector<float>> inputs_;
};

struct PoolDeleter {
  void operator()(pthreadpool_t pool) const { pthreadpool_destroy(pool); }
};
using Pool = std::unique_ptr<pthreadpool, PoolDeleter>;

// A layer of the graph as XNNPACK's convolution; a fully connected one is a 1x1
// convolution of as many pixels as it has rows.
struct LayerSpec {
  Window2dParams window;
  int32_t groups = 1;
  size_t batch = 1, height = 1, width = 1, input_channels = 0;
  size_t output_channels = 0;
  bool clamped = false;
  const std::vector<float>* weights = nullptr;
  const std::vector<float>* bias = nullptr;

  size_t group_inputs() const { return input_channels / size_t(groups); }
  size_t group_outputs() const { return output_channels / size_t(groups); }
};

bool ReadSpec(const Graph& graph, const Node& node, LayerSpec* spec) {
  if (const auto* conv = std::get_if<converter::Conv2d>(&node.op)) {
    const Shape& input = graph.value(node.inputs[0]).shape;
    spec->window = conv->window;
    spec->groups = conv->groups;
    spec->batch = size_t(input[0]);
    spec->height = size_t(input[1]);
    spec->width = size_t(input[2]);
    spec->input_channels = size_t(input[3]);
    spec->clamped = std::isfinite(conv->clamp.min);
  } else if (const auto* dense =
                 std::get_if<converter::FullyConnected>(&node.op)) {
    const Shape& input = graph.value(node.inputs[0]).shape;
    spec->input_channels = size_t(graph.value(node.inputs[1]).shape[1]);
    spec->width = size_t(input.NumElements()) / spec->input_channels;
    spec->clamped = std::isfinite(dense->clamp.min);
  } else {
    return false;
  }
  spec->weights = graph.value(node.inputs[1]).data.get();
  spec->bias = graph.value(node.inputs[2]).data.get();
  spec->output_channels = spec->bias->size();
  return true;
}

// Floats and int8 behind the same two calls.
struct FloatTraits {
  using Value = float;

  static xnn_status Create(const LayerSpec& spec, xnn_operator_t* op) {
    const Window2dParams& w = spec.window;
    return xnn_create_convolution2d_nhwc_f32(
        uint32_t(w.pad_top), uint32_t(w.pad_right), uint32_t(w.pad_bottom),
        uint32_t(w.pad_left), uint32_t(w.kernel_h), uint32_t(w.kernel_w),
        uint32_t(w.stride_h), uint32_t(w.stride_w), uint32_t(w.dilation_h),
        uint32_t(w.dilation_w), uint32_t(spec.groups), spec.group_inputs(),
        spec.group_outputs(), spec.input_channels, spec.output_channels,
        spec.weights->data(), spec.bias->data(), spec.clamped ? 0 : -INFINITY,
        INFINITY, /*flags=*/0, op);
  }

  static xnn_status SetUp(xnn_operator_t op, const LayerSpec& spec,
                          const float* input, float* output,
                          pthreadpool_t threads) {
    return xnn_setup_convolution2d_nhwc_f32(op, spec.batch, spec.height,
                                            spec.width, input, output, threads);
  }
};

struct Int8Traits {
  using Value = int8_t;

  static xnn_status Create(const LayerSpec& spec, xnn_operator_t* op) {
    // Any scales do: the time does not depend on them.
    constexpr float kScale = 0.05f;
    const size_t k = spec.weights->size() / spec.output_channels;
    std::vector<float> scales(spec.output_channels);
    std::vector<int8_t> weights(spec.weights->size());
    for (size_t channel = 0; channel < scales.size(); ++channel) {
      const float* from = spec.weights->data() + channel * k;
      float largest = 1e-6f;
      for (size_t i = 0; i < k; ++i) {
        largest = std::max(largest, std::abs(from[i]));
      }
      scales[channel] = largest / 127;
      for (size_t i = 0; i < k; ++i) {
        weights[channel * k + i] =
            static_cast<int8_t>(std::lround(from[i] / scales[channel]));
      }
    }
    const std::vector<int32_t> bias(spec.output_channels, 0);
    const Window2dParams& w = spec.window;
    return xnn_create_convolution2d_nhwc_qc8(
        uint32_t(w.pad_top), uint32_t(w.pad_right), uint32_t(w.pad_bottom),
        uint32_t(w.pad_left), uint32_t(w.kernel_h), uint32_t(w.kernel_w),
        uint32_t(w.stride_h), uint32_t(w.stride_w), uint32_t(w.dilation_h),
        uint32_t(w.dilation_w), uint32_t(spec.groups), spec.group_inputs(),
        spec.group_outputs(), spec.input_channels, spec.output_channels,
        /*input_zero_point=*/0, kScale, scales.data(), weights.data(),
        bias.data(), /*output_zero_point=*/0, kScale, spec.clamped ? 0 : -128,
        127, /*flags=*/0, op);
  }

  static xnn_status SetUp(xnn_operator_t op, const LayerSpec& spec,
                          const int8_t* input, int8_t* output,
                          pthreadpool_t threads) {
    return xnn_setup_convolution2d_nhwc_qc8(op, spec.batch, spec.height,
                                            spec.width, input, output, threads);
  }
};

template <typename Traits>
class XnnpackLayers : public Contestant {
 public:
  Status Create(const Graph& graph, int threads) {
    OCTET_RETURN_IF_ERROR(converter::FromXnnStatus(xnn_initialize(nullptr)));
    if (threads > 1) pool_.reset(pthreadpool_create(size_t(threads)));
    size_t largest = 0;
    for (const converter::Value& value : graph.values) {
      if (value.is_constant()) continue;
      largest = std::max(largest, size_t(value.shape.NumElements()));
    }
    for (auto& buffer : buffers_) buffer.assign(largest + XNN_EXTRA_BYTES, 1);
    for (const Node& node : graph.nodes) {
      LayerSpec spec;
      if (!ReadSpec(graph, node, &spec)) continue;
      OCTET_RETURN_IF_ERROR(
          AddLayer(spec).WithContext("XNNPACK, node '" + node.name + "'"));
    }
    return OkStatus();
  }

  Status Run(int repetitions, Times* times) override {
    Status status;
    for (int i = 0; status.ok() && i < repetitions; ++i) {
      times->Measure([&] { status = RunLayers(); });
    }
    return status;
  }

 private:
  Status AddLayer(const LayerSpec& spec) {
    xnn_operator_t created = nullptr;
    const xnn_status status = Traits::Create(spec, &created);
    OCTET_ASSIGN_OR_RETURN(converter::XnnOperator op,
                           converter::OwnXnnOperator(status, created));
    const size_t from = layers_.size() % 2;
    const xnn_status setup =
        Traits::SetUp(op.get(), spec, buffers_[from].data(),
                      buffers_[1 - from].data(), pool_.get());
    OCTET_ASSIGN_OR_RETURN(
        FloatOperator layer,
        converter::RunXnnOperator(std::move(op), setup, pool_.get()));
    layers_.push_back(std::move(layer));
    return OkStatus();
  }

  Status RunLayers() {
    for (const FloatOperator& layer : layers_) OCTET_RETURN_IF_ERROR(layer());
    return OkStatus();
  }

  Pool pool_;
  std::vector<typename Traits::Value> buffers_[2];
  std::vector<FloatOperator> layers_;
};

template <typename Traits>
Result<std::unique_ptr<Contestant>> MakeLayers(const Graph& graph,
                                               int threads) {
  auto layers = std::make_unique<XnnpackLayers<Traits>>();
  OCTET_RETURN_IF_ERROR(layers->Create(graph, threads));
  return std::unique_ptr<Contestant>(std::move(layers));
}

}  // namespace

Result<std::unique_ptr<Contestant>> MakeXnnpackNetwork(
    const Graph& graph, int threads, const std::vector<float>& input) {
  OCTET_ASSIGN_OR_RETURN(
      std::unique_ptr<converter::FloatExecutor> executor,
      converter::FloatExecutor::Create(graph, {.threads = threads}));
  return std::unique_ptr<Contestant>(
      new XnnpackNetwork(std::move(executor), graph, input));
}

Result<std::unique_ptr<Contestant>> MakeXnnpackFloatLayers(const Graph& graph,
                                                           int threads) {
  return MakeLayers<FloatTraits>(graph, threads);
}

Result<std::unique_ptr<Contestant>> MakeXnnpackInt8Layers(const Graph& graph,
                                                          int threads) {
  return MakeLayers<Int8Traits>(graph, threads);
}

}  // namespace octet::bench
