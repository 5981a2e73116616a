#include "converter/explain/explain.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "converter/evaluate/evaluate.h"
#include "converter/explain/layer_probe.h"
#include "converter/explain/operator_model.h"
#include "converter/explain/output_statistics.h"
#include "converter/explain/picture_png.h"
#include "converter/float/float_executor.h"
#include "converter/ir/operation_counts.h"
#include "octet/session.h"
#include "schema/packed_weights.h"

namespace octet::converter {
namespace {

// A layer under observation.
struct Observed {
  LayerNodes layer;
  ValueId output = kNoValue;
  std::unique_ptr<LayerProbe> probe;
  OutputStatistics statistics;
};

class Explainer {
 public:
  Explainer(const Graph& graph, const QuantizedModel& quantized,
            std::shared_ptr<const Model> model, const ExplainOptions& options)
      : graph_(graph),
        quantized_(quantized),
        model_(std::move(model)),
        options_(options) {
    for (ValueId output : graph.outputs) {
      scores_.push_back(ScoreValue(graph, output));
    }
  }

  Status Prepare();
  Status Add(const SampleSource& samples, size_t index);
  Result<Explanation> Finish(const SampleSource& samples);

 private:
  size_t SizeOf(ValueId id) const {
    return size_t(graph_.value(id).shape.NumElements());
  }
  std::span<const float> Fp32(ValueId id) const {
    return {executor_->Value(id), SizeOf(id)};
  }
  const schema::TensorT& TensorOf(ValueId id) const {
    const int32_t tensor = quantized_.tensor_of_value[size_t(id)];
    return *quantized_.model.tensors[size_t(tensor)];
  }
  Status ReadInt8(ValueId id);
  Status AddScores(SampleExplanation& sample);
  LayerExplanation Describe(const Observed& observed) const;
  void DescribeWeights(const Node& node, LayerExplanation& layer) const;
  void DescribeConcats(Explanation& explanation) const;
  Status DrawSamples(const SampleSource& samples,
                     std::vector<SampleExplanation>& worst) const;

  const Graph& graph_;
  const QuantizedModel& quantized_;
  std::shared_ptr<const Model> model_;
  const ExplainOptions& options_;
  std::vector<ValueId> scores_;
  std::unique_ptr<FloatExecutor> executor_;
  std::unique_ptr<FloatExecutor> weighted_;  // with the INT8 network's weights
  std::unique_ptr<Session> session_;
  std::vector<Observed> layers_;
  std::vector<float> int8_value_;
  ErrorSums outputs_;
  std::vector<SampleExplanation> samples_;
};

// None where the tensor is in FP32.
std::optional<ActivationParams> ParamsOf(const schema::TensorT& tensor) {
  if (tensor.type != schema::DataType::INT8) return std::nullopt;
  return ActivationParams{tensor.quantization->scale[0],
                          tensor.quantization->zero_point};
}

size_t ChannelsOf(const Shape& shape) {
  return shape.rank == 0 ? 1 : size_t(shape[shape.rank - 1]);
}

Status Explainer::Prepare() {
  OCTET_ASSIGN_OR_RETURN(executor_,
                         FloatExecutor::Create(graph_, {options_.num_threads}));
  Graph with_quantized_weights = graph_;
  OCTET_RETURN_IF_ERROR(
      UseQuantizedWeights(quantized_, with_quantized_weights));
  OCTET_ASSIGN_OR_RETURN(
      weighted_,
      FloatExecutor::Create(with_quantized_weights, {options_.num_threads}));
  OCTET_ASSIGN_OR_RETURN(
      session_, Session::Create(model_, {.num_threads = options_.num_threads,
                                         .keep_intermediates = true}));
  const std::vector<int> producers = FindProducers(graph_);
  for (size_t i = 0; i < graph_.nodes.size(); ++i) {
    const ValueId output = graph_.nodes[i].output;
    // What the network computes in other types has no error of INT8's.
    if (!IsComputedInInt8(quantized_, output)) continue;
    LayerNodes layer =
        FindLayer(graph_, quantized_, producers, static_cast<int>(i));
    Result<std::unique_ptr<LayerProbe>> probe =
        LayerProbe::Create(graph_, with_quantized_weights, quantized_, layer);
    OCTET_RETURN_IF_ERROR(
        probe.status().WithContext("node '" + graph_.nodes[i].name + "'"));
    const auto params = ParamsOf(TensorOf(output));
    layers_.push_back(
        {std::move(layer), output, *std::move(probe),
         OutputStatistics(params, ChannelsOf(graph_.value(output).shape))});
  }
  return OkStatus();
}

Status Explainer::ReadInt8(ValueId id) {
  int8_value_.resize(SizeOf(id));
  return session_->GetTensor(TensorOf(id).name, int8_value_.data(),
                             int8_value_.size());
}

Status Explainer::AddScores(SampleExplanation& sample) {
  Sqnr sqnr;
  for (size_t i = 0; i < scores_.size(); ++i) {
    const ValueId id = scores_[i];
    if (!graph_.value(id).is_float()) continue;
    OCTET_RETURN_IF_ERROR(ReadInt8(id));
    outputs_.Add(Fp32(id), {weighted_->Value(id), SizeOf(id)}, int8_value_);
    sqnr.Add(Fp32(id), int8_value_);
    if (i > 0 || !IsScoreRow(graph_.value(id).shape)) continue;
    sample.fp32_class = static_cast<int>(TopIndex(Fp32(id)));
    sample.int8_class = static_cast<int>(TopIndex(int8_value_));
  }
  sample.sqnr_db = sqnr.Decibels();
  return OkStatus();
}

Status Explainer::Add(const SampleSource& source, size_t index) {
  OCTET_ASSIGN_OR_RETURN(const Sample sample, source.Read(index));
  OCTET_RETURN_IF_ERROR(executor_->Run(sample.inputs));
  OCTET_RETURN_IF_ERROR(weighted_->Run(sample.inputs));
  for (size_t i = 0; i < sample.inputs.size(); ++i) {
    OCTET_RETURN_IF_ERROR(session_->SetInput(
        static_cast<int>(i), sample.inputs[i].data(), sample.inputs[i].size()));
  }
  OCTET_RETURN_IF_ERROR(session_->Run());
  SampleExplanation explained;
  explained.index = index;
  explained.name = source.Name(index);
  if (sample.label >= 0) {
    explained.label = sample.label + (options_.background_class ? 1 : 0);
  }
  OCTET_RETURN_IF_ERROR(AddScores(explained));
  samples_.push_back(std::move(explained));
  for (Observed& layer : layers_) {
    OCTET_RETURN_IF_ERROR(ReadInt8(layer.output));
    layer.statistics.Add(Fp32(layer.output), int8_value_);
    OCTET_RETURN_IF_ERROR(layer.probe->Add(*executor_));
  }
  return OkStatus();
}

void Explainer::DescribeWeights(const Node& node,
                                LayerExplanation& layer) const {
  layer.parameters += ParameterCount(graph_, node);
  layer.multiply_accumulates += MultiplyAccumulates(graph_, node);
  for (const QuantizationReport::Layer& entry : quantized_.report.layers) {
    // A layer with an Add has both names there.
    if (entry.node != node.name && entry.node != layer.name) continue;
    layer.widened_channels = entry.widened_channels;
    layer.dead_channels = entry.dead_channels;
  }
  if (!IsWeightedLayer(node.op)) return;
  for (const auto& tensor : quantized_.model.tensors) {
    if (tensor->name != graph_.value(node.inputs[1]).name) continue;
    const WeightCodes* codes = FindWeightCodes(tensor->encoding);
    layer.weights = codes == nullptr ? "int8" : codes->name;
  }
}

LayerExplanation Explainer::Describe(const Observed& observed) const {
  const Node& first = graph_.nodes[size_t(observed.layer.nodes[0])];
  LayerExplanation layer;
  layer.type = OperatorName(first.op);
  for (int index : observed.layer.nodes) {
    layer.name +=
        (layer.name.empty() ? "" : " + ") + graph_.nodes[size_t(index)].name;
  }
  for (int index : observed.layer.nodes) {
    DescribeWeights(graph_.nodes[size_t(index)], layer);
  }
  const OutputStatistics& statistics = observed.statistics;
  const auto params = ParamsOf(TensorOf(observed.output));
  layer.output = graph_.value(observed.output).name;
  layer.shape = graph_.value(observed.output).shape;
  layer.alone = observed.probe->Total();
  layer.sqnr_db = statistics.SqnrDb();
  layer.scale = params ? double{params->scale} : 0.0;
  layer.zero_point = params ? params->zero_point : 0;
  layer.lowest = statistics.lowest();
  layer.highest = statistics.highest();
  layer.saturated = statistics.Saturated();
  layer.channels = static_cast<int>(ChannelsOf(layer.shape));
  layer.constant_channels = statistics.ConstantChannels();
  layer.constant_channels_fp32 = statistics.ConstantFp32Channels();
  return layer;
}

void Explainer::DescribeConcats(Explanation& explanation) const {
  std::map<ValueId, Range> ranges;
  for (const Observed& layer : layers_) {
    ranges[layer.output] = layer.statistics.Fp32Range();
  }
  for (const Observed& layer : layers_) {
    const Node& node = graph_.nodes[size_t(layer.layer.nodes.back())];
    if (!std::holds_alternative<Concat>(node.op)) continue;
    ConcatExplanation concat{
        node.name, layer.statistics.lowest(), layer.statistics.highest(), {}};
    const double step = TensorOf(layer.output).quantization->scale[0];
    for (ValueId input : node.inputs) {
      const auto range = ranges.find(input);
      if (range == ranges.end()) continue;  // a constant or an input
      const auto& [min, max] = range->second;
      const double held = std::min<double>(max, concat.highest) -
                          std::max<double>(min, concat.lowest);
      concat.inputs.push_back(
          {graph_.value(input).name, min, max, std::max(0.0, held / step)});
    }
    explanation.concats.push_back(std::move(concat));
  }
}

Status Explainer::DrawSamples(const SampleSource& source,
                              std::vector<SampleExplanation>& worst) const {
  const Value& input = graph_.value(graph_.inputs[0]);
  const PreprocessingInfo* info = nullptr;
  for (const PreprocessingInfo& entry : model_->preprocessing()) {
    if (entry.input == 0) info = &entry;
  }
  for (SampleExplanation& explained : worst) {
    OCTET_ASSIGN_OR_RETURN(const Sample sample, source.Read(explained.index));
    OCTET_ASSIGN_OR_RETURN(explained.png,
                           EncodeInput(sample.inputs[0], input.shape, info));
  }
  return OkStatus();
}

Result<Explanation> Explainer::Finish(const SampleSource& source) {
  Explanation explanation;
  explanation.model = graph_.name;
  explanation.samples = samples_.size();
  explanation.outputs = outputs_.Total();
  std::set<ValueId> counted;  // weights that several layers share count once
  for (const Observed& layer : layers_) {
    explanation.layers.push_back(Describe(layer));
    explanation.multiply_accumulates +=
        explanation.layers.back().multiply_accumulates;
    for (int index : layer.layer.nodes) {
      const Node& node = graph_.nodes[size_t(index)];
      if (node.inputs.size() > 1 && counted.insert(node.inputs[1]).second) {
        explanation.parameters += ParameterCount(graph_, node);
      }
    }
  }
  DescribeConcats(explanation);
  explanation.class_names = model_->labels();
  explanation.raised_adds = quantized_.report.raised_adds;
  std::stable_sort(samples_.begin(), samples_.end(),
                   [](const SampleExplanation& a, const SampleExplanation& b) {
                     return a.sqnr_db < b.sqnr_db;
                   });
  samples_.resize(std::min(samples_.size(), options_.worst_samples));
  OCTET_RETURN_IF_ERROR(DrawSamples(source, samples_));
  explanation.worst_samples = std::move(samples_);
  return explanation;
}

}  // namespace

Result<Explanation> Explain(
    const Graph& graph, const QuantizedModel& quantized,
    std::shared_ptr<const Model> model, const SampleSource& samples,
    const ExplainOptions& options,
    const std::function<void(size_t done, size_t total)>& progress) {
  if (samples.size() == 0) return InvalidArgument("there are no samples");
  Explainer explainer(graph, quantized, std::move(model), options);
  OCTET_RETURN_IF_ERROR(explainer.Prepare());
  const size_t count =
      std::min(samples.size(), std::max<size_t>(1, options.samples));
  for (size_t i = 0; i < count; ++i) {
    const size_t index = i * samples.size() / count;
    OCTET_RETURN_IF_ERROR(explainer.Add(samples, index)
                              .WithContext("sample " + samples.Name(index)));
    progress(i + 1, count);
  }
  return explainer.Finish(samples);
}

}  // namespace octet::converter
