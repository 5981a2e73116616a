// Mul: the product of two INT8 tensors, with broadcasting.

#include "engine/operators/checks.h"
#include "engine/operators/float_operators.h"
#include "engine/operators/operators.h"
#include "engine/operators/row_walk.h"
#include "engine/operators/split.h"
#include "engine/operators/tflite_checks.h"
#include "kernels/requantize.h"
#include "schema/shape_inference.h"

namespace octet {
namespace {

class Mul : public Operator {
 public:
  Mul(const PrepareContext& context, const Node& node,
      const schema::Mul& options)
      : a_(node.inputs[0]),
        b_(node.inputs[1]),
        output_(node.output),
        zero_point_a_(context.network.tensor(a_).zero_point),
        zero_point_b_(context.network.tensor(b_).zero_point),
        mask_(FormMask(context.kernels.form)),
        multiplier_(options.requantization()->multiplier()->Get(0)),
        shift_(options.requantization()->shift()->Get(0)),
        stage_(StageOf(context.network.output(node), *options.clamp())) {
    const Tensor& output = context.network.output(node);
    layout_ = BroadcastLayout(output.shape, {context.network.tensor(a_).shape,
                                             context.network.tensor(b_).shape});
    plan_.kernel = "mul";
    plan_.num_parts =
        NumParts(context, output.NumElements() * kWorkPerOutput * kWorkPerByte,
                 layout_.rows());
  }

  void Run(const RunContext& context, int part) const override {
    const Range rows = PartOf(layout_.rows(), part, plan_.num_parts);
    const uint8_t* a = context.tensors[a_];
    const uint8_t* b = context.tensors[b_];
    const int64_t n = layout_.row();
    uint8_t* output = context.tensors[output_] + rows.begin * n;
    RowWalk walk(layout_, rows.begin);
    for (int64_t row = rows.begin; row < rows.end; ++row, walk.Next()) {
      for (int64_t i = 0; i < n; ++i) {
        const int32_t accumulator =
            Centered(a[walk.at(0) + i * layout_.step(0)], zero_point_a_) *
            Centered(b[walk.at(1) + i * layout_.step(1)], zero_point_b_);
        const int8_t q =
            RequantizeQ15(accumulator, multiplier_, shift_, stage_);
        *output++ = static_cast<uint8_t>(static_cast<uint8_t>(q) ^ mask_);
      }
    }
  }

 private:
  int32_t Centered(uint8_t byte, int32_t zero_point) const {
    return static_cast<int8_t>(byte ^ mask_) - zero_point;
  }

  int a_, b_, output_;
  int32_t zero_point_a_, zero_point_b_;
  uint8_t mask_;
  int16_t multiplier_;
  int8_t shift_;
  OutputStage stage_;
  RowLayout layout_;
};

}  // namespace

Status VerifyMul(const Network& network, const Node& node) {
  const auto& options = node.options<schema::Mul>();
  OCTET_RETURN_IF_ERROR(CheckRounding(options.rounding()));
  OCTET_RETURN_IF_ERROR(
      options.rounding() == schema::Rounding::TFLITE
          ? CheckTfliteRequantization(options.tflite_requantization(), 1)
          : CheckRequantization(options.requantization(), 1));
  OCTET_RETURN_IF_ERROR(CheckClamp(options.clamp()));
  return CheckOutputShape(network, node,
                          InferBroadcastShape(network.input(node, 0).shape,
                                              network.input(node, 1).shape));
}

OperatorPointer MakeMul(const PrepareContext& context, const Node& node) {
  const auto& options = node.options<schema::Mul>();
  if (options.rounding() == schema::Rounding::TFLITE) {
    return MakeTfliteMul(context, node);
  }
  return std::make_unique<Mul>(context, node, options);
}

}  // namespace octet
