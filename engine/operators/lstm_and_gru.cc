// Lstm and Gru: a step of each.

#include <cmath>

#include "engine/operators/checks.h"
#include "engine/operators/float_operators.h"
#include "engine/operators/recurrent.h"
#include "schema/shape_inference.h"

namespace octet {
namespace {

constexpr int kLstmGates = 4;
constexpr int kGruGates = 3;
constexpr size_t kPeepholes = 6;  // the input

class Lstm : public Recurrent {
 public:
  Lstm(const PrepareContext& context, const Node& node,
       const schema::Lstm& options)
      : Recurrent(context, node, RecurrentOptionsOf(options, kLstmGates),
                  false),
        peepholes_(node.inputs.size() > kPeepholes ? node.inputs[kPeepholes]
                                                   : -1),
        input_forget_(options.input_forget()) {}

 private:
  void Step(const RunContext& context, int direction,
            const State& state) const override {
    MultiplyGates(direction, state);
    MultiplyLast(direction, state.hidden, state.recurrent + 3 * hidden_);
    const float* peepholes =
        peepholes_ < 0
            ? nullptr
            : reinterpret_cast<const float*>(context.tensors[peepholes_]) +
                  direction * 3 * hidden_;
    for (int64_t row = 0; row < batch_; ++row) {
      StepRow(direction, state.gates + row * kLstmGates * hidden_,
              state.recurrent + row * kLstmGates * hidden_, peepholes,
              state.hidden + row * hidden_, state.cell + row * hidden_);
    }
  }

  // gates: i o f c.
  void StepRow(int direction, float* gates, float* recurrent,
               const float* peepholes, float* hidden, float* cell) const {
    const int64_t n = hidden_;
    float* input = gates;
    float* output = gates + n;
    float* forget = gates + 2 * n;
    float* candidate = gates + 3 * n;
    for (int64_t i = 0; i < kLstmGates * n; ++i) gates[i] += recurrent[i];
    for (int64_t i = 0; peepholes != nullptr && i < n; ++i) {
      input[i] += peepholes[i] * cell[i];
      forget[i] += peepholes[2 * n + i] * cell[i];
    }
    Activate(direction, 0, input, n);
    Activate(direction, 0, forget, n);
    Activate(direction, 1, candidate, n);
    for (int64_t i = 0; i < n; ++i) {
      const float kept = input_forget_ ? 1.0f - input[i] : forget[i];
      cell[i] = kept * cell[i] + input[i] * candidate[i];
      if (peepholes != nullptr) output[i] += peepholes[n + i] * cell[i];
      candidate[i] = cell[i];
    }
    Activate(direction, 0, output, n);
    Activate(direction, 2, candidate, n);
    for (int64_t i = 0; i < n; ++i) hidden[i] = output[i] * candidate[i];
  }

  int peepholes_;  // the tensor, or -1
  bool input_forget_;
};

class Gru : public Recurrent {
 public:
  Gru(const PrepareContext& context, const Node& node,
      const schema::Gru& options)
      : Recurrent(context, node, RecurrentOptionsOf(options, kGruGates),
                  options.linear_before_reset()),
        linear_before_reset_(options.linear_before_reset()) {}

 private:
  // gates: z r h.
  void Step(const RunContext&, int direction,
            const State& state) const override {
    const int64_t n = hidden_;
    const int64_t row_size = kGruGates * n;
    MultiplyGates(direction, state);
    for (int64_t row = 0; row < batch_; ++row) {
      float* gates = state.gates + row * row_size;
      const float* recurrent = state.recurrent + row * row_size;
      for (int64_t i = 0; i < 2 * n; ++i) gates[i] += recurrent[i];
      Activate(direction, 0, gates, 2 * n);
      // What the last gate is multiplied by: the state, reset or not.
      for (int64_t i = 0; i < n; ++i) {
        const float reset = linear_before_reset_ ? 1.0f : gates[n + i];
        state.cell[row * n + i] = reset * state.hidden[row * n + i];
      }
    }
    MultiplyLast(direction, state.cell, state.recurrent + 2 * n);
    for (int64_t row = 0; row < batch_; ++row) {
      float* gates = state.gates + row * row_size;
      const float* last = state.recurrent + row * row_size + 2 * n;
      float* candidate = gates + 2 * n;
      float* hidden = state.hidden + row * n;
      for (int64_t i = 0; i < n; ++i) {
        candidate[i] += linear_before_reset_ ? gates[n + i] * last[i] : last[i];
      }
      Activate(direction, 1, candidate, n);
      for (int64_t i = 0; i < n; ++i) {
        hidden[i] = (1.0f - gates[i]) * candidate[i] + gates[i] * hidden[i];
      }
    }
  }

  bool linear_before_reset_;
};

}  // namespace

Status VerifyLstm(const Network& network, const Node& node) {
  const auto& options = node.options<schema::Lstm>();
  OCTET_RETURN_IF_ERROR(
      CheckRecurrent(network, node, RecurrentOptionsOf(options, kLstmGates)));
  if (node.inputs.size() <= kPeepholes) return OkStatus();
  const Shape expected = {network.input(node, 1).shape[0],
                          3 * options.hidden_size()};
  if (network.input(node, kPeepholes).shape == expected) return OkStatus();
  return InvalidModel(TensorTitle(network, node.inputs[kPeepholes]) +
                      " must have shape " + expected.ToString());
}

OperatorPointer MakeLstm(const PrepareContext& context, const Node& node) {
  return std::make_unique<Lstm>(context, node, node.options<schema::Lstm>());
}

Status VerifyGru(const Network& network, const Node& node) {
  const auto& options = node.options<schema::Gru>();
  if (options.result() == schema::RecurrentResult::CELL) {
    return InvalidModel("there is no cell");
  }
  return CheckRecurrent(network, node, RecurrentOptionsOf(options, kGruGates));
}

OperatorPointer MakeGru(const PrepareContext& context, const Node& node) {
  return std::make_unique<Gru>(context, node, node.options<schema::Gru>());
}

}  // namespace octet
