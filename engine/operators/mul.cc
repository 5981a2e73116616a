// Mul: the product of two INT8 tensors, with broadcasting.

#include <algorithm>
#include <cstring>
#include <utility>

#include "engine/operators/checks.h"
#include "engine/operators/float_operators.h"
#include "engine/operators/operators.h"
#include "engine/operators/row_walk.h"
#include "engine/operators/split.h"
#include "engine/operators/tflite_checks.h"
#include "kernels/elementwise.h"
#include "schema/shape_inference.h"

namespace octet {
namespace {

// A value that stands for a whole row of the other input is repeated this often
// in front of the kernel.
constexpr int64_t kRepeated = 256;

class Mul : public Operator {
 public:
  Mul(const PrepareContext& context, const Node& node,
      const schema::Mul& options)
      : a_(node.inputs[0]),
        b_(node.inputs[1]),
        output_(node.output),
        run_(context.kernels.mul) {
    const Tensor& output = context.network.output(node);
    // The kernel's `a` is the one that has all of the output's elements.
    if (context.network.tensor(a_).NumElements() < output.NumElements()) {
      std::swap(a_, b_);
    }
    const Tensor& a = context.network.tensor(a_);
    const Tensor& b = context.network.tensor(b_);
    args_.zero_point_a = static_cast<int8_t>(a.zero_point);
    args_.zero_point_b = static_cast<int8_t>(b.zero_point);
    args_.multiplier = options.requantization()->multiplier()->Get(0);
    args_.shift = options.requantization()->shift()->Get(0);
    args_.stage = StageOf(output, *options.clamp());
    args_.form = context.kernels.form;
    layout_ = BroadcastLayout(output.shape, {a.shape, b.shape});
    plan_.kernel = KernelName(context.kernels, &KernelTable::mul, run_, "mul");
    plan_.num_parts =
        NumParts(context, output.NumElements() * 2 * kWorkPerByte, Units());
  }

  void Run(const RunContext& context, int part) const override {
    if (IsDense()) {
      const Range range = ElementsOf(layout_.row(), part, plan_.num_parts);
      Multiply(context, range.begin, range.begin, range.begin, 1, range.size(),
               0);
      return;
    }
    const Range rows = PartOf(layout_.rows(), part, plan_.num_parts);
    for (int64_t row = rows.begin; row < rows.end;) {
      const RowWalk walk(layout_, row);
      const int64_t count = std::min(RowsAt(row), rows.end - row);
      RunRows(context, walk, row, count);
      row += count;
    }
  }

 private:
  // Both inputs have the output's shape, whose elements are one row.
  bool IsDense() const {
    return layout_.rows() == 1 && layout_.step(0) == 1 && layout_.step(1) == 1;
  }
  int64_t Units() const {
    return IsDense() ? ElementUnits(layout_.row()) : layout_.rows();
  }

  // How many rows, from `row` on, one call of the kernel can do.
  int64_t RowsAt(int64_t row) const {
    const int inner = layout_.shape.rank - 2;
    if (inner < 0 || layout_.step(0) != 1 || layout_.step(1) != 1 ||
        layout_.strides[0][inner] != layout_.row() ||
        (layout_.strides[1][inner] != 0 &&
         layout_.strides[1][inner] != layout_.row())) {
      return 1;
    }
    return layout_.shape[inner] - row % layout_.shape[inner];
  }

  void RunRows(const RunContext& context, const RowWalk& walk, int64_t row,
               int64_t count) const {
    const int64_t n = layout_.row();
    const int64_t output = row * n;
    if (layout_.step(0) == 1 && layout_.step(1) == 1) {
      const int64_t b_stride =
          count > 1 ? layout_.strides[1][layout_.shape.rank - 2] : 0;
      Multiply(context, walk.at(0), walk.at(1), output, count, n, b_stride);
      return;
    }
    uint8_t repeated[2][kRepeated + kOverreadBytes];
    const uint8_t* at[2];
    for (int k = 0; k < 2; ++k) {
      at[k] = context.tensors[k == 0 ? a_ : b_] + walk.at(k);
      if (layout_.step(k) == 0) std::memset(repeated[k], *at[k], kRepeated);
    }
    for (int64_t i = 0; i < n; i += kRepeated) {
      const auto input = [&](int k) {
        return layout_.step(k) == 0 ? repeated[k] : at[k] + i;
      };
      Call(input(0), input(1), context.tensors[output_] + output + i, 1,
           std::min(kRepeated, n - i), 0);
    }
  }

  void Multiply(const RunContext& context, int64_t a, int64_t b, int64_t output,
                int64_t rows, int64_t n, int64_t b_stride) const {
    Call(context.tensors[a_] + a, context.tensors[b_] + b,
         context.tensors[output_] + output, rows, n, b_stride);
  }

  void Call(const uint8_t* a, const uint8_t* b, uint8_t* output, int64_t rows,
            int64_t n, int64_t b_stride) const {
    MulArgs args = args_;
    args.rows = static_cast<size_t>(rows);
    args.n = static_cast<size_t>(n);
    args.a = a;
    args.b = b;
    args.output = output;
    args.b_stride = static_cast<size_t>(b_stride);
    run_(args);
  }

  int a_, b_, output_;
  MulFunction run_;
  MulArgs args_ = {};
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
