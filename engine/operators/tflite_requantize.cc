// Requantize with rounding TFLITE.

#include "engine/operators/operators.h"
#include "engine/operators/split.h"
#include "engine/operators/tflite_checks.h"

namespace octet {
namespace {

class TfliteRequantize : public Operator {
 public:
  TfliteRequantize(const PrepareContext& context, const Node& node,
                   const schema::Requantize& options)
      : input_(node.inputs[0]),
        output_(node.output),
        n_(context.network.output(node).NumElements()),
        run_(context.kernels.tflite.requantize) {
    args_.zero_point_input =
        static_cast<int8_t>(context.network.tensor(input_).zero_point);
    args_.scale = TfliteScaleAt(*options.tflite_requantization(), 0);
    args_.stage = StageOf(context.network.output(node), *options.clamp());
    args_.form = context.kernels.form;
    plan_.kernel = TfliteKernelName(context.kernels, &TfliteKernels::requantize,
                                    "requantize");
    plan_.overwrites = 1;
    plan_.num_parts = NumParts(context, n_ * kWorkPerByte, ElementUnits(n_));
  }

  void Run(const RunContext& context, int part) const override {
    const Range range = ElementsOf(n_, part, plan_.num_parts);
    TfliteRequantizeArgs args = args_;
    args.n = static_cast<size_t>(range.size());
    args.input = context.tensors[input_] + range.begin;
    args.output = context.tensors[output_] + range.begin;
    run_(args);
  }

 private:
  int input_, output_;
  int64_t n_;
  void (*run_)(const TfliteRequantizeArgs& args);
  TfliteRequantizeArgs args_ = {};
};

}  // namespace

OperatorPointer MakeTfliteRequantize(const PrepareContext& context,
                                     const Node& node) {
  return std::make_unique<TfliteRequantize>(context, node,
                                            node.options<schema::Requantize>());
}

}  // namespace octet
