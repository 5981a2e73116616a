// MatMul: products of matrices, neither of them a constant of the plan.

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

#include "engine/operators/checks.h"
#include "engine/operators/copy_plane.h"
#include "engine/operators/float_operators.h"
#include "engine/operators/row_walk.h"
#include "engine/operators/split.h"
#include "kernels/float/accumulators.h"
#include "kernels/float/gemm.h"
#include "kernels/pack.h"
#include "schema/shape_inference.h"

namespace octet {
namespace {

constexpr int64_t kPanel = kFloatPanel;
// A portable multiply-accumulate costs about as much as so many of the fastest.
constexpr int64_t kWorkPerMac = 8;
// INT8: bytes of packed panels, and of accumulators, that stay in a cache.
constexpr int64_t kPieceBytes = 128 * 1024;
constexpr int64_t kAccumulatorBytes = 16 * 1024;
// What packing a byte of B costs, and an accumulator's way to the output, in
// multiply-accumulates.
constexpr int64_t kWorkPerPackedByte = 100;
constexpr int64_t kWorkPerSum = 100;
// Rows that are worth packing B for.
constexpr int64_t kLeastRows = 16;

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
  int64_t pieces_ = 1;  // of each matrix

 private:
  RowLayout batch_;
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

// A piece is some panels of columns of some rows. Its part of B is packed into
// scratch as a layer's weights are:
//
//   B columns -> transposed, s8 -> panels -> kernel ---------------> output
//   A rows, where they lie -------------------^  `-> sums + offset ----^
//
// The panels' biases hold A's zero point. Where B's is 0, a gemm kernel gives
// the output; otherwise, or to FLOAT32, one that stores accumulators, to which
// -zero_point_b times the row's sum of (q_a - zero_point_a) is added.
class Int8MatMul : public MatMul {
 public:
  Int8MatMul(const PrepareContext& context, const Node& node,
             const schema::MatMul& options)
      : MatMul(context, node), form_(context.kernels.form) {
    const Tensor& a = context.network.tensor(a_);
    const Tensor& b = context.network.tensor(b_);
    const Tensor& output = context.network.output(node);
    zero_point_a_ = a.zero_point;
    zero_point_b_ = b.zero_point;
    to_float_ = output.is_float();
    if (to_float_) {
      stage_.scale = a.scale * b.scale;
      stage_.clamp = FloatClampOf(options.float_clamp());
    } else {
      stage_.multiplier = options.requantization()->multiplier()->Get(0);
      stage_.shift = options.requantization()->shift()->Get(0);
      stage_.output = StageOf(output, *options.clamp());
      stage_.mask = FormMask(form_);
    }
    ChooseKernel(context);
    DivideWork(context);
    LayOutScratch();
  }

  void Run(const RunContext& context, int part) const override {
    uint8_t* scratch =
        context.scratch + static_cast<uint64_t>(part) * plan_.scratch_bytes;
    const Range units = Units(part);
    int64_t packed_b = -1, packed_column = -1;
    for (int64_t unit = units.begin; unit < units.end; ++unit) {
      const Place place = PlaceOf(unit);
      const Range panels =
          PartOf(panels_, static_cast<int>(place.piece % column_pieces_),
                 static_cast<int>(column_pieces_));
      const int64_t column = panels.begin * nr();
      const int64_t columns = std::min(panels.end * nr(), n_) - column;
      // Batches that share B follow each other.
      if (packed_b != place.b || packed_column != column) {
        PackColumns(context.tensors[b_] + place.b + column, columns, scratch);
        packed_b = place.b;
        packed_column = column;
      }
      const Range rows = RowsOf(static_cast<int>(place.piece / column_pieces_));
      for (int64_t row = rows.begin; row < rows.end; row += call_rows_) {
        const int64_t count = std::min(call_rows_, rows.end - row);
        RunRows(context.tensors[a_] + place.a + row * k_, count, columns,
                context.tensors[output_] +
                    (place.output + row * n_ + column) * (to_float_ ? 4 : 1),
                scratch);
      }
    }
  }

 private:
  int64_t nr() const { return static_cast<int64_t>(kernel_->descriptor.nr); }
  int64_t mr() const { return static_cast<int64_t>(kernel_->descriptor.mr); }

  void ChooseKernel(const PrepareContext& context) {
    const GemmShape shape = {static_cast<size_t>(m_), static_cast<size_t>(n_),
                             1, static_cast<size_t>(k_)};
    const char* isa = nullptr;
    if (!to_float_ && zero_point_b_ == 0 && stage_.shift >= 0) {
      kernel_ = SelectGemmForInt8(context.kernels, shape, &isa);
      is_direct_ = kernel_ != nullptr;
    }
    if (!is_direct_) {
      kernel_ = SelectAccumulateGemm(context.kernels, shape, WeightRange::kInt8,
                                     &isa);
    }
    plan_.kernel = std::string(isa) + " matmul " + kernel_->descriptor.name;
    panels_ = CeilDiv(n_, nr());
    panel_bytes_ = static_cast<int64_t>(
        GemmPanelBytes(kernel_->descriptor, 1, shape.run_length, 0));
  }

  // Columns are divided until a piece stays in the cache, and further, then
  // rows, until there is work for all threads.
  void DivideWork(const PrepareContext& context) {
    const int64_t work = num_batches() * (m_ * n_ * (k_ + kWorkPerSum) +
                                          k_ * n_ * kWorkPerPackedByte);
    const int64_t parts = NumParts(context, work, context.max_parts);
    const int64_t pieces =
        num_batches() % parts == 0 ? 1 : CeilDiv(4 * parts, num_batches());
    column_pieces_ =
        std::max(CeilDiv(panels_ * panel_bytes_, kPieceBytes), pieces);
    column_pieces_ = std::min(column_pieces_, panels_);
    row_pieces_ =
        std::min(CeilDiv(pieces, column_pieces_), CeilDiv(m_, kLeastRows));
    pieces_ = column_pieces_ * row_pieces_;
    plan_.num_parts = NumParts(context, work, num_batches() * pieces_);
  }
  Range RowsOf(int piece) const {
    return PartOf(m_, piece, static_cast<int>(row_pieces_));
  }

  void LayOutScratch() {
    const int64_t panels = CeilDiv(panels_, column_pieces_);
    const int64_t columns = std::min(panels * nr(), n_);
    const int64_t most =
        static_cast<int64_t>(MaxPixelsOfCall(kernel_->descriptor));
    call_rows_ = most;
    if (!is_direct_) {
      const int64_t rows = kAccumulatorBytes / (4 * columns);
      call_rows_ = std::clamp(rows / mr() * mr(), mr(), most);
    }
    const auto place = [this](int64_t bytes) {
      const uint64_t at = plan_.scratch_bytes;
      plan_.scratch_bytes += AlignBlock(static_cast<uint64_t>(bytes));
      return at;
    };
    place(panels * panel_bytes_ + kOverreadBytes);
    biases_at_ = place(columns * 4);
    accumulators_at_ = place(is_direct_ ? 0 : call_rows_ * columns * 4);
    // B's columns are needed until they are packed, the workspace behind that.
    workspace_at_ = place(std::max(
        columns * k_, static_cast<int64_t>(GemmWorkspaceBytes(
                          kernel_->descriptor, 1, static_cast<size_t>(k_)))));
  }

  void PackColumns(const uint8_t* b, int64_t columns, uint8_t* scratch) const {
    uint8_t* transposed = scratch + workspace_at_;
    CopyPlane({columns, k_, 1, n_, k_, 1}, 1, b, transposed);
    if (form_ == ActivationForm::kU8) {
      for (int64_t i = 0; i < columns * k_; ++i) transposed[i] ^= 0x80;
    }
    LayerWeights weights = {};
    weights.n = static_cast<size_t>(columns);
    weights.weights = reinterpret_cast<const int8_t*>(transposed);
    weights.channel_stride = static_cast<size_t>(k_);
    weights.input_zero_point = zero_point_a_;
    std::memset(scratch + biases_at_, 0, static_cast<size_t>(columns * 4));
    weights.bias = reinterpret_cast<const int32_t*>(scratch + biases_at_);
    if (is_direct_) {
      weights.multiplier = &stage_.multiplier;
      weights.shift = &stage_.shift;
    }
    PackGemm(kernel_->descriptor, form_, weights, 1, static_cast<size_t>(k_), 0,
             scratch);
  }

  void RunRows(const uint8_t* a, int64_t rows, int64_t columns, uint8_t* output,
               uint8_t* scratch) const {
    int32_t* accumulators =
        reinterpret_cast<int32_t*>(scratch + accumulators_at_);
    const GemmRun run = {a, static_cast<ptrdiff_t>(k_)};
    GemmArgs args = {};
    args.m = static_cast<size_t>(rows);
    args.n = static_cast<size_t>(columns);
    args.num_runs = 1;
    args.run_length = static_cast<size_t>(k_);
    args.runs = &run;
    args.packed_weights = scratch;
    args.panel_bytes = static_cast<size_t>(panel_bytes_);
    args.workspace = scratch + workspace_at_;
    args.form = form_;
    if (is_direct_) {
      args.output = output;
      args.output_stride = static_cast<ptrdiff_t>(n_);
      args.stage = stage_.output;
      kernel_->run(args);
      return;
    }
    args.output = accumulators;
    args.output_stride = static_cast<ptrdiff_t>(columns * 4);
    kernel_->run(args);
    if (zero_point_b_ != 0) {
      for (int64_t row = 0; row < rows; ++row) {
        AddOffset(OffsetOf(a + row * k_), static_cast<size_t>(columns),
                  accumulators + row * columns);
      }
    }
    // Rows that lie side by side are one.
    const int64_t step = columns == n_ ? rows : 1;
    for (int64_t row = 0; row < rows; row += step) {
      const AccumulatorRow sums = {accumulators + row * columns,
                                   static_cast<size_t>(columns * step)};
      if (to_float_) {
        ScaleRow(sums, stage_, reinterpret_cast<float*>(output + row * n_ * 4));
      } else {
        RequantizeRow(sums, stage_, output + row * n_);
      }
    }
  }

  int32_t OffsetOf(const uint8_t* a) const {
    const int64_t sum = SumOfBytes(a, static_cast<size_t>(k_), form_) -
                        k_ * ZeroPointInForm(zero_point_a_, form_);
    return static_cast<int32_t>(-zero_point_b_ * sum);
  }

  ActivationForm form_;
  int32_t zero_point_a_, zero_point_b_;
  bool to_float_;
  bool is_direct_ = false;  // the kernel gives the output
  RowStage stage_;
  const GemmKernel* kernel_ = nullptr;
  int64_t panels_ = 0, panel_bytes_ = 0;
  int64_t column_pieces_ = 1, row_pieces_ = 1;
  int64_t call_rows_ = 0;  // of a kernel call
  // Where the parts of a part's scratch begin; the panels are first.
  uint64_t biases_at_ = 0, accumulators_at_ = 0, workspace_at_ = 0;
};

}  // namespace

Status VerifyMatMul(const Network& network, const Node& node) {
  const auto& options = node.options<schema::MatMul>();
  const Tensor& a = network.input(node, 0);
  const Tensor& b = network.input(node, 1);
  const Tensor& output = network.output(node);
  OCTET_RETURN_IF_ERROR(
      CheckTensorType(network, node.inputs[1], TypeBit(a.type)));
  OCTET_RETURN_IF_ERROR(
      CheckTensorType(network, node.output,
                      TypeBit(a.type) | TypeBit(schema::DataType::FLOAT32)));
  OCTET_RETURN_IF_ERROR(
      CheckOutputShape(network, node, InferMatMulShape(a.shape, b.shape)));
  if (!a.is_float() && a.shape[a.shape.rank - 1] > kMaxInt8MatMulK) {
    return InvalidModel("sums of more than 2^15 products could overflow");
  }
  if (!output.is_float()) {
    OCTET_RETURN_IF_ERROR(CheckRequantization(options.requantization(), 1));
    return CheckClamp(options.clamp());
  }
  if (!a.is_float() && !std::isfinite(a.scale * b.scale)) {
    return InvalidModel("the product of the inputs' scales is too large");
  }
  return CheckFloatClamp(options.float_clamp());
}

OperatorPointer MakeMatMul(const PrepareContext& context, const Node& node) {
  const auto& options = node.options<schema::MatMul>();
  if (context.network.input(node, 0).is_float()) {
    return std::make_unique<FloatMatMul>(context, node, options);
  }
  return std::make_unique<Int8MatMul>(context, node, options);
}

}  // namespace octet
