// Unary: a function of each value of a tensor.

#include "kernels/float/unary.h"

#include "engine/element_type.h"
#include "engine/operators/checks.h"
#include "engine/operators/float_operators.h"
#include "engine/operators/split.h"

namespace octet {
namespace {

// Of the costlier functions; in multiply-accumulates of a dense layer.
constexpr int64_t kWorkPerFunction = 200;

UnaryFunction FunctionOf(const schema::Unary& options) {
  static_assert(static_cast<int>(schema::UnaryFunction::IS_INF) ==
                static_cast<int>(UnaryFunction::kIsInf));
  return static_cast<UnaryFunction>(options.function());
}

class UnaryOperator : public Operator {
 public:
  UnaryOperator(const PrepareContext& context, const Node& node,
                const schema::Unary& options)
      : input_(node.inputs[0]),
        output_(node.output),
        n_(context.network.output(node).NumElements()),
        input_size_(context.network.input(node, 0).element_size()),
        output_size_(context.network.output(node).element_size()) {
    args_.function = FunctionOf(options);
    args_.type = ElementTypeOf(context.network.input(node, 0));
    args_.alpha = options.alpha();
    args_.beta = options.beta();
    plan_.kernel = std::string("float ") +
                   schema::EnumNameUnaryFunction(options.function());
    plan_.overwrites = input_size_ == output_size_ ? 1 : 0;
    plan_.num_parts =
        NumParts(context, n_ * kWorkPerFunction, ElementUnits(n_));
  }

  void Run(const RunContext& context, int part) const override {
    const Range range = ElementsOf(n_, part, plan_.num_parts);
    UnaryArgs args = args_;
    args.n = static_cast<size_t>(range.size());
    args.input = context.tensors[input_] + range.begin * input_size_;
    args.output = context.tensors[output_] + range.begin * output_size_;
    Unary(args);
  }

 private:
  int input_, output_;
  int64_t n_;
  int64_t input_size_, output_size_;  // bytes of a value
  UnaryArgs args_ = {};
};

}  // namespace

Status VerifyUnary(const Network& network, const Node& node) {
  const auto& options = node.options<schema::Unary>();
  if (options.function() < schema::UnaryFunction::MIN ||
      options.function() > schema::UnaryFunction::MAX) {
    return Unsupported("the function is unknown to this version");
  }
  const Tensor& input = network.input(node, 0);
  const ElementType type = ElementTypeOf(input);
  if (!TakesType(FunctionOf(options), type)) {
    return InvalidModel(std::string(DataTypeName(input.data_type())) +
                        " values have no function " +
                        schema::EnumNameUnaryFunction(options.function()));
  }
  const bool gives_bool =
      ResultType(FunctionOf(options), type) == ElementType::kBool;
  OCTET_RETURN_IF_ERROR(CheckTensorType(
      network, node.output,
      TypeBit(gives_bool ? schema::DataType::BOOL : input.type)));
  return CheckOutputShape(network, node, input.shape);
}

OperatorPointer MakeUnary(const PrepareContext& context, const Node& node) {
  return std::make_unique<UnaryOperator>(context, node,
                                         node.options<schema::Unary>());
}

}  // namespace octet
