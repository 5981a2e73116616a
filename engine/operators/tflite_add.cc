// Add with rounding TFLITE, and the difference of TFLite's SUB.

#include "engine/operators/operators.h"
#include "engine/operators/split.h"
#include "engine/operators/tflite_checks.h"

namespace octet {
namespace {

constexpr int64_t kScales = 3;  // input 1, input 2, output

class TfliteAdd : public Operator {
 public:
  TfliteAdd(const PrepareContext& context, const Node& node,
            const schema::Add& options)
      : a_(node.inputs[0]),
        b_(node.inputs[1]),
        output_(node.output),
        n_(context.network.output(node).NumElements()),
        run_(context.kernels.tflite.add) {
    const auto& scales = *options.tflite_requantization();
    args_.zero_point_a =
        static_cast<int8_t>(context.network.tensor(a_).zero_point);
    args_.zero_point_b =
        static_cast<int8_t>(context.network.tensor(b_).zero_point);
    args_.scale_a = TfliteScaleAt(scales, 0);
    args_.scale_b = TfliteScaleAt(scales, 1);
    args_.scale_output = TfliteScaleAt(scales, 2);
    args_.stage = StageOf(context.network.output(node), *options.clamp());
    args_.form = context.kernels.form;
    plan_.kernel =
        TfliteKernelName(context.kernels, &TfliteKernels::add, "add");
    plan_.overwrites = 3;  // either
    plan_.num_parts = NumParts(context, n_ * kWorkPerByte, ElementUnits(n_));
  }

  void Run(const RunContext& context, int part) const override {
    const Range range = ElementsOf(n_, part, plan_.num_parts);
    TfliteAddArgs args = args_;
    args.n = static_cast<size_t>(range.size());
    args.a = context.tensors[a_] + range.begin;
    args.b = context.tensors[b_] + range.begin;
    args.output = context.tensors[output_] + range.begin;
    run_(args);
  }

 private:
  int a_, b_, output_;
  int64_t n_;
  void (*run_)(const TfliteAddArgs& args);
  TfliteAddArgs args_ = {};
};

}  // namespace

Status CheckTfliteAdd(const schema::Add& options) {
  const auto* scales = options.tflite_requantization();
  OCTET_RETURN_IF_ERROR(CheckTfliteRequantization(
      scales, kScales, kTfliteMinMultiplier, /*negative_entry=*/1));
  if (scales->multiplier()->size() != kScales) {
    return InvalidModel(
        "an Add needs three TFLite multipliers: of its inputs and its output");
  }
  for (const int8_t shift : *scales->shift()) {
    // To the right alone: no sum overflows.
    if (shift > 0) {
      return InvalidModel("TFLite shift " + std::to_string(shift) +
                          " of an Add is above 0");
    }
  }
  return OkStatus();
}

OperatorPointer MakeTfliteAdd(const PrepareContext& context, const Node& node) {
  return std::make_unique<TfliteAdd>(context, node,
                                     node.options<schema::Add>());
}

}  // namespace octet
