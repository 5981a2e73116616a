#include "converter/explain/layer_probe.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <utility>

#include "converter/export/export_model.h"
#include "octet/model.h"
#include "schema/packed_weights.h"

namespace octet::converter {
namespace {

double Square(double x) { return x * x; }

// The integers of a constant tensor.
std::vector<int32_t> IntegersOf(const schema::ModelT& model,
                                const schema::TensorT& tensor) {
  const std::vector<uint8_t>& data = model.buffers[tensor.buffer]->data;
  int64_t count = 1;
  for (int32_t dim : tensor.shape) count *= dim;
  if (tensor.type == schema::DataType::INT32) {
    std::vector<int32_t> values(static_cast<size_t>(count));
    std::memcpy(values.data(), data.data(), data.size());
    return values;
  }
  std::vector<int8_t> values(data.begin(), data.end());
  if (const WeightCodes* codes = FindWeightCodes(tensor.encoding)) {
    values.resize(static_cast<size_t>(count));
    UnpackWeights(*codes, data.data(), 0, count, values.data());
  }
  return {values.begin(), values.end()};
}

std::shared_ptr<const std::vector<float>> RealsOf(
    const schema::ModelT& model, const schema::TensorT& tensor) {
  const std::vector<int32_t> integers = IntegersOf(model, tensor);
  const std::vector<float>& scale = tensor.quantization->scale;
  const size_t each = integers.size() / scale.size();
  auto reals = std::make_shared<std::vector<float>>();
  for (size_t i = 0; i < integers.size(); ++i) {
    const int32_t q = integers[i] - tensor.quantization->zero_point;
    reals->push_back(static_cast<float>(double{scale[i / each]} * q));
  }
  return reals;
}

// By the tensor that it writes: every operator with weights.
std::map<int32_t, const schema::OperatorT*> WeightedOperators(
    const schema::ModelT& model) {
  std::map<int32_t, const schema::OperatorT*> operators;
  for (const auto& op : model.operators) {
    if (op->options.type == schema::OperatorOptions::Conv2d ||
        op->options.type == schema::OperatorOptions::FullyConnected) {
      operators[int32_t(op->outputs[0])] = op.get();
    }
  }
  return operators;
}

}  // namespace

void ErrorSums::Add(std::span<const float> y, std::span<const float> w,
                    std::span<const float> q) {
  for (size_t i = 0; i < y.size(); ++i) {
    signal_ += Square(y[i]);
    noise_ += Square(double{q[i]} - y[i]);
    noise_of_weights_ += Square(double{w[i]} - y[i]);
    noise_of_activations_ += Square(double{q[i]} - w[i]);
  }
}

Error ErrorSums::Total() const {
  Error error;
  error.sqnr_db = noise_ == 0.0    ? std::numeric_limits<double>::infinity()
                  : signal_ == 0.0 ? 0.0
                                   : 10.0 * std::log10(signal_ / noise_);
  const double both = noise_of_weights_ + noise_of_activations_;
  if (both > 0.0) error.weights_share = noise_of_weights_ / both;
  return error;
}

Status UseQuantizedWeights(const QuantizedModel& quantized, Graph& graph) {
  const auto operators = WeightedOperators(quantized.model);
  const std::vector<std::vector<int>> consumers = FindConsumers(graph);
  for (const Node& node : graph.nodes) {
    if (!IsWeightedLayer(node.op)) continue;
    int32_t tensor = quantized.tensor_of_value[size_t(node.output)];
    if (tensor < 0 && consumers[size_t(node.output)].size() == 1) {
      const int add = consumers[size_t(node.output)][0];
      tensor =
          quantized.tensor_of_value[size_t(graph.nodes[size_t(add)].output)];
    }
    const auto op = operators.find(tensor);
    if (op == operators.end()) {
      return InternalError("node '" + node.name + "' has no INT8 weights");
    }
    const schema::TensorT& weights =
        *quantized.model.tensors[op->second->inputs[1]];
    if (weights.type != schema::DataType::INT8) continue;
    for (size_t i : {1, 2}) {
      const schema::TensorT& from =
          *quantized.model.tensors[op->second->inputs[i]];
      graph.value(node.inputs[i]).data = RealsOf(quantized.model, from);
    }
  }
  return OkStatus();
}

Result<std::unique_ptr<LayerProbe>> LayerProbe::Create(
    const Graph& graph, const Graph& with_quantized_weights,
    const QuantizedModel& quantized, const LayerNodes& layer) {
  std::unique_ptr<LayerProbe> probe(new LayerProbe());
  probe->inputs_ = layer.inputs;
  for (ValueId input : layer.inputs) {
    probe->sizes_.push_back(size_t(graph.value(input).shape.NumElements()));
  }
  probe->output_ = graph.nodes[size_t(layer.nodes.back())].output;
  probe->output_size_ = size_t(graph.value(probe->output_).shape.NumElements());

  const LayerGraph alone = ExtractLayer(with_quantized_weights, layer);
  bool has_weights = false;
  for (const Node& node : alone.graph.nodes) {
    has_weights = has_weights || IsWeightedLayer(node.op);
  }
  if (has_weights) {
    probe->layer_output_ = alone.graph.outputs[0];
    OCTET_ASSIGN_OR_RETURN(probe->weighted_,
                           FloatExecutor::Create(alone.graph, {.threads = 1}));
  }
  OCTET_ASSIGN_OR_RETURN(
      const std::vector<uint8_t> bytes,
      ExportModel(ExtractOperators(quantized, layer.inputs, probe->output_),
                  {}));
  OCTET_ASSIGN_OR_RETURN(std::shared_ptr<const Model> model,
                         Model::FromMemory(bytes.data(), bytes.size()));
  OCTET_ASSIGN_OR_RETURN(probe->session_,
                         Session::Create(std::move(model), {.num_threads = 1}));
  return probe;
}

Status LayerProbe::Add(const FloatExecutor& executor) {
  std::vector<std::vector<float>> inputs;
  for (size_t i = 0; i < inputs_.size(); ++i) {
    const float* values = executor.Value(inputs_[i]);
    OCTET_RETURN_IF_ERROR(
        session_->SetInput(static_cast<int>(i), values, sizes_[i]));
    inputs.emplace_back(values, values + sizes_[i]);
  }
  OCTET_RETURN_IF_ERROR(session_->Run());
  std::vector<float> q(output_size_);
  OCTET_RETURN_IF_ERROR(session_->GetOutput(0, q.data(), q.size()));
  const float* y = executor.Value(output_);
  const float* w = y;
  if (weighted_ != nullptr) {
    OCTET_RETURN_IF_ERROR(weighted_->Run(inputs));
    w = weighted_->Value(layer_output_);
  }
  sums_.Add({y, output_size_}, {w, output_size_}, q);
  return OkStatus();
}

}  // namespace octet::converter
