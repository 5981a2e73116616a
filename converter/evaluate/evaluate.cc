#include "converter/evaluate/evaluate.h"

#include <span>
#include <utility>
#include <variant>

#include "converter/calibrate/function_limits.h"
#include "converter/evaluate/metrics.h"
#include "converter/float/float_executor.h"
#include "octet/session.h"

namespace octet::converter {
namespace {

// Counts of correct answers of one network.
struct Hits {
  size_t top1 = 0;
  size_t top5 = 0;

  void Add(std::span<const float> scores, size_t label) {
    top1 += IsInTop(scores, label, 1);
    top5 += IsInTop(scores, label, 5);
  }
  Classification Percent(size_t samples) const {
    const double scale = 100.0 / static_cast<double>(samples);
    return {static_cast<double>(top1) * scale,
            static_cast<double>(top5) * scale};
  }
};

// Runs samples through both networks and gathers the figures.
class Evaluator {
 public:
  // original: the executor of options.original; or `executor`.
  Evaluator(const Graph& graph, const QuantizedModel& quantized,
            FloatExecutor& executor, FloatExecutor& original, Session& session,
            const EvaluateOptions& options)
      : graph_(graph),
        quantized_(quantized),
        executor_(executor),
        original_(original),
        session_(session),
        options_(options),
        of_functions_(FindValuesOfFunctions(graph)),
        layer_sqnr_(graph.nodes.size()) {
    for (ValueId output : graph.outputs) {
      scores_.push_back(ScoreValue(graph, output));
    }
  }

  Status Add(const Sample& sample, bool with_layers);
  Result<Evaluation> Finish() const;

 private:
  std::span<const float> FloatValue(const FloatExecutor& executor,
                                    ValueId id) const {
    const size_t size =
        static_cast<size_t>(graph_.value(id).shape.NumElements());
    return {executor.Value(id), size};
  }
  // Not so the output of a layer that adds a residual before it rounds, nor
  // what functions alone read, which may be cut (LimitsOfFunctions), nor
  // integers.
  bool IsCompared(ValueId id) const {
    return quantized_.tensor_of_value[size_t(id)] >= 0 &&
           !of_functions_[size_t(id)] && graph_.value(id).is_float();
  }
  // The INT8 network's value for `id`, as real numbers, into int8_value_.
  Status ReadInt8(ValueId id);
  Status AddScores(const Sample& sample);

  const Graph& graph_;
  const QuantizedModel& quantized_;
  FloatExecutor& executor_;
  FloatExecutor& original_;
  Session& session_;
  const EvaluateOptions& options_;
  std::vector<ValueId> scores_;
  std::vector<float> int8_value_;
  const std::vector<bool> of_functions_;  // by value
  std::vector<Sqnr> layer_sqnr_;
  Sqnr output_sqnr_;
  Hits fp32_, int8_;
  size_t samples_ = 0;
  size_t labelled_ = 0;
  size_t agreeing_ = 0;
  size_t lost_ = 0;    // right in FP32 alone
  size_t gained_ = 0;  // right in INT8 alone
};

Status Evaluator::ReadInt8(ValueId id) {
  const int32_t tensor = quantized_.tensor_of_value[size_t(id)];
  if (tensor < 0) {
    return InternalError("value '" + graph_.value(id).name +
                         "' has no int8 tensor");
  }
  int8_value_.resize(static_cast<size_t>(graph_.value(id).shape.NumElements()));
  return session_.GetTensor(quantized_.model.tensors[size_t(tensor)]->name,
                            int8_value_.data(), int8_value_.size());
}

Status Evaluator::AddScores(const Sample& sample) {
  for (size_t i = 0; i < scores_.size(); ++i) {
    if (!graph_.value(scores_[i]).is_float()) continue;
    const std::span<const float> reference = FloatValue(original_, scores_[i]);
    OCTET_RETURN_IF_ERROR(ReadInt8(scores_[i]));
    output_sqnr_.Add(reference, int8_value_);
    if (i > 0 || !IsScoreRow(graph_.value(scores_[0]).shape)) continue;
    agreeing_ += TopIndex(reference) == TopIndex(int8_value_);
    if (sample.label < 0) continue;
    const size_t label =
        static_cast<size_t>(sample.label) + (options_.background_class ? 1 : 0);
    if (label >= reference.size()) {
      return InvalidArgument("its label " + std::to_string(sample.label) +
                             " is outside the model's " +
                             std::to_string(reference.size()) + " scores");
    }
    ++labelled_;
    const bool right = IsInTop(reference, label, 1);
    const bool int8_right = IsInTop(int8_value_, label, 1);
    lost_ += right && !int8_right;
    gained_ += !right && int8_right;
    fp32_.Add(reference, label);
    int8_.Add(int8_value_, label);
  }
  return OkStatus();
}

Status Evaluator::Add(const Sample& sample, bool with_layers) {
  OCTET_RETURN_IF_ERROR(original_.Run(sample.inputs));
  for (size_t i = 0; i < sample.inputs.size(); ++i) {
    OCTET_RETURN_IF_ERROR(session_.SetInput(
        static_cast<int>(i), sample.inputs[i].data(), sample.inputs[i].size()));
  }
  OCTET_RETURN_IF_ERROR(session_.Run());
  ++samples_;
  OCTET_RETURN_IF_ERROR(AddScores(sample));
  if (!with_layers) return OkStatus();
  if (&executor_ != &original_) {
    OCTET_RETURN_IF_ERROR(executor_.Run(sample.inputs));
  }
  for (size_t i = 0; i < graph_.nodes.size(); ++i) {
    if (!IsCompared(graph_.nodes[i].output)) continue;
    OCTET_RETURN_IF_ERROR(ReadInt8(graph_.nodes[i].output));
    layer_sqnr_[i].Add(FloatValue(executor_, graph_.nodes[i].output),
                       int8_value_);
  }
  return OkStatus();
}

Result<Evaluation> Evaluator::Finish() const {
  Evaluation evaluation;
  evaluation.samples = samples_;
  evaluation.sqnr_db = output_sqnr_.Decibels();
  if (IsScoreRow(graph_.value(scores_[0]).shape)) {
    evaluation.agreement =
        100.0 * static_cast<double>(agreeing_) / static_cast<double>(samples_);
  }
  if (labelled_ > 0 && labelled_ != samples_) {
    return InvalidArgument(std::to_string(samples_ - labelled_) + " of " +
                           std::to_string(samples_) +
                           " samples have no label: label all or none");
  }
  if (labelled_ > 0) {
    evaluation.fp32 = fp32_.Percent(labelled_);
    evaluation.int8 = int8_.Percent(labelled_);
    evaluation.drop = PairedDrop(lost_, gained_, labelled_);
  }
  for (size_t i = 0; i < graph_.nodes.size(); ++i) {
    const Node& node = graph_.nodes[i];
    if (!IsCompared(node.output)) continue;
    evaluation.layers.push_back(
        {node.name, OperatorName(node.op), layer_sqnr_[i].Decibels()});
  }
  return evaluation;
}

}  // namespace

bool IsScoreRow(const Shape& shape) {
  return shape.rank > 0 && shape[shape.rank - 1] > 1 &&
         shape.NumElements() == shape[shape.rank - 1];
}

ValueId ScoreValue(const Graph& graph, ValueId output) {
  const std::vector<int> producers = FindProducers(graph);
  ValueId value = output;
  while (producers[size_t(value)] >= 0) {
    const Node& node = graph.nodes[size_t(producers[size_t(value)])];
    if (std::holds_alternative<Softmax>(node.op)) return node.inputs[0];
    if (!std::holds_alternative<Reshape>(node.op)) break;
    value = node.inputs[0];
  }
  return output;
}

Result<Evaluation> Evaluate(
    const Graph& graph, const QuantizedModel& quantized,
    std::shared_ptr<const Model> model, const SampleSource& samples,
    const EvaluateOptions& options,
    const std::function<void(size_t done, size_t total)>& progress) {
  if (samples.size() == 0) return InvalidArgument("there are no samples");
  OCTET_ASSIGN_OR_RETURN(
      std::unique_ptr<FloatExecutor> executor,
      FloatExecutor::Create(graph, {.threads = options.num_threads}));
  std::unique_ptr<FloatExecutor> original;
  if (options.original != nullptr) {
    OCTET_ASSIGN_OR_RETURN(
        original, FloatExecutor::Create(*options.original,
                                        {.threads = options.num_threads}));
  }
  OCTET_ASSIGN_OR_RETURN(
      std::unique_ptr<Session> session,
      Session::Create(std::move(model), {.num_threads = options.num_threads,
                                         .keep_intermediates = true}));
  Evaluator evaluator(graph, quantized, *executor,
                      original == nullptr ? *executor : *original, *session,
                      options);
  const size_t total = samples.size();
  const size_t step =
      options.layer_samples == 0
          ? total + 1
          : (total + options.layer_samples - 1) / options.layer_samples;
  for (size_t i = 0; i < total; ++i) {
    const Result<Sample> sample = samples.Read(i);
    if (!sample.ok()) return sample.status();
    OCTET_RETURN_IF_ERROR(evaluator.Add(*sample, i % step == 0)
                              .WithContext("sample " + samples.Name(i)));
    progress(i + 1, total);
  }
  return evaluator.Finish();
}

}  // namespace octet::converter
