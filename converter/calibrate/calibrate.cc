#include "converter/calibrate/calibrate.h"

#include <bit>
#include <cstdint>
#include <memory>
#include <string>

#include "converter/calibrate/calibrator.h"
#include "converter/float/float_executor.h"

namespace octet::converter {
namespace {

// An activation and what has been learned about it.
struct Observed {
  ValueId id;
  std::unique_ptr<Calibrator> calibrator;
};

Result<std::vector<Observed>> MakeObserved(const Graph& graph,
                                           const std::string& method) {
  std::vector<ValueId> ids = graph.inputs;
  for (const Node& node : graph.nodes) ids.push_back(node.output);
  std::vector<Observed> observed;
  for (ValueId id : ids) {
    OCTET_ASSIGN_OR_RETURN(auto calibrator, MakeCalibrator(method));
    observed.push_back({id, std::move(calibrator)});
  }
  return observed;
}

// Integer arithmetic, so that the compiler makes vector code of it.
bool AllFinite(const float* values, size_t count) {
  constexpr uint32_t kExponent = 0x7f800000;
  uint32_t infinite = 0;
  for (size_t i = 0; i < count; ++i) {
    infinite |= (std::bit_cast<uint32_t>(values[i]) & kExponent) == kExponent;
  }
  return infinite == 0;
}

Status ObserveSample(const Graph& graph, const FloatExecutor& executor,
                     std::vector<Observed>& observed) {
  for (Observed& activation : observed) {
    const Value& value = graph.value(activation.id);
    const float* values = executor.Value(activation.id);
    const size_t count = size_t(value.shape.NumElements());
    if (!AllFinite(values, count)) {
      return InvalidArgument("'" + value.name +
                             "' is infinite or not a number; check the "
                             "sample's preprocessing and the model's weights");
    }
    activation.calibrator->Observe(values, count);
  }
  return OkStatus();
}

}  // namespace

Result<Ranges> Calibrate(const Graph& graph, size_t sample_count,
                         const SampleReader& read_sample,
                         const CalibrateOptions& options,
                         const ProgressFunction& progress) {
  if (sample_count == 0) {
    return InvalidArgument("calibration needs at least one sample");
  }
  OCTET_ASSIGN_OR_RETURN(auto observed, MakeObserved(graph, options.method));
  OCTET_ASSIGN_OR_RETURN(auto executor,
                         FloatExecutor::Create(graph, {options.threads}));
  for (size_t i = 0; i < sample_count; ++i) {
    const std::string context = "calibration sample " + std::to_string(i);
    const auto sample = read_sample(i);
    OCTET_RETURN_IF_ERROR(sample.status().WithContext(context));
    OCTET_RETURN_IF_ERROR(executor->Run(*sample).WithContext(context));
    OCTET_RETURN_IF_ERROR(
        ObserveSample(graph, *executor, observed).WithContext(context));
    if (progress) progress(i + 1, sample_count);
  }
  Ranges ranges(graph.values.size());
  for (Observed& activation : observed) {
    const Result<Range> range = activation.calibrator->Finish();
    OCTET_RETURN_IF_ERROR(range.status().WithContext(
        "'" + graph.value(activation.id).name + "'"));
    ranges[size_t(activation.id)] = *range;
  }
  return ranges;
}

}  // namespace octet::converter
