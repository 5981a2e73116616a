// Recurrent: what Lstm and Gru share. A direction is a part, which no other
// thread can share, since each step needs the one in front of it.

#ifndef OCTET_ENGINE_OPERATORS_RECURRENT_H_
#define OCTET_ENGINE_OPERATORS_RECURRENT_H_

#include <cstdint>
#include <vector>

#include "engine/operators/operator.h"
#include "kernels/float/gemm.h"
#include "kernels/float/unary.h"
#include "octet/status.h"
#include "schema/operators.h"

namespace octet {

// The function of a gate.
struct GateFunction {
  UnaryFunction function;
  float alpha;
  float beta;
};

// The fields that both operators have.
struct RecurrentOptions {
  int32_t hidden_size;
  int num_gates;
  schema::RecurrentDirection direction;
  schema::RecurrentResult result;
  const flatbuffers::Vector<schema::UnaryFunction>* activations;
  const flatbuffers::Vector<float>* alpha;
  const flatbuffers::Vector<float>* beta;
  float clip;
};

template <typename Options>
RecurrentOptions RecurrentOptionsOf(const Options& options, int num_gates) {
  return {options.hidden_size(), num_gates,
          options.direction(),   options.result(),
          options.activations(), options.alpha(),
          options.beta(),        options.clip()};
}

// Functions of a direction: of gates, then tanh-like ones.
inline int NumGateFunctions(const RecurrentOptions& options) {
  return options.num_gates - 1;  // Lstm f g h, Gru f g
}

// All but the peepholes.
Status CheckRecurrent(const Network& network, const Node& node,
                      const RecurrentOptions& options);

class Recurrent : public Operator {
 public:
  void Pack(uint8_t* memory) override;
  void Run(const RunContext& context, int part) const override;

 protected:
  // Memory of one direction.
  struct State {
    float* gates;      // {batch, gates * hidden}: W x + b
    float* recurrent;  // {batch, gates * hidden}: R h
    float* hidden;     // {batch, hidden}, as cell
    float* cell;
  };
  // What a direction is made of.
  struct Weights {
    const float* input;      // panels of W
    const float* recurrent;  // panels of R but for its last gate
    const float* last;       // panels of R's last gate
    const float* input_bias;
    const float* recurrent_bias;  // of R's last gate
  };

  // separate_bias: the last gate's bias of R stays apart from that of W.
  Recurrent(const PrepareContext& context, const Node& node,
            const RecurrentOptions& options, bool separate_bias);

  // One step of a direction, from state.gates to the new hidden values.
  virtual void Step(const RunContext& context, int direction,
                    const State& state) const = 0;

  // clip, then the function, in place.
  void Activate(int direction, int function, float* values, int64_t n) const;
  // {batch, gates - 1} gates of R h, at state.recurrent.
  void MultiplyGates(int direction, const State& state) const;
  // The last gate of R times `values` {batch, hidden}, with its bias.
  void MultiplyLast(int direction, const float* values, float* output) const;
  float Clipped(float x) const {
    if (clip_ <= 0.0f) return x;
    return FloatClamp{-clip_, clip_}.Apply(x);
  }

  int64_t batch_, hidden_, num_gates_;

 private:
  void RunStep(const RunContext& context, int direction, int64_t step,
               const State& state) const;

  int input_, output_, initial_hidden_, initial_cell_;
  const float* in_file_[3];  // W, R, b
  int64_t steps_, inputs_, directions_;
  bool reverse_, separate_bias_;
  schema::RecurrentResult result_;
  float clip_;
  std::vector<GateFunction> functions_;  // of all directions
  Weights weights_[2] = {};
};

}  // namespace octet

#endif  // OCTET_ENGINE_OPERATORS_RECURRENT_H_
