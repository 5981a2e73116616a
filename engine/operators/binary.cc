// Binary: a function of two values, with broadcasting; and Add of FLOAT32.

#include "kernels/float/binary.h"

#include <algorithm>

#include "engine/element_type.h"
#include "engine/operators/checks.h"
#include "engine/operators/float_operators.h"
#include "engine/operators/row_walk.h"
#include "engine/operators/split.h"
#include "schema/shape_inference.h"

namespace octet {
namespace {

// A row is handed over in pieces of so many values, so that threads can share
// one.
constexpr int64_t kPiece = 4096;

BinaryFunction FunctionOf(const schema::Binary& options) {
  static_assert(static_cast<int>(schema::BinaryFunction::XOR) ==
                static_cast<int>(BinaryFunction::kXor));
  return static_cast<BinaryFunction>(options.function());
}

class BinaryOperator : public Operator {
 public:
  BinaryOperator(const PrepareContext& context, const Node& node,
                 BinaryFunction function, const schema::FloatClamp* clamp)
      : inputs_{node.inputs[0], node.inputs[1]}, output_(node.output) {
    const Tensor& a = context.network.input(node, 0);
    const Tensor& b = context.network.input(node, 1);
    const Tensor& output = context.network.output(node);
    layout_ = BroadcastLayout(output.shape, {a.shape, b.shape});
    input_size_ = a.element_size();
    output_size_ = output.element_size();
    args_.step_a = static_cast<size_t>(layout_.step(0));
    args_.step_b = static_cast<size_t>(layout_.step(1));
    args_.function = function;
    args_.type = ElementTypeOf(a);
    args_.clamp = FloatClampOf(clamp);
    if (input_size_ == output_size_) {
      plan_.overwrites =
          static_cast<uint8_t>((a.shape == output.shape ? 1 : 0) |
                               (b.shape == output.shape ? 2 : 0));
    }
    pieces_ = CeilDiv(layout_.row(), kPiece);
    const int64_t work =
        output.NumElements() * (output_size_ + 2 * input_size_);
    plan_.kernel = "float binary";
    plan_.num_parts =
        NumParts(context, work * kWorkPerByte, layout_.rows() * pieces_);
  }

  void Run(const RunContext& context, int part) const override {
    const Range units = PartOf(layout_.rows() * pieces_, part, plan_.num_parts);
    const uint8_t* a = context.tensors[inputs_[0]];
    const uint8_t* b = context.tensors[inputs_[1]];
    uint8_t* output = context.tensors[output_];
    const int64_t n = layout_.row();
    RowWalk walk(layout_, units.begin / pieces_);
    BinaryArgs args = args_;
    for (int64_t unit = units.begin; unit < units.end; ++unit) {
      const int64_t row = unit / pieces_;
      const int64_t first = unit % pieces_ * kPiece;
      args.n = static_cast<size_t>(std::min(kPiece, n - first));
      args.a = a + (walk.at(0) + first * layout_.step(0)) * input_size_;
      args.b = b + (walk.at(1) + first * layout_.step(1)) * input_size_;
      args.output = output + (row * n + first) * output_size_;
      Binary(args);
      if ((unit + 1) % pieces_ == 0) walk.Next();
    }
  }

 private:
  int inputs_[2];
  int output_;
  RowLayout layout_;
  int64_t input_size_, output_size_;  // bytes of a value
  int64_t pieces_;                    // of a row
  BinaryArgs args_ = {};
};

}  // namespace

Status VerifyBinary(const Network& network, const Node& node) {
  const auto& options = node.options<schema::Binary>();
  if (options.function() < schema::BinaryFunction::MIN ||
      options.function() > schema::BinaryFunction::MAX) {
    return Unsupported("the function is unknown to this version");
  }
  const Tensor& a = network.input(node, 0);
  const ElementType type = ElementTypeOf(a);
  if (!TakesType(FunctionOf(options), type)) {
    return InvalidModel(std::string(DataTypeName(a.data_type())) +
                        " values have no function " +
                        schema::EnumNameBinaryFunction(options.function()));
  }
  OCTET_RETURN_IF_ERROR(
      CheckTensorType(network, node.inputs[1], TypeBit(a.type)));
  const bool gives_bool =
      ResultType(FunctionOf(options), type) == ElementType::kBool;
  OCTET_RETURN_IF_ERROR(
      CheckTensorType(network, node.output,
                      TypeBit(gives_bool ? schema::DataType::BOOL : a.type)));
  OCTET_RETURN_IF_ERROR(CheckFloatClamp(options.float_clamp()));
  return CheckOutputShape(
      network, node,
      InferBroadcastShape(a.shape, network.input(node, 1).shape));
}

OperatorPointer MakeBinary(const PrepareContext& context, const Node& node) {
  const auto& options = node.options<schema::Binary>();
  return std::make_unique<BinaryOperator>(context, node, FunctionOf(options),
                                          options.float_clamp());
}

Status VerifyFloatAdd(const Network& network, const Node& node) {
  OCTET_RETURN_IF_ERROR(
      CheckFloatClamp(node.options<schema::Add>().float_clamp()));
  return CheckOutputShape(network, node,
                          InferElementwiseShape(network.input(node, 0).shape,
                                                network.input(node, 1).shape));
}

OperatorPointer MakeFloatAdd(const PrepareContext& context, const Node& node) {
  return std::make_unique<BinaryOperator>(
      context, node, BinaryFunction::kAdd,
      node.options<schema::Add>().float_clamp());
}

}  // namespace octet
