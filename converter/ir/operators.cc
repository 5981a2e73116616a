#include "converter/ir/operators.h"

namespace octet::converter {
namespace {

template <typename Op>
inline constexpr const char* kName = nullptr;
template <>
inline constexpr const char* kName<Conv2d> = "Conv2d";
template <>
inline constexpr const char* kName<FullyConnected> = "FullyConnected";
template <>
inline constexpr const char* kName<MaxPool2d> = "MaxPool2d";
template <>
inline constexpr const char* kName<AveragePool2d> = "AveragePool2d";
template <>
inline constexpr const char* kName<Add> = "Add";
template <>
inline constexpr const char* kName<Mul> = "Mul";
template <>
inline constexpr const char* kName<Clamp> = "Clamp";
template <>
inline constexpr const char* kName<BatchNormalization> = "BatchNormalization";
template <>
inline constexpr const char* kName<Softmax> = "Softmax";
template <>
inline constexpr const char* kName<Concat> = "Concat";
template <>
inline constexpr const char* kName<Reshape> = "Reshape";
template <>
inline constexpr const char* kName<Transpose> = "Transpose";
template <>
inline constexpr const char* kName<Pad> = "Pad";
template <>
inline constexpr const char* kName<Slice> = "Slice";
template <>
inline constexpr const char* kName<Identity> = "Identity";
template <>
inline constexpr const char* kName<MatMul> = "MatMul";
template <>
inline constexpr const char* kName<ConvTranspose2d> = "ConvTranspose2d";
template <>
inline constexpr const char* kName<Resize> = "Resize";
template <>
inline constexpr const char* kName<Gather> = "Gather";
template <>
inline constexpr const char* kName<GatherNd> = "GatherNd";
template <>
inline constexpr const char* kName<GatherElements> = "GatherElements";
template <>
inline constexpr const char* kName<Expand> = "Expand";
template <>
inline constexpr const char* kName<Where> = "Where";
template <>
inline constexpr const char* kName<Cast> = "Cast";
template <>
inline constexpr const char* kName<ArgExtremum> = "ArgExtremum";
template <>
inline constexpr const char* kName<TopK> = "TopK";
template <>
inline constexpr const char* kName<LayerNormalization> = "LayerNormalization";
template <>
inline constexpr const char* kName<CumSum> = "CumSum";
template <>
inline constexpr const char* kName<Lrn> = "Lrn";
template <>
inline constexpr const char* kName<Lstm> = "Lstm";
template <>
inline constexpr const char* kName<Gru> = "Gru";
template <>
inline constexpr const char* kName<NonMaxSuppression> = "NonMaxSuppression";
template <>
inline constexpr const char* kName<FakeQuantize> = "FakeQuantize";

constexpr const char* kUnaryNames[] = {
    "Abs",      "Neg",         "Exp",       "Log",
    "Sqrt",     "Reciprocal",  "Erf",       "Sigmoid",
    "Tanh",     "HardSigmoid", "HardSwish", "LeakyRelu",
    "Elu",      "Selu",        "Celu",      "ThresholdedRelu",
    "Gelu",     "GeluTanh",    "Mish",      "Softplus",
    "Softsign", "Swish",       "Floor",     "Ceil",
    "Round",    "Sign",        "Sin",       "Cos",
    "Tan",      "Not",         "IsNaN",     "IsInf"};
constexpr const char* kBinaryNames[] = {
    "Add",   "Sub",  "Mul",         "Div",     "Min",
    "Max",   "Pow",  "Mod",         "FMod",    "PRelu",
    "Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual",
    "And",   "Or",   "Xor"};
constexpr const char* kReduceNames[] = {
    "ReduceSum",       "ReduceMean",     "ReduceMax", "ReduceMin",
    "ReduceProd",      "ReduceL1",       "ReduceL2",  "ReduceLogSum",
    "ReduceLogSumExp", "ReduceSumSquare"};

struct NameVisitor {
  const char* operator()(const Unary& op) const {
    return kUnaryNames[size_t(op.function)];
  }
  const char* operator()(const Binary& op) const {
    return kBinaryNames[size_t(op.function)];
  }
  const char* operator()(const Reduce& op) const {
    return kReduceNames[size_t(op.function)];
  }
  template <typename Op>
  const char* operator()(const Op&) const {
    static_assert(kName<Op> != nullptr);
    return kName<Op>;
  }
};

}  // namespace

const char* OperatorName(const Operator& op) {
  return std::visit(NameVisitor{}, op);
}

bool IsWeightedLayer(const Operator& op) {
  return std::holds_alternative<Conv2d>(op) ||
         std::holds_alternative<FullyConnected>(op);
}

FloatClamp* MutableClamp(Operator& op) {
  return std::visit(
      [](auto& alternative) -> FloatClamp* {
        if constexpr (requires { alternative.clamp; }) {
          return &alternative.clamp;
        } else {
          return nullptr;
        }
      },
      op);
}

const FloatClamp* FindClamp(const Operator& op) {
  return MutableClamp(const_cast<Operator&>(op));
}

}  // namespace octet::converter
