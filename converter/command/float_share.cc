#include "converter/command/float_share.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <utility>

#include "octet/session.h"

namespace octet::converter {
namespace {

using Clock = std::chrono::steady_clock;

// The first run also fetches weights and code; more than that until the time
// is up, so that a large network costs two runs and a small one is measured
// well.
constexpr int kLeastRuns = 2;
constexpr int kMostRuns = 50;
constexpr std::chrono::milliseconds kDuration(100);

bool ReadsInt8(const schema::ModelT& model, const schema::OperatorT& op) {
  return std::any_of(op.inputs.begin(), op.inputs.end(), [&](uint32_t tensor) {
    return model.tensors[tensor]->type == schema::DataType::INT8;
  });
}

}  // namespace

std::vector<bool> FindIslandOperators(const schema::ModelT& model) {
  std::vector<bool> islands;
  for (const auto& op : model.operators) {
    islands.push_back(!ReadsInt8(model, *op) ||
                      op->options.type == schema::OperatorOptions::Dequantize);
  }
  return islands;
}

Result<double> MeasureFloatShare(const schema::ModelT& model,
                                 std::shared_ptr<const Model> loaded,
                                 const std::vector<std::vector<float>>& inputs,
                                 int threads) {
  OCTET_ASSIGN_OR_RETURN(
      const std::unique_ptr<Session> session,
      Session::Create(std::move(loaded), {.num_threads = threads}));
  for (size_t i = 0; i < inputs.size(); ++i) {
    OCTET_RETURN_IF_ERROR(session->SetInput(
        static_cast<int>(i), inputs[i].data(), inputs[i].size()));
  }
  const std::vector<bool> islands = FindIslandOperators(model);
  std::vector<int64_t> fastest(islands.size(),
                               std::numeric_limits<int64_t>::max());
  std::vector<OperatorProfile> profiles;
  const auto end = Clock::now() + kDuration;
  for (int run = 0; run < kMostRuns; ++run) {
    if (run >= kLeastRuns && Clock::now() >= end) break;
    OCTET_RETURN_IF_ERROR(session->RunProfiled(&profiles));
    if (profiles.size() != islands.size()) {
      return InternalError("the engine has other operators than the model");
    }
    for (size_t i = 0; i < profiles.size(); ++i) {
      fastest[i] = std::min(fastest[i], profiles[i].nanoseconds);
    }
  }
  double all = 0.0;
  double in_islands = 0.0;
  for (size_t i = 0; i < fastest.size(); ++i) {
    all += double(fastest[i]);
    in_islands += islands[i] ? double(fastest[i]) : 0.0;
  }
  return all > 0.0 ? in_islands / all : 0.0;
}

Result<std::optional<double>> FloatShareOf(const Graph& graph,
                                           const QuantizedModel& quantized,
                                           std::shared_ptr<const Model> loaded,
                                           const SampleSource* samples,
                                           int threads) {
  const size_t float_nodes = quantized.report.float_nodes.size();
  if (float_nodes == 0 || float_nodes == graph.nodes.size()) {
    return std::optional<double>();
  }
  std::vector<std::vector<float>> inputs;
  for (const Shape& shape : InputShapes(graph, graph.inputs)) {
    inputs.emplace_back(size_t(shape.NumElements()));
  }
  if (samples != nullptr && samples->size() > 0) {
    OCTET_ASSIGN_OR_RETURN(Sample sample, samples->Read(0));
    inputs = std::move(sample.inputs);
  }
  OCTET_ASSIGN_OR_RETURN(
      const double share,
      MeasureFloatShare(quantized.model, std::move(loaded), inputs, threads));
  return std::optional<double>(share);
}

}  // namespace octet::converter
