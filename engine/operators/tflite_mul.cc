// Mul with rounding TFLITE: products of a piece of a row, then the second pass
// that layers have.

#include <algorithm>

#include "engine/operators/operators.h"
#include "engine/operators/row_walk.h"
#include "engine/operators/split.h"
#include "engine/operators/tflite_checks.h"

namespace octet {
namespace {

constexpr int64_t kPiece = 256;

class TfliteMul : public Operator {
 public:
  TfliteMul(const PrepareContext& context, const Node& node,
            const schema::Mul& options)
      : a_(node.inputs[0]),
        b_(node.inputs[1]),
        output_(node.output),
        zero_point_a_(context.network.tensor(a_).zero_point),
        zero_point_b_(context.network.tensor(b_).zero_point),
        mask_(FormMask(context.kernels.form)),
        scale_(TfliteScaleAt(*options.tflite_requantization(), 0)),
        run_(context.kernels.tflite.output) {
    const Tensor& output = context.network.output(node);
    layout_ = BroadcastLayout(output.shape, {context.network.tensor(a_).shape,
                                             context.network.tensor(b_).shape});
    args_.channels = 1;
    args_.output_stride = 1;
    args_.stage = StageOf(output, *options.clamp());
    args_.form = context.kernels.form;
    plan_.kernel =
        TfliteKernelName(context.kernels, &TfliteKernels::output, "mul");
    plan_.num_parts = NumParts(context, output.NumElements() * kWorkPerOutput,
                               layout_.rows());
  }

  void Run(const RunContext& context, int part) const override {
    const Range rows = PartOf(layout_.rows(), part, plan_.num_parts);
    const int64_t n = layout_.row();
    uint8_t* output = context.tensors[output_] + rows.begin * n;
    RowWalk walk(layout_, rows.begin);
    for (int64_t row = rows.begin; row < rows.end; ++row, walk.Next()) {
      for (int64_t begin = 0; begin < n; begin += kPiece) {
        const int64_t count = std::min(kPiece, n - begin);
        RunPiece(context.tensors[a_] + walk.at(0) + begin * layout_.step(0),
                 context.tensors[b_] + walk.at(1) + begin * layout_.step(1),
                 count, output + begin);
      }
      output += n;
    }
  }

 private:
  void RunPiece(const uint8_t* a, const uint8_t* b, int64_t count,
                uint8_t* output) const {
    int32_t products[kPiece];
    for (int64_t i = 0; i < count; ++i) {
      products[i] = Centered(a[i * layout_.step(0)], zero_point_a_) *
                    Centered(b[i * layout_.step(1)], zero_point_b_);
    }
    TfliteOutputArgs args = args_;
    args.scales = &scale_;
    args.pixels = static_cast<size_t>(count);
    args.accumulators = products;
    args.output = output;
    run_(args);
  }

  int32_t Centered(uint8_t byte, int32_t zero_point) const {
    return static_cast<int8_t>(byte ^ mask_) - zero_point;
  }

  int a_, b_, output_;
  int32_t zero_point_a_, zero_point_b_;
  uint8_t mask_;
  TfliteScale scale_;
  void (*run_)(const TfliteOutputArgs& args);
  TfliteOutputArgs args_ = {};
  RowLayout layout_;
};

}  // namespace

OperatorPointer MakeTfliteMul(const PrepareContext& context, const Node& node) {
  return std::make_unique<TfliteMul>(context, node,
                                     node.options<schema::Mul>());
}

}  // namespace octet
