// MatMul: products of matrices, neither of them a constant of the plan.

#include <algorithm>

#include "engine/operators/checks.h"
#include "engine/operators/float_operators.h"
#include "engine/operators/row_walk.h"
#include "engine/operators/split.h"
#include "kernels/float/gemm.h"
#include "kernels/requantize.h"
#include "schema/shape_inference.h"

namespace octet {
namespace {

constexpr int64_t kPanel = kFloatPanel;
// A portable multiply-accumulate costs about as much as so many of the fastest.
constexpr int64_t kWorkPerMac = 8;
// So that sums of products of 255 by 255 fit int32.
constexpr int32_t kMaxInt8Sum = 1 << 15;

// The dimensions in front of the matrices.
Shape BatchOf(const Shape& shape) {
  Shape batch = shape;
  batch.rank -= 2;
  return batch;
}

// Work is divided into pieces of a matrix; the walk says where the matrices of
// a batch begin.
class MatMul : public Operator {
 public:
  MatMul(const PrepareContext& context, const Node& node)
      : a_(node.inputs[0]), b_(node.inputs[1]), output_(node.output) {
    const Shape& a = context.network.tensor(a_).shape;
    const Shape& b = context.network.tensor(b_).shape;
    const Shape& output = context.network.output(node).shape;
    m_ = a[a.rank - 2];
    k_ = a[a.rank - 1];
    n_ = b[b.rank - 1];
    batch_ = BroadcastLayout(BatchOf(output), {BatchOf(a), BatchOf(b)});
    plan_.macs = output.NumElements() * k_;
  }

 protected:
  int64_t num_batches() const { return batch_.shape.NumElements(); }
  void Divide(const PrepareContext& context, int64_t pieces) {
    pieces_ = pieces;
    plan_.num_parts =
        NumParts(context, plan_.macs * kWorkPerMac, num_batches() * pieces_);
  }

  struct Place {
    int64_t a, b, output;  // first elements
    int64_t piece;
  };
  Place PlaceOf(int64_t unit) const {
    const int64_t batch = unit / pieces_;
    const RowWalk walk(batch_, batch / batch_.row());
    const int64_t column = batch % batch_.row();
    return {(walk.at(0) + column * batch_.step(0)) * m_ * k_,
            (walk.at(1) + column * batch_.step(1)) * k_ * n_, batch * m_ * n_,
            unit % pieces_};
  }
  Range Units(int part) const {
    return PartOf(num_batches() * pieces_, part, plan_.num_parts);
  }

  int a_, b_, output_;
  int64_t m_, k_, n_;

 private:
  RowLayout batch_;
  int64_t pieces_ = 1;  // of each matrix
};

// A piece is a panel of columns, which is packed first.
class FloatMatMul : public MatMul {
 public:
  FloatMatMul(const PrepareContext& context, const Node& node,
              const schema::MatMul& options)
      : MatMul(context, node), clamp_(FloatClampOf(options.float_clamp())) {
    plan_.kernel = "float gemm 4x8";
    plan_.scratch_bytes =
        AlignBlock(static_cast<uint64_t>(k_ * kPanel) * sizeof(float));
    Divide(context, CeilDiv(n_, kPanel));
  }

  void Run(const RunContext& context, int part) const override {
    float* panel = reinterpret_cast<float*>(
        context.scratch + static_cast<uint64_t>(part) * plan_.scratch_bytes);
    const float* a = reinterpret_cast<const float*>(context.tensors[a_]);
    const float* b = reinterpret_cast<const float*>(context.tensors[b_]);
    float* output = reinterpret_cast<float*>(context.tensors[output_]);
    const Range units = Units(part);
    for (int64_t unit = units.begin; unit < units.end; ++unit) {
      const Place place = PlaceOf(unit);
      const int64_t column = place.piece * kPanel;
      const int64_t columns = std::min(kPanel, n_ - column);
      PackFloatPanels(b + place.b + column, static_cast<size_t>(k_),
                      static_cast<size_t>(columns), static_cast<size_t>(n_), 1,
                      panel);
      FloatMatrixProduct({static_cast<size_t>(m_), static_cast<size_t>(k_),
                          static_cast<size_t>(columns), a + place.a, panel,
                          nullptr, output + place.output + column,
                          static_cast<size_t>(n_), clamp_});
    }
  }

 private:
  FloatClamp clamp_;
};

// A piece is a row of the output, whose accumulators lie in scratch.
class Int8MatMul : public MatMul {
 public:
  Int8MatMul(const PrepareContext& context, const Node& node,
             const schema::MatMul& options)
      : MatMul(context, node),
        zero_point_a_(context.network.tensor(a_).zero_point),
        zero_point_b_(context.network.tensor(b_).zero_point),
        mask_(FormMask(context.kernels.form)),
        multiplier_(options.requantization()->multiplier()->Get(0)),
        shift_(options.requantization()->shift()->Get(0)),
        stage_(StageOf(context.network.output(node), *options.clamp())) {
    plan_.kernel = "matmul";
    plan_.scratch_bytes =
        AlignBlock(static_cast<uint64_t>(n_) * sizeof(int32_t));
    Divide(context, m_);
  }

  void Run(const RunContext& context, int part) const override {
    int32_t* sums = reinterpret_cast<int32_t*>(
        context.scratch + static_cast<uint64_t>(part) * plan_.scratch_bytes);
    const Range units = Units(part);
    for (int64_t unit = units.begin; unit < units.end; ++unit) {
      const Place place = PlaceOf(unit);
      const uint8_t* a = context.tensors[a_] + place.a + place.piece * k_;
      const uint8_t* b = context.tensors[b_] + place.b;
      std::fill_n(sums, n_, 0);
      for (int64_t i = 0; i < k_; ++i, b += n_) {
        const int16_t factor = Centered(a[i], zero_point_a_);
        for (int64_t c = 0; c < n_; ++c) {
          sums[c] += factor * Centered(b[c], zero_point_b_);
        }
      }
      uint8_t* output =
          context.tensors[output_] + place.output + place.piece * n_;
      for (int64_t c = 0; c < n_; ++c) {
        const int8_t q = RequantizeQ15(sums[c], multiplier_, shift_, stage_);
        output[c] = static_cast<uint8_t>(static_cast<uint8_t>(q) ^ mask_);
      }
    }
  }

 private:
  // int16, so that compilers use instructions that multiply those.
  int16_t Centered(uint8_t byte, int32_t zero_point) const {
    return static_cast<int16_t>(static_cast<int8_t>(byte ^ mask_) - zero_point);
  }

  int32_t zero_point_a_, zero_point_b_;
  uint8_t mask_;
  int16_t multiplier_;
  int8_t shift_;
  OutputStage stage_;
};

}  // namespace

Status VerifyMatMul(const Network& network, const Node& node) {
  const auto& options = node.options<schema::MatMul>();
  const Shape& a = network.input(node, 0).shape;
  OCTET_RETURN_IF_ERROR(CheckOutputShape(
      network, node, InferMatMulShape(a, network.input(node, 1).shape)));
  if (network.output(node).is_float()) {
    return CheckFloatClamp(options.float_clamp());
  }
  if (a[a.rank - 1] > kMaxInt8Sum) {
    return InvalidModel("sums of more than 2^15 products could overflow");
  }
  OCTET_RETURN_IF_ERROR(CheckRequantization(options.requantization(), 1));
  return CheckClamp(options.clamp());
}

OperatorPointer MakeMatMul(const PrepareContext& context, const Node& node) {
  const auto& options = node.options<schema::MatMul>();
  if (context.network.output(node).is_float()) {
    return std::make_unique<FloatMatMul>(context, node, options);
  }
  return std::make_unique<Int8MatMul>(context, node, options);
}

}  // namespace octet
