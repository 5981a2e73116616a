// LSTM, GRU.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "converter/onnx/operator_imports.h"
#include "schema/shape_inference.h"

namespace octet::converter {
namespace {

using schema::RecurrentDirection;
using schema::RecurrentResult;
using schema::UnaryFunction;

// Functions of gates, with the defaults of their parameters.
struct GateFunction {
  const char* name;
  UnaryFunction function;
  float alpha;
  float beta;
  int num_parameters;
};
constexpr GateFunction kGateFunctions[] = {
    {"Sigmoid", UnaryFunction::SIGMOID, 0, 0, 0},
    {"Tanh", UnaryFunction::TANH, 0, 0, 0},
    {"HardSigmoid", UnaryFunction::HARD_SIGMOID, 0.2f, 0.5f, 2},
    {"LeakyRelu", UnaryFunction::LEAKY_RELU, 0.01f, 0, 1},
    // max(x, 0)
    {"Relu", UnaryFunction::THRESHOLDED_RELU, 0, 0, 0},
    {"ThresholdedRelu", UnaryFunction::THRESHOLDED_RELU, 1.0f, 0, 1},
    {"Elu", UnaryFunction::ELU, 1.0f, 0, 1},
    {"Softsign", UnaryFunction::SOFTSIGN, 0, 0, 0},
    {"Softplus", UnaryFunction::SOFTPLUS, 0, 0, 0},
};

// activation_alpha and activation_beta hold values for the functions that take
// them, in order.
Status ReadActivations(const NodeContext& node, Recurrence& recurrence) {
  OCTET_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                         node.attributes().GetStrings("activations", {}));
  OCTET_ASSIGN_OR_RETURN(const std::vector<float> alphas,
                         node.attributes().GetFloats("activation_alpha", {}));
  OCTET_ASSIGN_OR_RETURN(const std::vector<float> betas,
                         node.attributes().GetFloats("activation_beta", {}));
  if (names.size() > Recurrence::kMaxActivations) {
    return InvalidModel("has " + std::to_string(names.size()) + " activations");
  }
  size_t next_alpha = 0, next_beta = 0;
  for (const std::string& name : names) {
    const auto* entry =
        std::find_if(std::begin(kGateFunctions), std::end(kGateFunctions),
                     [&](const GateFunction& f) { return name == f.name; });
    if (entry == std::end(kGateFunctions)) {
      return Unsupported("the activation '" + name + "' is not supported");
    }
    float alpha = entry->alpha, beta = entry->beta;
    if (entry->num_parameters > 0 && next_alpha < alphas.size()) {
      alpha = alphas[next_alpha++];
    }
    if (entry->num_parameters > 1 && next_beta < betas.size()) {
      beta = betas[next_beta++];
    }
    recurrence.activations.push_back(entry->function);
    recurrence.alpha.push_back(alpha);
    recurrence.beta.push_back(beta);
  }
  return OkStatus();
}

Result<Recurrence> ReadRecurrence(const NodeContext& node) {
  const NodeAttributes& attributes = node.attributes();
  Recurrence recurrence;
  OCTET_ASSIGN_OR_RETURN(const std::string direction,
                         attributes.GetString("direction", "forward"));
  if (direction == "reverse") {
    recurrence.direction = RecurrentDirection::REVERSE;
  } else if (direction == "bidirectional") {
    recurrence.direction = RecurrentDirection::BIDIRECTIONAL;
  } else if (direction != "forward") {
    return InvalidModel("direction is '" + direction + "'");
  }
  OCTET_ASSIGN_OR_RETURN(const int64_t hidden_size,
                         attributes.GetInt("hidden_size", 0));
  if (hidden_size < 1 || hidden_size > kMaxElements / 8) {
    return InvalidModel("hidden_size is " + std::to_string(hidden_size));
  }
  recurrence.hidden_size = static_cast<int32_t>(hidden_size);
  OCTET_ASSIGN_OR_RETURN(recurrence.clip, attributes.GetFloat("clip", 0.0f));
  OCTET_RETURN_IF_ERROR(ReadActivations(node, recurrence));
  return recurrence;
}

// With layout 1, the batch is the first dimension of everything.
Result<bool> ReadsBatchFirst(const NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const int64_t layout,
                         node.attributes().GetInt("layout", 0));
  return layout != 0;
}

// Input `i`, or zeros of `shape`; {batch, d, n} -> {d, batch, n} if
// `batch_first`.
Result<ValueId> ReadState(NodeContext& node, int i, const Shape& shape,
                          bool batch_first) {
  if (!node.HasInput(i)) {
    return node.AddConstant(
        i, shape, std::vector<float>(size_t(shape.NumElements()), 0.0f));
  }
  OCTET_ASSIGN_OR_RETURN(const ValueId state, node.Input(i));
  if (!batch_first) return state;
  return node.EmitTranspose(state, TransposeParams{{1, 0, 2}},
                            "/state_" + std::to_string(i));
}

// x, W, R, b, initial h (and c).
Result<std::vector<ValueId>> ReadOperands(NodeContext& node,
                                          const Recurrence& recurrence,
                                          int32_t num_gates, int num_states,
                                          bool batch_first) {
  OCTET_ASSIGN_OR_RETURN(ValueId x, node.Input(0));
  if (node.shape(x).rank != 3) {
    return InvalidModel("the input must have 3 dimensions");
  }
  if (batch_first) {
    OCTET_ASSIGN_OR_RETURN(
        x, node.EmitTranspose(x, TransposeParams{{1, 0, 2}}, "/steps_first"));
  }
  const Shape shape = node.shape(x);
  if (node.HasInput(4)) {
    OCTET_ASSIGN_OR_RETURN(const std::vector<int64_t> lengths,
                           node.IntegerInput(4, "sequence_lens"));
    for (int64_t length : lengths) {
      if (length != shape[0]) {
        return Unsupported("sequences of different lengths");
      }
    }
  }
  std::vector<ValueId> operands = {x};
  OCTET_ASSIGN_OR_RETURN(operands.emplace_back(),
                         node.ConstantInput(1, "the weights"));
  OCTET_ASSIGN_OR_RETURN(operands.emplace_back(),
                         node.ConstantInput(2, "the recurrent weights"));
  const int32_t d = recurrence.directions(), n = recurrence.hidden_size;
  if (node.HasInput(3)) {
    OCTET_ASSIGN_OR_RETURN(operands.emplace_back(),
                           node.ConstantInput(3, "the bias"));
  } else {
    const Shape bias{d, 2 * num_gates * n};
    operands.push_back(node.AddConstant(
        3, bias, std::vector<float>(size_t(bias.NumElements()), 0.0f)));
  }
  for (int i = 0; i < num_states; ++i) {
    OCTET_ASSIGN_OR_RETURN(
        operands.emplace_back(),
        ReadState(node, 5 + i, Shape{d, shape[1], n}, batch_first));
  }
  return operands;
}

// One node for each output that is used.
template <typename Op>
Status ReturnResults(NodeContext& node, Op op,
                     const std::vector<ValueId>& operands, bool batch_first) {
  constexpr RecurrentResult kResults[] = {RecurrentResult::SEQUENCE,
                                          RecurrentResult::HIDDEN,
                                          RecurrentResult::CELL};
  constexpr const char* kSuffixes[] = {"", "/hidden", "/cell"};
  for (int i = 0; i < 3; ++i) {
    if (!node.IsOutputUsed(i)) continue;
    op.recurrence.result = kResults[i];
    OCTET_ASSIGN_OR_RETURN(ValueId result,
                           node.Emit(op, operands, kSuffixes[i]));
    if (batch_first) {
      const TransposeParams order =
          i == 0 ? TransposeParams{{2, 0, 1, 3}} : TransposeParams{{1, 0, 2}};
      OCTET_ASSIGN_OR_RETURN(
          result,
          node.EmitTranspose(result, order,
                             std::string(kSuffixes[i]) + "/batch_first"));
    }
    OCTET_RETURN_IF_ERROR(node.Return(result, i));
  }
  return OkStatus();
}

}  // namespace

Status ImportLstm(NodeContext& node) {
  Lstm lstm;
  OCTET_ASSIGN_OR_RETURN(lstm.recurrence, ReadRecurrence(node));
  OCTET_ASSIGN_OR_RETURN(const int64_t input_forget,
                         node.attributes().GetInt("input_forget", 0));
  lstm.input_forget = input_forget != 0;
  OCTET_ASSIGN_OR_RETURN(const bool batch_first, ReadsBatchFirst(node));
  OCTET_ASSIGN_OR_RETURN(
      std::vector<ValueId> operands,
      ReadOperands(node, lstm.recurrence, 4, 2, batch_first));
  if (node.HasInput(7)) {
    OCTET_ASSIGN_OR_RETURN(operands.emplace_back(),
                           node.ConstantInput(7, "the peepholes"));
  }
  return ReturnResults(node, lstm, operands, batch_first);
}

Status ImportGru(NodeContext& node) {
  Gru gru;
  OCTET_ASSIGN_OR_RETURN(gru.recurrence, ReadRecurrence(node));
  OCTET_ASSIGN_OR_RETURN(const int64_t linear_before_reset,
                         node.attributes().GetInt("linear_before_reset", 0));
  gru.linear_before_reset = linear_before_reset != 0;
  OCTET_ASSIGN_OR_RETURN(const bool batch_first, ReadsBatchFirst(node));
  OCTET_ASSIGN_OR_RETURN(const std::vector<ValueId> operands,
                         ReadOperands(node, gru.recurrence, 3, 1, batch_first));
  return ReturnResults(node, gru, operands, batch_first);
}

}  // namespace octet::converter
