#include "converter/float/float_executor.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "converter/float/engine_graph.h"
#include "converter/float/float_operator.h"
#include "converter/float/xnn_operator.h"
#include "converter/ir/constant_evaluation.h"
#include "converter/ir/node_alone.h"

namespace octet::converter {
namespace {

// XNNPACK reads up to this many elements behind the last one.
constexpr size_t kSlack = XNN_EXTRA_BYTES / sizeof(float);

struct PoolDeleter {
  void operator()(pthreadpool_t pool) const { pthreadpool_destroy(pool); }
};

// Overloads, one an operator.
struct MakeVisitor {
  const FloatNode& node;

  Result<FloatOperator> operator()(const Conv2d& op) const {
    return MakeFloatConv2d(op, node);
  }
  Result<FloatOperator> operator()(const FullyConnected& op) const {
    return MakeFloatFullyConnected(op, node);
  }
  Result<FloatOperator> operator()(const MaxPool2d& op) const {
    return MakeFloatMaxPool2d(op, node);
  }
  Result<FloatOperator> operator()(const AveragePool2d& op) const {
    return MakeFloatAveragePool2d(op, node);
  }
  Result<FloatOperator> operator()(const Add& op) const {
    return MakeFloatAdd(op, node);
  }
  Result<FloatOperator> operator()(const Mul& op) const {
    return MakeFloatMul(op, node);
  }
  Result<FloatOperator> operator()(const Clamp& op) const {
    return MakeFloatClamp(op, node);
  }
  Result<FloatOperator> operator()(const Softmax& op) const {
    if (op.logarithm) return MakeFloatLogSoftmax(node);
    return MakeFloatSoftmax(node);
  }
  Result<FloatOperator> operator()(const Concat& op) const {
    return MakeFloatConcat(op, node);
  }
  Result<FloatOperator> operator()(const Reshape&) const {
    return MakeFloatReshape(node);
  }
  Result<FloatOperator> operator()(const Transpose& op) const {
    return MakeFloatTranspose(op, node);
  }
  Result<FloatOperator> operator()(const Pad& op) const {
    return MakeFloatPad(op, node);
  }
  Result<FloatOperator> operator()(const Slice& op) const {
    return MakeFloatSlice(op, node);
  }
  Result<FloatOperator> operator()(const BatchNormalization&) const {
    return Unsupported("was not folded into a layer by the passes");
  }
  Result<FloatOperator> operator()(const Identity&) const {
    return Unsupported("was not removed by the passes");
  }
  Result<FloatOperator> operator()(const Resize& op) const {
    return MakeFloatResize(op, node);
  }
  Result<FloatOperator> operator()(const MatMul& op) const {
    return MakeFloatMatMul(op, node);
  }
  Result<FloatOperator> operator()(const ConvTranspose2d& op) const {
    return MakeFloatConvTranspose2d(op, node);
  }
  Result<FloatOperator> operator()(const LayerNormalization& op) const {
    return MakeFloatLayerNormalization(op, node);
  }
  template <typename Other>
  Result<FloatOperator> operator()(const Other&) const {
    return Unsupported("has no operator of its own in FP32");
  }
};

// Whether a node is computed as constants are: by its definition, in double
// precision (ir/constant_evaluation.h). Those on floats that have an operator
// of their own are not.
bool IsEvaluated(const Graph& graph, const Node& node) {
  if (std::holds_alternative<GatherElements>(node.op) ||
      std::holds_alternative<GatherNd>(node.op) ||
      std::holds_alternative<NonMaxSuppression>(node.op)) {
    return false;
  }
  bool all_float = graph.value(node.output).is_float();
  for (ValueId id : node.inputs) {
    all_float = all_float && graph.value(id).is_float();
  }
  return !all_float || std::holds_alternative<Unary>(node.op) ||
         std::holds_alternative<FakeQuantize>(node.op) ||
         std::holds_alternative<Binary>(node.op) ||
         std::holds_alternative<Expand>(node.op) ||
         std::holds_alternative<TopK>(node.op) ||
         std::holds_alternative<CumSum>(node.op) ||
         std::holds_alternative<Reduce>(node.op);
}

std::string Describe(const Node& node) {
  return "node '" + node.name + "' (" + OperatorName(node.op) + ")";
}

}  // namespace

struct FloatExecutor::State {
  Graph graph;  // shares the weights of the caller's
  std::unique_ptr<pthreadpool, PoolDeleter> threads;
  // By value; empty where nothing is computed.
  std::vector<std::vector<float>> buffers;
  std::vector<std::vector<int64_t>> integers;  // likewise, of other types
  std::vector<FloatOperator> operators;        // one a node

  float* Buffer(ValueId id) {
    std::vector<float>& buffer = buffers[size_t(id)];
    if (buffer.empty()) {
      buffer.resize(size_t(graph.value(id).shape.NumElements()) + kSlack);
    }
    return buffer.data();
  }

  // What the last node wrote, as a constant.
  octet::converter::Value Snapshot(ValueId id) {
    octet::converter::Value value = graph.value(id);
    if (value.is_constant()) return value;
    if (value.is_float()) {
      const float* data = Buffer(id);
      value.data = std::make_shared<const std::vector<float>>(
          data, data + value.shape.NumElements());
    } else {
      value.integers =
          std::make_shared<const std::vector<int64_t>>(integers[size_t(id)]);
    }
    return value;
  }

  Status Evaluate(const Node& node) {
    std::vector<octet::converter::Value> values;
    for (ValueId id : node.inputs) values.push_back(Snapshot(id));
    std::vector<const octet::converter::Value*> operands;
    for (const auto& value : values) operands.push_back(&value);
    std::optional<ConstantData> result =
        EvaluateOperator(node.op, operands, graph.value(node.output).shape);
    if (!result.has_value()) return Unsupported("its result is not defined");
    Store(node.output, *std::move(result));
    return OkStatus();
  }

  void Store(ValueId id, ConstantData result) {
    if (result.type == DataType::FLOAT32) {
      std::copy(result.floats.begin(), result.floats.end(), Buffer(id));
    } else {
      integers[size_t(id)] = std::move(result.integers);
    }
  }

  Status RunInEngine(const Node& node, EngineGraph& engine) {
    std::vector<ConstantData> inputs;
    for (ValueId id : node.inputs) {
      if (!graph.value(id).is_constant())
        inputs.push_back(DataOf(Snapshot(id)));
    }
    OCTET_ASSIGN_OR_RETURN(std::vector<ConstantData> results,
                           engine.Run(inputs));
    Store(node.output, std::move(results[0]));
    return OkStatus();
  }

  // What neither XNNPACK nor this folder computes.
  Result<FloatOperator> MakeInEngine(const Node& node) {
    OCTET_ASSIGN_OR_RETURN(std::shared_ptr<EngineGraph> engine,
                           EngineGraph::Create(NodeAlone(graph, node)));
    if (graph.value(node.output).is_float()) Buffer(node.output);
    return FloatOperator(
        [this, &node, engine] { return RunInEngine(node, *engine); });
  }

  Result<FloatOperator> Make(const Node& node) {
    for (ValueId id : node.inputs) {
      if (!graph.value(id).is_float()) return MakeInEngine(node);
    }
    if (!graph.value(node.output).is_float()) return MakeInEngine(node);
    FloatNode operands{graph, node, {}, Buffer(node.output), threads.get()};
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      operands.inputs.push_back(Operand(node, i));
    }
    Result<FloatOperator> made = std::visit(MakeVisitor{operands}, node.op);
    if (made.ok() || made.status().code() != StatusCode::kUnsupported) {
      return made;
    }
    Result<FloatOperator> in_engine = MakeInEngine(node);
    return in_engine.ok() ? std::move(in_engine) : std::move(made);
  }

  // The address of input `i` of `node`. XNNPACK packs weights and biases, so
  // they need no slack; other constants are copied once.
  const float* Operand(const Node& node, size_t i) {
    const ValueId id = node.inputs[i];
    const auto& constant = graph.value(id).data;
    if (constant == nullptr) return Buffer(id);
    const bool packed = std::holds_alternative<Conv2d>(node.op) ||
                        std::holds_alternative<FullyConnected>(node.op);
    if (packed && i > 0) return constant->data();
    float* copy = Buffer(id);
    std::copy(constant->begin(), constant->end(), copy);
    return copy;
  }

  Status AddOperator(const Node& node) {
    if (IsEvaluated(graph, node)) {
      if (graph.value(node.output).is_float()) Buffer(node.output);
      operators.push_back([this, &node] { return Evaluate(node); });
      return OkStatus();
    }
    Result<FloatOperator> made = Make(node);
    OCTET_RETURN_IF_ERROR(made.status().WithContext(Describe(node)));
    operators.push_back(*std::move(made));
    return OkStatus();
  }
};

FloatExecutor::FloatExecutor(std::unique_ptr<State> state)
    : state_(std::move(state)) {}
FloatExecutor::~FloatExecutor() = default;

Result<std::unique_ptr<FloatExecutor>> FloatExecutor::Create(
    const Graph& graph, const FloatExecutorOptions& options) {
  if (options.threads < 0) {
    return InvalidArgument("the number of threads must not be negative");
  }
  OCTET_RETURN_IF_ERROR(FromXnnStatus(xnn_initialize(/*allocator=*/nullptr)));
  auto state = std::make_unique<State>();
  state->graph = graph;
  if (options.threads != 1) {
    state->threads.reset(pthreadpool_create(size_t(options.threads)));
    if (state->threads == nullptr) {
      return ResourceExhausted("cannot start the threads of the executor");
    }
  }
  state->buffers.resize(graph.values.size());
  state->integers.resize(graph.values.size());
  for (ValueId id : graph.inputs) {
    if (graph.value(id).is_float()) state->Buffer(id);
  }
  for (const Node& node : state->graph.nodes) {
    OCTET_RETURN_IF_ERROR(state->AddOperator(node));
  }
  return std::unique_ptr<FloatExecutor>(new FloatExecutor(std::move(state)));
}

Status FloatExecutor::Run(const std::vector<std::vector<float>>& inputs) {
  const Graph& graph = state_->graph;
  if (inputs.size() != graph.inputs.size()) {
    return InvalidArgument("the model takes " +
                           std::to_string(graph.inputs.size()) +
                           " inputs, not " + std::to_string(inputs.size()));
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    const octet::converter::Value& value = graph.value(graph.inputs[i]);
    if (static_cast<int64_t>(inputs[i].size()) != value.shape.NumElements()) {
      return InvalidArgument("input '" + value.name + "' takes " +
                             value.shape.ToString() + " values, not " +
                             std::to_string(inputs[i].size()));
    }
    if (value.is_float()) {
      std::copy(inputs[i].begin(), inputs[i].end(),
                state_->Buffer(graph.inputs[i]));
    } else {
      state_->integers[size_t(graph.inputs[i])].assign(inputs[i].begin(),
                                                       inputs[i].end());
    }
  }
  return RunFrom(0, nullptr);
}

Status FloatExecutor::RunFrom(size_t first_node, const ValueFilter& filter) {
  const Graph& graph = state_->graph;
  for (size_t i = first_node; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    OCTET_RETURN_IF_ERROR(state_->operators[i]().WithContext(Describe(node)));
    if (filter && graph.value(node.output).is_float()) {
      filter(node.output, MutableValue(node.output));
    }
  }
  return OkStatus();
}

std::span<float> FloatExecutor::MutableValue(ValueId id) {
  return {state_->Buffer(id),
          size_t(state_->graph.value(id).shape.NumElements())};
}

const std::vector<int64_t>& FloatExecutor::Integers(ValueId id) const {
  return state_->integers[size_t(id)];
}

const float* FloatExecutor::Value(ValueId id) const {
  const std::vector<float>& buffer = state_->buffers[size_t(id)];
  return buffer.empty() ? nullptr : buffer.data();
}

}  // namespace octet::converter
