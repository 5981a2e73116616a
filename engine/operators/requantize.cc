// Requantize: the same values in another scale and zero point, or a clamp.

#include "engine/operators/checks.h"
#include "engine/operators/operators.h"
#include "engine/operators/split.h"
#include "engine/operators/tflite_checks.h"

namespace octet {
namespace {

class Requantize : public Operator {
 public:
  Requantize(const PrepareContext& context, const Node& node,
             const schema::Requantize& options)
      : input_(node.inputs[0]),
        output_(node.output),
        n_(context.network.output(node).NumElements()),
        run_(context.kernels.requantize) {
    args_.zero_point_input =
        static_cast<int8_t>(context.network.tensor(input_).zero_point);
    args_.multiplier = options.requantization()->multiplier()->Get(0);
    args_.shift = options.requantization()->shift()->Get(0);
    args_.stage = StageOf(context.network.output(node), *options.clamp());
    args_.form = context.kernels.form;
    plan_.kernel = KernelName(context.kernels, &KernelTable::requantize, run_,
                              "requantize");
    plan_.overwrites = 1;
    plan_.num_parts = NumParts(context, n_ * kWorkPerByte, ElementUnits(n_));
  }

  void Run(const RunContext& context, int part) const override {
    const Range range = ElementsOf(n_, part, plan_.num_parts);
    RequantizeArgs args = args_;
    args.n = static_cast<size_t>(range.size());
    args.input = context.tensors[input_] + range.begin;
    args.output = context.tensors[output_] + range.begin;
    run_(args);
  }

 private:
  int input_, output_;
  int64_t n_;
  RequantizeFunction run_;
  RequantizeArgs args_ = {};
};

}  // namespace

Status VerifyRequantize(const Network& network, const Node& node) {
  const auto& options = node.options<schema::Requantize>();
  OCTET_RETURN_IF_ERROR(CheckClamp(options.clamp()));
  OCTET_RETURN_IF_ERROR(CheckRounding(options.rounding()));
  OCTET_RETURN_IF_ERROR(
      options.rounding() == schema::Rounding::TFLITE
          ? CheckTfliteRequantization(options.tflite_requantization(), 1)
          : CheckRequantization(options.requantization(), 1));
  return CheckOutputShape(network, node, network.input(node, 0).shape);
}

OperatorPointer MakeRequantize(const PrepareContext& context,
                               const Node& node) {
  const auto& options = node.options<schema::Requantize>();
  if (options.rounding() == schema::Rounding::TFLITE) {
    return MakeTfliteRequantize(context, node);
  }
  return std::make_unique<Requantize>(context, node, options);
}

}  // namespace octet
