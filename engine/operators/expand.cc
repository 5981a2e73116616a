// Expand and Where: broadcasting that moves values of any type.

#include "engine/operators/checks.h"
#include "engine/operators/float_operators.h"
#include "engine/operators/split.h"
#include "engine/operators/strided_copy.h"
#include "schema/shape_inference.h"

namespace octet {
namespace {

class Where : public Operator {
 public:
  Where(const PrepareContext& context, const Node& node)
      : inputs_{node.inputs[0], node.inputs[1], node.inputs[2]},
        output_(node.output),
        element_(context.network.output(node).element_size()) {
    layout_ = BroadcastLayout(context.network.output(node).shape,
                              {context.network.input(node, 0).shape,
                               context.network.input(node, 1).shape,
                               context.network.input(node, 2).shape});
    plan_.kernel = "select";
    plan_.num_parts = NumParts(
        context, context.network.output(node).NumBytes() * 2 * kWorkPerByte,
        layout_.rows());
  }

  void Run(const RunContext& context, int part) const override {
    if (element_ == 1) return Select<uint8_t>(context, part);
    if (element_ == 4) return Select<uint32_t>(context, part);
    Select<uint64_t>(context, part);
  }

 private:
  template <typename T>
  void Select(const RunContext& context, int part) const {
    const uint8_t* condition = context.tensors[inputs_[0]];
    const T* a = reinterpret_cast<const T*>(context.tensors[inputs_[1]]);
    const T* b = reinterpret_cast<const T*>(context.tensors[inputs_[2]]);
    T* output = reinterpret_cast<T*>(context.tensors[output_]);
    const Range rows = PartOf(layout_.rows(), part, plan_.num_parts);
    const int64_t n = layout_.row();
    output += rows.begin * n;
    RowWalk walk(layout_, rows.begin);
    for (int64_t row = rows.begin; row < rows.end; ++row, walk.Next()) {
      for (int64_t i = 0; i < n; ++i) {
        *output++ = condition[walk.at(0) + i * layout_.step(0)] != 0
                        ? a[walk.at(1) + i * layout_.step(1)]
                        : b[walk.at(2) + i * layout_.step(2)];
      }
    }
  }

  int inputs_[3];
  int output_;
  int64_t element_;  // bytes of one: 1, 4 or 8
  RowLayout layout_;
};

}  // namespace

Status VerifyExpand(const Network& network, const Node& node) {
  OCTET_RETURN_IF_ERROR(CheckSameQuantization(network, node));
  return CheckOutputShape(network, node,
                          InferExpandShape(network.input(node, 0).shape,
                                           network.output(node).shape));
}

OperatorPointer MakeExpand(const PrepareContext& context, const Node& node) {
  return std::make_unique<StridedCopy>(
      context, node,
      BroadcastLayout(context.network.output(node).shape,
                      {context.network.input(node, 0).shape}));
}

Status VerifyWhere(const Network& network, const Node& node) {
  OCTET_RETURN_IF_ERROR(CheckSameValues(network, node, 1));
  OCTET_RETURN_IF_ERROR(CheckSameValues(network, node, 2));
  OCTET_ASSIGN_OR_RETURN(const Shape values,
                         InferBroadcastShape(network.input(node, 1).shape,
                                             network.input(node, 2).shape));
  return CheckOutputShape(
      network, node, InferBroadcastShape(network.input(node, 0).shape, values));
}

OperatorPointer MakeWhere(const PrepareContext& context, const Node& node) {
  return std::make_unique<Where>(context, node);
}

}  // namespace octet
