// Add: elementwise sum of two activations of the same shape.

#include "engine/operators/checks.h"
#include "engine/operators/float_operators.h"
#include "engine/operators/operators.h"
#include "engine/operators/split.h"
#include "engine/operators/tflite_checks.h"
#include "schema/shape_inference.h"

namespace octet {
namespace {

class Add : public Operator {
 public:
  Add(const PrepareContext& context, const Node& node,
      const schema::Add& options)
      : a_(node.inputs[0]),
        b_(node.inputs[1]),
        output_(node.output),
        n_(context.network.output(node).NumElements()),
        run_(context.kernels.add) {
    const Tensor& output = context.network.output(node);
    args_.zero_point_a =
        static_cast<int8_t>(context.network.tensor(a_).zero_point);
    args_.zero_point_b =
        static_cast<int8_t>(context.network.tensor(b_).zero_point);
    args_.multiplier_a = options.multiplier_1();
    args_.multiplier_b = options.multiplier_2();
    args_.fraction_bits = static_cast<int8_t>(options.fraction_bits());
    args_.stage = StageOf(output, *options.clamp());
    args_.form = context.kernels.form;
    plan_.kernel = KernelName(context.kernels, &KernelTable::add, run_, "add");
    plan_.overwrites = 3;  // either
    plan_.num_parts = NumParts(context, n_ * kWorkPerByte, ElementUnits(n_));
  }

  void Run(const RunContext& context, int part) const override {
    const Range range = ElementsOf(n_, part, plan_.num_parts);
    AddArgs args = args_;
    args.n = static_cast<size_t>(range.size());
    args.a = context.tensors[a_] + range.begin;
    args.b = context.tensors[b_] + range.begin;
    args.output = context.tensors[output_] + range.begin;
    run_(args);
  }

 private:
  int a_, b_, output_;
  int64_t n_;
  AddFunction run_;
  AddArgs args_ = {};
};

Status CheckQ15Add(const schema::Add& options) {
  if (options.multiplier_1() < 0 || options.multiplier_2() < 0) {
    return InvalidModel("the multipliers must not be negative");
  }
  return CheckFractionBits(options.fraction_bits());
}

}  // namespace

Status VerifyAdd(const Network& network, const Node& node) {
  if (network.output(node).is_float()) return VerifyFloatAdd(network, node);
  const auto& options = node.options<schema::Add>();
  OCTET_RETURN_IF_ERROR(CheckRounding(options.rounding()));
  OCTET_RETURN_IF_ERROR(options.rounding() == schema::Rounding::TFLITE
                            ? CheckTfliteAdd(options)
                            : CheckQ15Add(options));
  OCTET_RETURN_IF_ERROR(CheckClamp(options.clamp()));
  return CheckOutputShape(network, node,
                          InferElementwiseShape(network.input(node, 0).shape,
                                                network.input(node, 1).shape));
}

OperatorPointer MakeAdd(const PrepareContext& context, const Node& node) {
  if (context.network.output(node).is_float()) {
    return MakeFloatAdd(context, node);
  }
  const auto& options = node.options<schema::Add>();
  if (options.rounding() == schema::Rounding::TFLITE) {
    return MakeTfliteAdd(context, node);
  }
  return std::make_unique<Add>(context, node, options);
}

}  // namespace octet
