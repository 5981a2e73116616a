// Softmax along the last dimension, by the converter's table.

#include <algorithm>

#include "engine/operators/checks.h"
#include "engine/operators/float_operators.h"
#include "engine/operators/operators.h"
#include "engine/operators/split.h"
#include "engine/operators/tflite_checks.h"

namespace octet {
namespace {

constexpr uint32_t kTableSize = 256;
constexpr float kOutputScale = 1.0f / 256.0f;
constexpr int32_t kOutputZeroPoint = -128;

class Softmax : public Operator {
 public:
  Softmax(const PrepareContext& context, const Node& node,
          const schema::Softmax& options)
      : input_(node.inputs[0]),
        output_(node.output),
        form_(context.kernels.form),
        run_(context.kernels.softmax) {
    const Tensor& output = context.network.output(node);
    n_ = output.shape[output.shape.rank - 1];
    rows_ = output.NumElements() / n_;
    std::copy(options.table()->begin(), options.table()->end(), table_);
    plan_.kernel =
        KernelName(context.kernels, &KernelTable::softmax, run_, "softmax");
    plan_.num_parts =
        NumParts(context, rows_ * (n_ + kTableSize) * kWorkPerByte, rows_);
  }

  void Run(const RunContext& context, int part) const override {
    const Range rows = PartOf(rows_, part, plan_.num_parts);
    SoftmaxArgs args = {};
    args.rows = static_cast<size_t>(rows.size());
    args.n = static_cast<size_t>(n_);
    args.input = context.tensors[input_] + rows.begin * n_;
    args.output = context.tensors[output_] + rows.begin * n_;
    args.table = table_;
    args.form = form_;
    run_(args);
  }

 private:
  int input_, output_;
  ActivationForm form_;
  SoftmaxFunction run_;
  int64_t n_, rows_;
  uint16_t table_[kTableSize];
};

Status CheckTable(const schema::Softmax& options) {
  const auto* table = options.table();
  if (table == nullptr || table->size() != kTableSize || table->Get(0) == 0) {
    return InvalidModel(
        "the table must have 256 values, the first of them above 0");
  }
  return OkStatus();
}

}  // namespace

Status VerifySoftmax(const Network& network, const Node& node) {
  if (network.output(node).is_float()) return VerifyFloatSoftmax(network, node);
  const auto& options = node.options<schema::Softmax>();
  const Tensor& output = network.output(node);
  OCTET_RETURN_IF_ERROR(CheckRounding(options.rounding()));
  OCTET_RETURN_IF_ERROR(options.rounding() == schema::Rounding::TFLITE
                            ? CheckTfliteSoftmax(options, output.shape)
                            : CheckTable(options));
  if (output.scale != kOutputScale || output.zero_point != kOutputZeroPoint) {
    return InvalidModel(TensorTitle(network, node.output) +
                        " must have scale 1/256 and zero point -128");
  }
  if (output.shape.rank == 0) {
    return InvalidModel("a scalar has no dimension to sum over");
  }
  return CheckOutputShape(network, node, network.input(node, 0).shape);
}

OperatorPointer MakeSoftmax(const PrepareContext& context, const Node& node) {
  if (context.network.output(node).is_float()) {
    return MakeFloatSoftmax(context, node);
  }
  const auto& options = node.options<schema::Softmax>();
  if (options.rounding() == schema::Rounding::TFLITE) {
    return MakeTfliteSoftmax(context, node);
  }
  return std::make_unique<Softmax>(context, node, options);
}

}  // namespace octet
