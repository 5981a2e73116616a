#include "engine/operators/recurrent.h"

#include <algorithm>
#include <cmath>

#include "engine/operators/checks.h"
#include "engine/operators/split.h"
#include "schema/shape_inference.h"

namespace octet {
namespace {

constexpr int64_t kPanel = kFloatPanel;
constexpr unsigned kFloat = TypeBit(schema::DataType::FLOAT32);

int64_t Padded(int64_t n) { return CeilDiv(n, kPanel) * kPanel; }

bool IsBidirectional(const RecurrentOptions& options) {
  return options.direction == schema::RecurrentDirection::BIDIRECTIONAL;
}

// The functions of all directions, the defaults where none are given.
std::vector<GateFunction> FunctionsOf(const RecurrentOptions& options) {
  const int count =
      NumGateFunctions(options) * (IsBidirectional(options) ? 2 : 1);
  std::vector<GateFunction> functions;
  for (int i = 0; i < count; ++i) {
    const uint32_t at = static_cast<uint32_t>(i);
    GateFunction function = {i % NumGateFunctions(options) == 0
                                 ? UnaryFunction::kSigmoid
                                 : UnaryFunction::kTanh,
                             0.0f, 0.0f};
    if (options.activations != nullptr && options.activations->size() > 0) {
      function.function =
          static_cast<UnaryFunction>(options.activations->Get(at));
    }
    if (options.alpha != nullptr && options.alpha->size() > 0) {
      function.alpha = options.alpha->Get(at);
    }
    if (options.beta != nullptr && options.beta->size() > 0) {
      function.beta = options.beta->Get(at);
    }
    functions.push_back(function);
  }
  return functions;
}

template <typename T>
bool HasSize(const flatbuffers::Vector<T>* values, uint32_t count) {
  return values == nullptr || values->size() == 0 || values->size() == count;
}

Status CheckFunctions(const RecurrentOptions& options) {
  const uint32_t count = static_cast<uint32_t>(
      NumGateFunctions(options) * (IsBidirectional(options) ? 2 : 1));
  if (!HasSize(options.activations, count) || !HasSize(options.alpha, count) ||
      !HasSize(options.beta, count)) {
    return InvalidModel("there must be " + std::to_string(count) +
                        " functions, and as many alphas and betas, or none");
  }
  if (options.activations == nullptr) return OkStatus();
  for (const schema::UnaryFunction function : *options.activations) {
    if (function < schema::UnaryFunction::MIN ||
        function >= schema::UnaryFunction::NOT) {
      return InvalidModel("a function is not one of FLOAT32 values");
    }
  }
  return OkStatus();
}

Status CheckShapeOf(const Network& network, const Node& node, size_t input,
                    const Shape& shape) {
  OCTET_RETURN_IF_ERROR(CheckTensorType(network, node.inputs[input], kFloat));
  if (network.input(node, input).shape == shape) return OkStatus();
  return InvalidModel(TensorTitle(network, node.inputs[input]) +
                      " must have shape " + shape.ToString());
}

}  // namespace

Status CheckRecurrent(const Network& network, const Node& node,
                      const RecurrentOptions& options) {
  if (options.direction < schema::RecurrentDirection::MIN ||
      options.direction > schema::RecurrentDirection::MAX ||
      options.result < schema::RecurrentResult::MIN ||
      options.result > schema::RecurrentResult::MAX) {
    return Unsupported("the direction or result is unknown to this version");
  }
  const RecurrentParams params = {
      options.hidden_size, options.num_gates, IsBidirectional(options),
      options.result == schema::RecurrentResult::SEQUENCE};
  const Shape& x = network.input(node, 0).shape;
  OCTET_RETURN_IF_ERROR(CheckOutputShape(
      network, node,
      InferRecurrentShape(params, x, network.input(node, 1).shape,
                          network.input(node, 2).shape)));
  const int32_t directions = params.bidirectional ? 2 : 1;
  const int32_t rows = options.num_gates * options.hidden_size;
  OCTET_RETURN_IF_ERROR(CheckTensorType(network, node.inputs[1], kFloat));
  OCTET_RETURN_IF_ERROR(CheckTensorType(network, node.inputs[2], kFloat));
  OCTET_RETURN_IF_ERROR(CheckShapeOf(network, node, 3, {directions, 2 * rows}));
  const size_t num_states = options.num_gates == 4 ? 2 : 1;
  for (size_t i = 4; i < 4 + num_states; ++i) {
    OCTET_RETURN_IF_ERROR(CheckShapeOf(
        network, node, i, {directions, x[1], options.hidden_size}));
  }
  if (!(options.clip >= 0.0f)) {
    return InvalidModel("clip must not be negative");
  }
  return CheckFunctions(options);
}

Recurrent::Recurrent(const PrepareContext& context, const Node& node,
                     const RecurrentOptions& options, bool separate_bias)
    : hidden_(options.hidden_size),
      num_gates_(options.num_gates),
      input_(node.inputs[0]),
      output_(node.output),
      initial_hidden_(node.inputs[4]),
      initial_cell_(options.num_gates == 4 ? node.inputs[5] : -1),
      directions_(IsBidirectional(options) ? 2 : 1),
      reverse_(options.direction == schema::RecurrentDirection::REVERSE),
      separate_bias_(separate_bias),
      result_(options.result),
      clip_(options.clip),
      functions_(FunctionsOf(options)) {
  const Shape& x = context.network.input(node, 0).shape;
  steps_ = x[0];
  batch_ = x[1];
  inputs_ = x[2];
  for (size_t i = 0; i < 3; ++i) {
    in_file_[i] =
        reinterpret_cast<const float*>(context.network.input(node, i + 1).data);
  }
  const int64_t rows = num_gates_ * hidden_;
  const int64_t floats = Padded(rows) * (inputs_ + 1) +
                         Padded(rows - hidden_) * hidden_ +
                         Padded(hidden_) * (hidden_ + 1);
  plan_.packed_bytes =
      static_cast<uint64_t>(directions_ * floats) * sizeof(float);
  plan_.scratch_bytes = AlignBlock(
      static_cast<uint64_t>(batch_ * (2 * rows + 2 * hidden_)) * sizeof(float));
  plan_.macs = directions_ * steps_ * batch_ * rows * (inputs_ + hidden_);
  plan_.kernel = "float recurrent";
  plan_.num_parts = NumParts(context, plan_.macs * kWorkPerByte, directions_);
}

void Recurrent::Pack(uint8_t* memory) {
  float* to = reinterpret_cast<float*>(memory);
  const int64_t rows = num_gates_ * hidden_;
  const int64_t gate_rows = rows - hidden_;
  const auto pack = [&](const float* from, int64_t n, int64_t k) {
    PackFloatPanels(from, static_cast<size_t>(k), static_cast<size_t>(n), 1,
                    static_cast<size_t>(k), to);
    const float* packed = to;
    to += Padded(n) * k;
    return packed;
  };
  for (int64_t d = 0; d < directions_; ++d) {
    const float* bias = in_file_[2] + d * 2 * rows;
    const float* recurrent = in_file_[1] + d * rows * hidden_;
    Weights& weights = weights_[d];
    weights.input = pack(in_file_[0] + d * rows * inputs_, rows, inputs_);
    weights.recurrent = pack(recurrent, gate_rows, hidden_);
    weights.last = pack(recurrent + gate_rows * hidden_, hidden_, hidden_);
    weights.input_bias = to;
    for (int64_t i = 0; i < Padded(rows); ++i) {
      const bool apart = separate_bias_ && i >= gate_rows;
      *to++ = i >= rows ? 0.0f : bias[i] + (apart ? 0.0f : bias[rows + i]);
    }
    weights.recurrent_bias = to;
    for (int64_t i = 0; i < Padded(hidden_); ++i) {
      *to++ = separate_bias_ && i < hidden_ ? bias[rows + gate_rows + i] : 0.0f;
    }
  }
}

void Recurrent::Run(const RunContext& context, int part) const {
  const int64_t rows = num_gates_ * hidden_;
  const int64_t values = batch_ * hidden_;
  State state = {};
  state.gates = reinterpret_cast<float*>(
      context.scratch + static_cast<uint64_t>(part) * plan_.scratch_bytes);
  state.recurrent = state.gates + batch_ * rows;
  state.hidden = state.recurrent + batch_ * rows;
  state.cell = state.hidden + values;
  const Range range = PartOf(directions_, part, plan_.num_parts);
  for (int64_t d = range.begin; d < range.end; ++d) {
    const auto initial = [&](int tensor) {
      return reinterpret_cast<const float*>(context.tensors[tensor]) +
             d * values;
    };
    std::copy_n(initial(initial_hidden_), values, state.hidden);
    if (initial_cell_ >= 0) {
      std::copy_n(initial(initial_cell_), values, state.cell);
    }
    for (int64_t i = 0; i < steps_; ++i) {
      const bool backwards = reverse_ || d == 1;
      RunStep(context, static_cast<int>(d), backwards ? steps_ - 1 - i : i,
              state);
    }
    if (result_ == schema::RecurrentResult::SEQUENCE) continue;
    std::copy_n(
        result_ == schema::RecurrentResult::CELL ? state.cell : state.hidden,
        values,
        reinterpret_cast<float*>(context.tensors[output_]) + d * values);
  }
}

void Recurrent::RunStep(const RunContext& context, int direction, int64_t step,
                        const State& state) const {
  const size_t rows = static_cast<size_t>(num_gates_ * hidden_);
  FloatMatrixProduct({static_cast<size_t>(batch_), static_cast<size_t>(inputs_),
                      rows,
                      reinterpret_cast<const float*>(context.tensors[input_]) +
                          step * batch_ * inputs_,
                      weights_[direction].input, weights_[direction].input_bias,
                      state.gates, rows, FloatClamp()});
  Step(context, direction, state);
  if (result_ != schema::RecurrentResult::SEQUENCE) return;
  const int64_t values = batch_ * hidden_;
  std::copy_n(state.hidden, values,
              reinterpret_cast<float*>(context.tensors[output_]) +
                  (step * directions_ + direction) * values);
}

void Recurrent::Activate(int direction, int function, float* values,
                         int64_t n) const {
  for (int64_t i = 0; i < n; ++i) values[i] = Clipped(values[i]);
  const int per_direction = static_cast<int>(num_gates_) - 1;
  const GateFunction& chosen =
      functions_[static_cast<size_t>(direction * per_direction + function)];
  Unary({static_cast<size_t>(n), values, values, chosen.function,
         ElementType::kFloat32, chosen.alpha, chosen.beta});
}

void Recurrent::MultiplyGates(int direction, const State& state) const {
  const size_t n = static_cast<size_t>((num_gates_ - 1) * hidden_);
  FloatMatrixProduct({static_cast<size_t>(batch_), static_cast<size_t>(hidden_),
                      n, state.hidden, weights_[direction].recurrent, nullptr,
                      state.recurrent,
                      static_cast<size_t>(num_gates_ * hidden_), FloatClamp()});
}

void Recurrent::MultiplyLast(int direction, const float* values,
                             float* output) const {
  FloatMatrixProduct({static_cast<size_t>(batch_), static_cast<size_t>(hidden_),
                      static_cast<size_t>(hidden_), values,
                      weights_[direction].last,
                      weights_[direction].recurrent_bias, output,
                      static_cast<size_t>(num_gates_ * hidden_), FloatClamp()});
}

}  // namespace octet
