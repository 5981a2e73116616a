// AveragePool2d with rounding TFLITE: AVERAGE_POOL_2D, and MEAN where there is
// a multiplier.

#include <algorithm>

#include "engine/operators/average_scale.h"
#include "engine/operators/operators.h"
#include "engine/operators/pool2d.h"
#include "engine/operators/tflite_checks.h"

namespace octet {
namespace {

class TfliteAveragePool2d : public Pool2d {
 public:
  TfliteAveragePool2d(const PrepareContext& context, const Node& node,
                      const schema::AveragePool2d& options)
      : Pool2d(context, node,
               PoolWindowOf(options, context.network.input(node, 0).shape),
               StageOf(context.network.output(node), *options.clamp()),
               context.kernels.tflite.average_pool),
        zero_point_(ZeroPointInForm(0, context.kernels.form)),
        halves_up_(options.halves_up()) {
    plan_.kernel = TfliteKernelName(
        context.kernels, &TfliteKernels::average_pool, "average_pool");
  }

 protected:
  void SetScale(int64_t cells, PoolArgs* args) const override {
    args->bias = static_cast<int32_t>(-cells * zero_point_);
    args->halves_up = halves_up_;
  }

 private:
  int64_t zero_point_;
  bool halves_up_;
};

// The file's, or that of a window of the whole picture.
TfliteScale MeanScale(const PrepareContext& context, const Node& node,
                      const schema::AveragePool2d& options) {
  if (!options.whole_height() && !options.whole_width()) {
    return TfliteScaleAt(*options.tflite_requantization(), 0);
  }
  const Tensor& input = context.network.input(node, 0);
  const Window2dParams window = PoolWindowOf(options, input.shape);
  const AverageScale derived =
      *DeriveTfliteMeanScale(input.scale, context.network.output(node).scale,
                             int64_t{window.kernel_h} * window.kernel_w);
  return {derived.multiplier, derived.shift};
}

class TfliteMean : public Pool2d {
 public:
  TfliteMean(const PrepareContext& context, const Node& node,
             const schema::AveragePool2d& options)
      : Pool2d(context, node,
               PoolWindowOf(options, context.network.input(node, 0).shape),
               StageOf(context.network.output(node), *options.clamp()),
               context.kernels.tflite.mean),
        zero_point_(ZeroPointInForm(context.network.input(node, 0).zero_point,
                                    context.kernels.form)),
        scale_(MeanScale(context, node, options)) {
    plan_.kernel =
        TfliteKernelName(context.kernels, &TfliteKernels::mean, "mean");
  }

 protected:
  void SetScale(int64_t cells, PoolArgs* args) const override {
    args->bias = static_cast<int32_t>(-cells * zero_point_);
    args->multiplier_q31 = scale_.multiplier;
    args->shift = static_cast<int8_t>(scale_.shift);
  }

 private:
  int64_t zero_point_;
  TfliteScale scale_;
};

}  // namespace

Status CheckTfliteAveragePool2d(const Network& network, const Node& node) {
  const auto& options = node.options<schema::AveragePool2d>();
  if (options.count_include_pad() ||
      (options.counts() != nullptr && options.counts()->size() > 0)) {
    return InvalidModel(
        "TFLite's average counts the cells inside the picture: there must be "
        "no counts, and count_include_pad must be false");
  }
  const Shape& input = network.input(node, 0).shape;
  const Window2dParams window = PoolWindowOf(options, input);
  const int64_t cells = std::min<int64_t>(window.kernel_h, input[1]) *
                        std::min<int64_t>(window.kernel_w, input[2]);
  if (cells > kMaxAverageCount) {
    return Unsupported("a window has more than " +
                       std::to_string(kMaxAverageCount) + " cells");
  }
  return CheckSameQuantization(network, node);
}

Status CheckTfliteMean(const schema::AveragePool2d& options) {
  // Dividing by the count may have halved the multiplier.
  OCTET_RETURN_IF_ERROR(
      CheckTfliteRequantization(options.tflite_requantization(), 1,
                                /*min_multiplier=*/kTfliteMinMultiplier / 2));
  if (options.counts() != nullptr && options.counts()->size() == 1) {
    return OkStatus();
  }
  return InvalidModel("TFLite's mean has one count");
}

OperatorPointer MakeTfliteAveragePool2d(const PrepareContext& context,
                                        const Node& node) {
  const auto& options = node.options<schema::AveragePool2d>();
  if (options.tflite_requantization() != nullptr) {
    return std::make_unique<TfliteMean>(context, node, options);
  }
  return std::make_unique<TfliteAveragePool2d>(context, node, options);
}

}  // namespace octet
