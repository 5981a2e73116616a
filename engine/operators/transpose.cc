// Transpose.

#include <algorithm>

#include "engine/operators/checks.h"
#include "engine/operators/operators.h"
#include "engine/operators/strided_copy.h"
#include "schema/shape_inference.h"

namespace octet {

Status VerifyTranspose(const Network& network, const Node& node) {
  const auto* permutation = node.options<schema::Transpose>().permutation();
  const Shape& input = network.input(node, 0).shape;
  const uint32_t size = permutation == nullptr ? 0 : permutation->size();
  if (size != static_cast<uint32_t>(input.rank)) {
    return InvalidModel(
        "the permutation must have an entry for each "
        "dimension of " +
        input.ToString());
  }
  TransposeParams params;
  for (uint32_t i = 0; i < size; ++i) {
    params.permutation[i] = permutation->Get(i);
  }
  OCTET_RETURN_IF_ERROR(CheckSameQuantization(network, node));
  return CheckOutputShape(network, node, InferTransposeShape(params, input));
}

OperatorPointer MakeTranspose(const PrepareContext& context, const Node& node) {
  int64_t strides[kMaxRank];
  FillDenseStrides(context.network.input(node, 0).shape, strides);
  RowLayout layout;
  layout.shape = context.network.output(node).shape;
  for (int axis = 0; axis < layout.shape.rank; ++axis) {
    const int32_t from = node.options<schema::Transpose>().permutation()->Get(
        static_cast<uint32_t>(axis));
    layout.strides[0][axis] = strides[from];
  }
  return std::make_unique<StridedCopy>(context, node, layout);
}

}  // namespace octet
