#include "converter/calibrate/calibrate.h"

#include <pthreadpool.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "converter/calibrate/activation_statistics.h"
#include "converter/calibrate/function_limits.h"
#include "converter/float/float_executor.h"

namespace octet::converter {
namespace {

struct PoolDeleter {
  void operator()(pthreadpool_t pool) const { pthreadpool_destroy(pool); }
};
using Pool = std::unique_ptr<pthreadpool, PoolDeleter>;

// An activation and what has been learned about it.
struct Observed {
  ValueId id;
  // How its range is chosen, one for each of the methods asked for; empty
  // where a rule fixes the range.
  std::vector<const RangeMethod*> methods;
  Range fixed;
  ActivationStatistics statistics;
  std::vector<Range> ranges;     // the result
  std::vector<Range> inspected;  // by every method, where that is wanted
};

bool NeedsHistogram(const std::vector<const RangeMethod*>& methods) {
  bool needs = false;
  for (const RangeMethod* method : methods) {
    needs = needs || method->needs_histogram;
  }
  return needs;
}

using RangeMethods = std::vector<const RangeMethod*>;

Result<RangeMethods> FindRangeMethods(const std::vector<std::string>& names) {
  RangeMethods methods;
  for (const std::string& name : names) {
    OCTET_ASSIGN_OR_RETURN(const RangeMethod* method, FindRangeMethod(name));
    methods.push_back(method);
  }
  return methods;
}

// Of tensors without a rule.
Result<RangeMethods> MethodsOfOthers(const RangeMethods& methods,
                                     const CalibrateOptions& options) {
  const bool some_are_chosen = std::any_of(
      options.tensors.begin(), options.tensors.end(), [](const auto& entry) {
        return std::holds_alternative<AutoRule>(entry.second);
      });
  if (!some_are_chosen) return methods;
  OCTET_ASSIGN_OR_RETURN(const RangeMethod* method,
                         FindRangeMethod(options.method));
  return RangeMethods(methods.size(), method);
}

Status ApplyRule(const TensorRule& rule, const RangeMethods& methods,
                 Observed& activation) {
  if (const auto* name = std::get_if<std::string>(&rule)) {
    OCTET_ASSIGN_OR_RETURN(const RangeMethod* method, FindRangeMethod(*name));
    activation.methods.assign(methods.size(), method);
  } else if (const auto* range = std::get_if<Range>(&rule)) {
    activation.methods.clear();
    activation.fixed = *range;
  } else {
    activation.methods = methods;
  }
  return OkStatus();
}

Result<std::vector<Observed>> MakeObserved(
    const Graph& graph, const std::vector<std::string>& names,
    const CalibrateOptions& options) {
  OCTET_ASSIGN_OR_RETURN(const RangeMethods methods, FindRangeMethods(names));
  OCTET_ASSIGN_OR_RETURN(const RangeMethods others,
                         MethodsOfOthers(methods, options));
  std::vector<ValueId> ids = graph.inputs;
  for (const Node& node : graph.nodes) ids.push_back(node.output);
  std::erase_if(ids, [&](ValueId id) { return !graph.value(id).is_float(); });
  std::map<std::string, TensorRule> rules = options.tensors;
  std::vector<Observed> observed;
  for (ValueId id : ids) {
    Observed activation = {id, others, {}, ActivationStatistics(false, 1.0),
                           {}, {}};
    if (const auto rule = rules.extract(graph.value(id).name)) {
      OCTET_RETURN_IF_ERROR(ApplyRule(rule.mapped(), methods, activation));
    }
    activation.statistics = ActivationStatistics(
        options.inspect != nullptr || NeedsHistogram(activation.methods),
        options.method_options.moving_average_constant);
    observed.push_back(std::move(activation));
  }
  if (!rules.empty()) {
    return InvalidArgument("a rule for '" + rules.begin()->first +
                           "': the network has no activation of that name "
                           "(--verbose prints the names)");
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

// Activations are apart, so the number of threads does not change a result.
void ForEach(pthreadpool_t threads, std::vector<Observed>& observed,
             const std::function<void(Observed&)>& function) {
  struct Context {
    std::vector<Observed>& observed;
    const std::function<void(Observed&)>& function;
  } context = {observed, function};
  pthreadpool_parallelize_1d(
      threads,
      [](void* pointer, size_t i) {
        Context& all = *static_cast<Context*>(pointer);
        all.function(all.observed[i]);
      },
      &context, observed.size(),
      // Or these threads would spin beside those of the FP32 executor.
      PTHREADPOOL_FLAG_YIELD_WORKERS);
}

Status ObserveSample(const Graph& graph, const FloatExecutor& executor,
                     pthreadpool_t threads, std::vector<Observed>& observed) {
  const auto size = [&](ValueId id) {
    return size_t(graph.value(id).shape.NumElements());
  };
  for (const Observed& activation : observed) {
    const ValueId id = activation.id;
    if (AllFinite(executor.Value(id), size(id))) continue;
    return InvalidArgument("'" + graph.value(id).name +
                           "' is infinite or not a number; check the "
                           "sample's preprocessing and the model's weights");
  }
  ForEach(threads, observed, [&](Observed& activation) {
    activation.statistics.Observe(executor.Value(activation.id),
                                  size(activation.id));
  });
  return OkStatus();
}

Ranges SeenRanges(const Graph& graph, const std::vector<Observed>& observed) {
  Ranges ranges(graph.values.size());
  for (const Observed& activation : observed) {
    ranges[size_t(activation.id)] = activation.statistics.min_max();
  }
  return ranges;
}

void ChooseRanges(const CalibrateOptions& options, const Range& limits,
                  Observed& activation, size_t count) {
  ActivationStatistics statistics = activation.statistics;
  statistics.Limit(limits);
  if (activation.methods.empty()) {
    activation.ranges.assign(count, activation.fixed);
  }
  for (const RangeMethod* method : activation.methods) {
    activation.ranges.push_back(
        method->choose(statistics, options.method_options));
  }
  if (!options.inspect) return;
  for (const std::string& name : RangeMethodNames()) {
    activation.inspected.push_back(
        (*FindRangeMethod(name))->choose(statistics, options.method_options));
  }
}

}  // namespace

Result<std::vector<Ranges>> CalibrateWithMethods(
    const Graph& graph, size_t sample_count, const SampleReader& read_sample,
    const std::vector<std::string>& methods, const CalibrateOptions& options,
    const ProgressFunction& progress) {
  if (sample_count == 0) {
    return InvalidArgument("calibration needs at least one sample");
  }
  OCTET_ASSIGN_OR_RETURN(auto observed, MakeObserved(graph, methods, options));
  OCTET_ASSIGN_OR_RETURN(auto executor,
                         FloatExecutor::Create(graph, {options.threads}));
  const Pool threads(options.threads == 1
                         ? nullptr
                         : pthreadpool_create(size_t(options.threads)));
  for (size_t i = 0; i < sample_count; ++i) {
    const std::string context = "calibration sample " + std::to_string(i);
    const auto sample = read_sample(i);
    OCTET_RETURN_IF_ERROR(sample.status().WithContext(context));
    OCTET_RETURN_IF_ERROR(executor->Run(*sample).WithContext(context));
    OCTET_RETURN_IF_ERROR(
        ObserveSample(graph, *executor, threads.get(), observed)
            .WithContext(context));
    if (progress) progress(i + 1, sample_count);
  }
  const Ranges limits = LimitsOfFunctions(graph, SeenRanges(graph, observed));
  ForEach(threads.get(), observed, [&](Observed& activation) {
    ChooseRanges(options, limits[size_t(activation.id)], activation,
                 methods.size());
  });
  if (options.inspect) {
    for (const Observed& activation : observed) {
      options.inspect(graph.value(activation.id).name, activation.statistics,
                      activation.inspected);
    }
  }
  std::vector<Ranges> result(methods.size(), Ranges(graph.values.size()));
  for (const Observed& activation : observed) {
    for (size_t i = 0; i < methods.size(); ++i) {
      result[i][size_t(activation.id)] = activation.ranges[i];
    }
  }
  return result;
}

Result<Ranges> Calibrate(const Graph& graph, size_t sample_count,
                         const SampleReader& read_sample,
                         const CalibrateOptions& options,
                         const ProgressFunction& progress) {
  OCTET_ASSIGN_OR_RETURN(
      std::vector<Ranges> ranges,
      CalibrateWithMethods(graph, sample_count, read_sample, {options.method},
                           options, progress));
  return std::move(ranges[0]);
}

}  // namespace octet::converter
