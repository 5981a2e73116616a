// Reduce: sums and the like over any dimensions of a tensor.

#include "kernels/float/reduce.h"

#include <algorithm>

#include "engine/element_type.h"
#include "engine/operators/checks.h"
#include "engine/operators/float_operators.h"
#include "engine/operators/row_walk.h"
#include "engine/operators/split.h"
#include "schema/shape_inference.h"

namespace octet {
namespace {

constexpr int64_t kLanes = kReduceLanes;

ReduceFunction FunctionOf(const schema::Reduce& options) {
  static_assert(static_cast<int>(schema::ReduceFunction::SUM_SQUARE) ==
                static_cast<int>(ReduceFunction::kSumSquare));
  return static_cast<ReduceFunction>(options.function());
}

Result<ReductionParams> ReadReduction(const schema::Reduce& options,
                                      const Shape& input) {
  ReductionParams params;
  params.keep_dims = options.keep_dims();
  if (options.axes() == nullptr) return params;
  for (const int32_t axis : *options.axes()) {
    if (axis < 0 || axis >= input.rank || params.reduces[axis]) {
      return InvalidModel("axis " + std::to_string(axis) + " of " +
                          input.ToString() +
                          " is outside or named more than once");
    }
    params.reduces[axis] = true;
  }
  return params;
}

// The kept dimensions are walked in rows; neighbours along the last of them
// that lie side by side are reduced together.
class ReduceOperator : public Operator {
 public:
  ReduceOperator(const PrepareContext& context, const Node& node,
                 const schema::Reduce& options)
      : input_(node.inputs[0]), output_(node.output) {
    const Tensor& input = context.network.input(node, 0);
    element_ = input.element_size();
    args_.function = FunctionOf(options);
    args_.type = ElementTypeOf(input);
    const ReductionParams params = *ReadReduction(options, input.shape);
    int64_t strides[kMaxRank];
    FillDenseStrides(input.shape, strides);
    RowLayout kept, reduced;
    for (int axis = 0; axis < input.shape.rank; ++axis) {
      RowLayout& to = params.reduces[axis] ? reduced : kept;
      to.strides[0][to.shape.rank] = strides[axis];
      to.shape.dims[to.shape.rank++] = input.shape[axis];
    }
    kept_ = MergeDimensions(kept);
    reduced = MergeDimensions(reduced);
    args_.rank = reduced.shape.rank;
    std::copy_n(reduced.shape.dims, kMaxRank, args_.sizes);
    std::copy_n(reduced.strides[0], kMaxRank, args_.strides);
    lanes_ = kept_.step(0) == 1 ? kLanes : 1;
    pieces_ = CeilDiv(kept_.row(), lanes_);
    plan_.kernel = "float reduce";
    plan_.num_parts = NumParts(context, input.NumElements() * kWorkPerOutput,
                               kept_.rows() * pieces_);
  }

  void Run(const RunContext& context, int part) const override {
    const Range units = PartOf(kept_.rows() * pieces_, part, plan_.num_parts);
    const uint8_t* input = context.tensors[input_];
    uint8_t* output = context.tensors[output_];
    RowWalk walk(kept_, units.begin / pieces_);
    ReduceArgs args = args_;
    for (int64_t unit = units.begin; unit < units.end; ++unit) {
      const int64_t first = unit % pieces_ * lanes_;
      const int64_t row = unit / pieces_;
      args.lanes = static_cast<size_t>(std::min(lanes_, kept_.row() - first));
      args.input = input + (walk.at(0) + first * kept_.step(0)) * element_;
      args.output = output + (row * kept_.row() + first) * element_;
      Reduce(args);
      if ((unit + 1) % pieces_ == 0) walk.Next();
    }
  }

 private:
  int input_, output_;
  int64_t element_;  // bytes of a value
  RowLayout kept_;
  int64_t lanes_, pieces_;
  ReduceArgs args_ = {};
};

}  // namespace

Status VerifyReduce(const Network& network, const Node& node) {
  const auto& options = node.options<schema::Reduce>();
  const Tensor& input = network.input(node, 0);
  if (options.function() < schema::ReduceFunction::MIN ||
      options.function() > schema::ReduceFunction::MAX) {
    return Unsupported("the function is unknown to this version");
  }
  if (!TakesType(FunctionOf(options), ElementTypeOf(input))) {
    return InvalidModel(std::string(DataTypeName(input.data_type())) +
                        " values have no reduction " +
                        schema::EnumNameReduceFunction(options.function()));
  }
  OCTET_ASSIGN_OR_RETURN(const ReductionParams params,
                         ReadReduction(options, input.shape));
  return CheckOutputShape(network, node,
                          InferReductionShape(params, input.shape));
}

OperatorPointer MakeReduce(const PrepareContext& context, const Node& node) {
  return std::make_unique<ReduceOperator>(context, node,
                                          node.options<schema::Reduce>());
}

}  // namespace octet
