// Slice: every step-th element along each dimension, forwards or backwards.

#include "engine/operators/checks.h"
#include "engine/operators/operators.h"
#include "engine/operators/strided_copy.h"
#include "schema/shape_inference.h"

namespace octet {
namespace {

// A copy, or a view where channels alone are cut off and all readers take one.
class Slice : public StridedCopy {
 public:
  Slice(const PrepareContext& context, const Node& node,
        const RowLayout& layout, int64_t begin)
      : StridedCopy(context, node, layout, begin) {
    const Tensor& input = context.network.input(node, 0);
    if (!input.is(schema::DataType::INT8)) return;
    int64_t dense[kMaxRank];
    FillDenseStrides(input.shape, dense);
    for (int axis = 0; axis < input.shape.rank; ++axis) {
      const bool whole = layout.shape[axis] == input.shape[axis];
      if (layout.strides[0][axis] != dense[axis]) return;
      if (!whole && axis + 1 < input.shape.rank) return;
    }
    if (input.shape.rank == 0) return;
    plan_.part_at = begin;
    plan_.strides_output = false;  // a Concat reads the view
  }

  void BecomeView() override {
    plan_.kernel = "view";
    plan_.aliases_input = true;
    plan_.num_parts = 0;
  }
};

}  // namespace

Status VerifySlice(const Network& network, const Node& node) {
  const auto& options = node.options<schema::Slice>();
  const Shape& input = network.input(node, 0).shape;
  const Shape& output = network.output(node).shape;
  const uint32_t rank = static_cast<uint32_t>(input.rank);
  if (options.begin() == nullptr || options.begin()->size() != rank ||
      options.step() == nullptr || options.step()->size() != rank ||
      output.rank != input.rank) {
    return InvalidModel(
        "begin and step must have an entry for each dimension "
        "of " +
        input.ToString() + ", and the output as many dimensions");
  }
  const auto* cut = options.cut();
  if (cut != nullptr && cut->size() != rank) {
    return InvalidModel("cut must have an entry for each dimension of " +
                        input.ToString() + " or be absent");
  }
  SliceParams params;
  for (uint32_t i = 0; i < rank; ++i) {
    if (cut != nullptr) params.cut[i] = cut->Get(i);
    params.begin[i] = options.begin()->Get(i);
    params.step[i] = options.step()->Get(i);
    params.size[i] = output.dims[i];
  }
  OCTET_RETURN_IF_ERROR(CheckSameQuantization(network, node));
  return CheckOutputShape(network, node, InferSliceShape(params, input));
}

OperatorPointer MakeSlice(const PrepareContext& context, const Node& node) {
  const auto& options = node.options<schema::Slice>();
  int64_t strides[kMaxRank];
  FillDenseStrides(context.network.input(node, 0).shape, strides);
  RowLayout layout;
  layout.shape = context.network.output(node).shape;
  int64_t begin = 0;
  for (int axis = 0; axis < layout.shape.rank; ++axis) {
    const uint32_t i = static_cast<uint32_t>(axis);
    begin += options.begin()->Get(i) * strides[axis];
    layout.strides[0][axis] = options.step()->Get(i) * strides[axis];
  }
  return std::make_unique<Slice>(context, node, layout, begin);
}

}  // namespace octet
