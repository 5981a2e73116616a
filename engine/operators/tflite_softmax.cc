// Softmax with rounding TFLITE: no table, but gemmlowp's exponential.

#include "engine/operators/operators.h"
#include "engine/operators/split.h"
#include "engine/operators/tflite_checks.h"

namespace octet {
namespace {

// Exponentials are computed once a call, each in about as many operations.
constexpr int64_t kWorkPerCall = 256 * 64;

class TfliteSoftmax : public Operator {
 public:
  TfliteSoftmax(const PrepareContext& context, const Node& node,
                const schema::Softmax& options)
      : input_(node.inputs[0]),
        output_(node.output),
        run_(context.kernels.tflite.softmax) {
    const Shape& shape = context.network.output(node).shape;
    n_ = shape[shape.rank - 1];
    rows_ = shape.NumElements() / n_;
    args_.n = static_cast<size_t>(n_);
    args_.scale = TfliteScaleAt(*options.tflite_requantization(), 0);
    args_.form = context.kernels.form;
    plan_.kernel =
        TfliteKernelName(context.kernels, &TfliteKernels::softmax, "softmax");
    plan_.num_parts = NumParts(
        context, kWorkPerCall + rows_ * (n_ + 256) * kWorkPerByte, rows_);
  }

  void Run(const RunContext& context, int part) const override {
    const Range rows = PartOf(rows_, part, plan_.num_parts);
    TfliteSoftmaxArgs args = args_;
    args.rows = static_cast<size_t>(rows.size());
    args.input = context.tensors[input_] + rows.begin * n_;
    args.output = context.tensors[output_] + rows.begin * n_;
    run_(args);
  }

 private:
  int input_, output_;
  int64_t n_, rows_;
  void (*run_)(const TfliteSoftmaxArgs& args);
  TfliteSoftmaxArgs args_ = {};
};

}  // namespace

Status CheckTfliteSoftmax(const schema::Softmax& options, const Shape& shape) {
  const auto* scale = options.tflite_requantization();
  OCTET_RETURN_IF_ERROR(CheckTfliteRequantization(scale, 1));
  if (scale->shift()->Get(0) < 0) {
    return InvalidModel("TFLite shift " +
                        std::to_string(scale->shift()->Get(0)) +
                        " of a Softmax is below 0");
  }
  if (shape.rank > 0 && shape[shape.rank - 1] > kTfliteMaxSoftmaxValues) {
    return Unsupported("a row has " + std::to_string(shape[shape.rank - 1]) +
                       " values; TFLite's sum of exponentials takes " +
                       std::to_string(kTfliteMaxSoftmaxValues));
  }
  return OkStatus();
}

OperatorPointer MakeTfliteSoftmax(const PrepareContext& context,
                                  const Node& node) {
  return std::make_unique<TfliteSoftmax>(context, node,
                                         node.options<schema::Softmax>());
}

}  // namespace octet
