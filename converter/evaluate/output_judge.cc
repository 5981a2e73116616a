#include "converter/evaluate/output_judge.h"

#include <memory>
#include <string>
#include <utility>

#include "converter/evaluate/evaluate.h"
#include "converter/evaluate/metrics.h"
#include "converter/export/export_model.h"
#include "converter/float/float_executor.h"
#include "converter/ir/operation_counts.h"
#include "octet/model.h"
#include "octet/session.h"

namespace octet::converter {
std::vector<ValueId> FindScores(const Graph& graph) {
  std::vector<ValueId> scores;
  for (ValueId output : graph.outputs) {
    const ValueId score = ScoreValue(graph, output);
    if (graph.value(score).is_float()) scores.push_back(score);
  }
  return scores;
}

double NetworkOperations(const Graph& graph) {
  double sum = 0.0;
  for (const Node& node : graph.nodes) {
    sum += double(MultiplyAccumulates(graph, node));
  }
  return sum;
}

OutputJudge::OutputJudge(const Graph& graph, int threads)
    : graph_(graph), threads_(threads), scores_(FindScores(graph)) {}

Status OutputJudge::ReadSamples(size_t count, size_t total,
                                const SampleReader& read_sample) {
  OCTET_ASSIGN_OR_RETURN(const std::unique_ptr<FloatExecutor> executor,
                         FloatExecutor::Create(graph_, {threads_}));
  for (size_t i = 0; i < count; ++i) {
    const size_t index = i * total / count;
    const std::string context = "calibration sample " + std::to_string(index);
    Sample sample;
    auto inputs = read_sample(index);
    OCTET_RETURN_IF_ERROR(inputs.status().WithContext(context));
    sample.inputs = *std::move(inputs);
    OCTET_RETURN_IF_ERROR(executor->Run(sample.inputs).WithContext(context));
    for (ValueId id : scores_) {
      const size_t size = size_t(graph_.value(id).shape.NumElements());
      const float* values = executor->Value(id);
      sample.scores.emplace_back(values, values + size);
    }
    samples_.push_back(std::move(sample));
  }
  return OkStatus();
}

Result<double> OutputJudge::Try(const Ranges& ranges,
                                const QuantizeOptions& options) {
  const Result<QuantizedModel> quantized = Quantize(graph_, ranges, options);
  if (!quantized.ok()) {
    refusal_ = quantized.status();
    return kRefused;
  }
  OCTET_ASSIGN_OR_RETURN(const std::vector<uint8_t> bytes,
                         ExportModel(quantized->model, {}));
  OCTET_ASSIGN_OR_RETURN(auto model,
                         Model::FromMemory(bytes.data(), bytes.size()));
  OCTET_ASSIGN_OR_RETURN(
      const std::unique_ptr<Session> session,
      Session::Create(std::move(model),
                      {.num_threads = threads_, .keep_intermediates = true}));
  Sqnr sqnr;
  std::vector<float> values;
  for (const Sample& sample : samples_) {
    for (size_t i = 0; i < sample.inputs.size(); ++i) {
      OCTET_RETURN_IF_ERROR(session->SetInput(static_cast<int>(i),
                                              sample.inputs[i].data(),
                                              sample.inputs[i].size()));
    }
    OCTET_RETURN_IF_ERROR(session->Run());
    for (size_t i = 0; i < scores_.size(); ++i) {
      const int32_t tensor = quantized->tensor_of_value[size_t(scores_[i])];
      if (tensor < 0) return InternalError("a score has no int8 tensor");
      values.resize(sample.scores[i].size());
      OCTET_RETURN_IF_ERROR(
          session->GetTensor(quantized->model.tensors[size_t(tensor)]->name,
                             values.data(), values.size()));
      sqnr.Add(sample.scores[i], values);
    }
  }
  return sqnr.Decibels();
}

}  // namespace octet::converter
