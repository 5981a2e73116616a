#include "converter/repair/repair_layers.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "converter/quantize/assign_params.h"
#include "converter/quantize/fuse_residuals.h"
#include "converter/quantize/quantize_weights.h"
#include "converter/repair/adaround.h"
#include "converter/repair/fit_layer.h"
#include "converter/repair/float_targets.h"
#include "converter/repair/layer_geometry.h"
#include "converter/repair/parallel_for.h"
#include "converter/repair/quantized_activations.h"
#include "converter/repair/sample_choice.h"

namespace octet::converter {
namespace {

constexpr size_t kMostActivationBytes = size_t{384} << 20;
// Sampled cells of a layer's output: so many an input, within these limits.
constexpr size_t kCellsPerInput = 8;
constexpr size_t kFewestCells = 2048;
constexpr size_t kMostCells = 8192;
// Multiply-accumulates of AdaRound over all layers, where they leave it enough
// iterations; a few minutes on two cores.
constexpr double kMostAdaRoundOperations = 2e12;
constexpr double kFewestIterations = 200, kMostIterations = 2000;

using Samples = std::vector<std::vector<std::vector<float>>>;

Result<Samples> ReadSamples(const std::vector<size_t>& indices,
                            const SampleReader& read_sample) {
  Samples samples;
  for (size_t index : indices) {
    OCTET_ASSIGN_OR_RETURN(auto sample, read_sample(index));
    samples.push_back(std::move(sample));
  }
  return samples;
}

struct Work {
  size_t weights = 0;
  int adaround_iterations = 0;
};

// Bounds AdaRound's time by a count of operations, not by a clock: the result
// is the same on any machine.
Work PlanWork(const Graph& graph, const PrecisionPlan& plan) {
  Work work;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    if (!IsWeightedLayer(node.op) || !plan.IsInt8(i)) continue;
    work.weights += graph.value(node.inputs[1]).data->size();
  }
  // Forwards and backwards.
  const double iteration =
      2.0 * double(AdaRoundOptions().batch) * double(work.weights);
  work.adaround_iterations =
      int(std::clamp(kMostAdaRoundOperations / std::max(1.0, iteration),
                     kFewestIterations, kMostIterations));
  return work;
}

// Where the quantized network rounds: not between a layer and the Add that it
// computes itself.
PrecisionPlan PlanWalk(const Graph& graph, const Ranges& ranges,
                       const std::vector<ActivationParams>& params,
                       const PrecisionOptions& precision) {
  PrecisionPlan plan = AssignPrecision(graph, precision);
  const std::vector<ResidualFusion> fusions =
      FindResidualFusions(graph, ranges, params, precision);
  for (size_t i = 0; i < fusions.size(); ++i) {
    if (fusions[i].layer < 0) continue;
    plan.reasons[i] = "its layer computes it";
    const Node& layer = graph.nodes[size_t(fusions[i].layer)];
    plan.int8_values[size_t(layer.output)] = false;
  }
  return plan;
}

// An Add behind a layer, which can make up for the error of what it adds.
struct ResidualError {
  ValueId value = kNoValue;  // what is added
  size_t add = 0;            // node
};

// By node. Only what the network has computed when the layer runs counts.
std::vector<ResidualError> FindResidualErrors(const Graph& graph) {
  const std::vector<int> producers = FindProducers(graph);
  const std::vector<std::vector<int>> consumers = FindConsumers(graph);
  std::vector<ResidualError> residuals(graph.nodes.size());
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& layer = graph.nodes[i];
    const std::vector<int>& readers = consumers[size_t(layer.output)];
    if (!IsWeightedLayer(layer.op) || !FindClamp(layer.op)->is_none() ||
        readers.size() != 1 ||
        std::find(graph.outputs.begin(), graph.outputs.end(), layer.output) !=
            graph.outputs.end()) {
      continue;
    }
    const Node& add = graph.nodes[size_t(readers[0])];
    if (!std::holds_alternative<Add>(add.op)) continue;
    const ValueId other = add.inputs[add.inputs[0] == layer.output ? 1 : 0];
    const Value& value = graph.value(other);
    if (other == layer.output || value.is_constant() || !value.is_float() ||
        value.shape != graph.value(layer.output).shape ||
        producers[size_t(other)] >= int(i)) {
      continue;
    }
    residuals[i] = {other, size_t(readers[0])};
  }
  return residuals;
}

class LayerRepairer {
 public:
  LayerRepairer(const Graph& graph, const Ranges& ranges,
                const QuantizeOptions& quantize,
                const RepairLayersOptions& options)
      : graph_(graph),
        quantize_(quantize),
        options_(options),
        threads_(ResolveThreads(options.threads)),
        plan_(AssignPrecision(graph, quantize.precision)),
        assigned_(
            AssignParams(graph, ranges, quantize.scheme, quantize.precision)),
        walk_(PlanWalk(graph, ranges, assigned_.params, quantize.precision)),
        residuals_(FindResidualErrors(graph)),
        work_(PlanWork(graph, plan_)) {}

  Result<LayerRepairs> Run(const Samples& samples,
                           const ProgressFunction& progress) {
    MakeSamplers(samples.size());
    std::vector<ValueId> added;
    for (const ResidualError& residual : residuals_) {
      added.push_back(residual.value);
    }
    OCTET_ASSIGN_OR_RETURN(
        targets_, ComputeFloatTargets(graph_, samplers_, added, samples,
                                      options_.threads, nullptr));
    QuantizedActivations activations(graph_, walk_, assigned_.params,
                                     samples.size());
    for (size_t s = 0; s < samples.size(); ++s) {
      for (size_t i = 0; i < graph_.inputs.size(); ++i) {
        activations.Set(graph_.inputs[i], s, samples[s][i].data());
      }
    }
    progress_ = progress;
    LayerRepairs repairs;
    for (size_t i = 0; i < graph_.nodes.size(); ++i) {
      const Node& node = graph_.nodes[i];
      Status status;
      if (IsRepaired(i)) {
        SubtractResidual(i, activations, samples.size());
        LayerRepair repair = RepairLayer(i, activations, samples.size());
        const std::vector<float> weights = Dequantize(repair);
        status =
            activations.RunNode(i, &weights, &repair.bias, options_.threads);
        repairs.emplace(node.name, std::move(repair));
      } else {
        status = activations.RunNode(i, nullptr, nullptr, options_.threads);
      }
      OCTET_RETURN_IF_ERROR(status.WithContext("node '" + node.name + "'"));
      targets_[i] = {};
    }
    return repairs;
  }

 private:
  // Layers in FP32 need none.
  bool IsRepaired(size_t node) const {
    return IsWeightedLayer(graph_.nodes[node].op) && plan_.IsInt8(node);
  }
  const ActivationParams& params(ValueId id) const {
    return assigned_.params[size_t(id)];
  }

  // `weights`: of the layer at work.
  void Report(size_t weights) const {
    if (progress_) progress_(done_ + weights, work_.weights);
  }

  void MakeSamplers(size_t samples) {
    for (size_t i = 0; i < graph_.nodes.size(); ++i) {
      const Node& node = graph_.nodes[i];
      if (!IsRepaired(i)) {
        samplers_.emplace_back(i, 0, 1, 0);
        continue;
      }
      const LayerGeometry geometry(graph_, node);
      samplers_.emplace_back(i, geometry.cells(), samples,
                             std::clamp(kCellsPerInput * geometry.inputs(),
                                        kFewestCells, kMostCells));
    }
  }

  // Makes the target of a layer in front of an Add what is missing to the sum
  // in FP32, error of the other operand included.
  void SubtractResidual(size_t index, const QuantizedActivations& activations,
                        size_t samples) {
    const ResidualError& residual = residuals_[index];
    if (residual.value == kNoValue) return;
    const CellSampler& sampler = samplers_[index];
    const size_t channels =
        graph_.value(graph_.nodes[index].inputs[2]).data->size();
    float* target = targets_[index].data();
    for (size_t s = 0; s < samples; ++s) {
      const std::vector<float> values =
          activations.Read(residual.value, s, residual.add);
      for (size_t k = 0; k < sampler.per_sample(); ++k) {
        const float* cell = values.data() + sampler.Cell(s, k) * channels;
        for (size_t c = 0; c < channels; ++c) *target++ -= cell[c];
      }
    }
  }

  LayerRepair RepairLayer(size_t index, const QuantizedActivations& activations,
                          size_t samples) {
    const Node& node = graph_.nodes[index];
    const Value& value = graph_.value(node.inputs[1]);
    const std::vector<float>& weights = *value.data;
    const std::vector<float>& bias = *graph_.value(node.inputs[2]).data;
    const WeightScheme scheme =
        WeightSchemeOf(quantize_, node.name, node.op, value.shape);
    const QuantizedWeights plain = QuantizeWeights(
        weights, bias, params(node.inputs[0]), params(node.output).scale,
        quantize_.per_tensor, scheme);
    std::vector<float> scale = plain.scale;
    if (scale.size() == 1) scale.assign(bias.size(), plain.scale[0]);

    const LayerGeometry geometry(graph_, node);
    LayerRepair repair{plain.values, plain.scale, bias};
    // Threads share the groups or, where there is one, work inside it.
    const bool one_group = geometry.groups() == 1;
    const auto fit = [&](size_t group) {
      const size_t first = group * geometry.outputs();
      const size_t first_weight = first * geometry.inputs();
      const size_t weight_count = geometry.outputs() * geometry.inputs();
      FitProblem problem;
      problem.inputs = geometry.inputs();
      problem.outputs = geometry.outputs();
      problem.x = ReadGroup(index, geometry, activations, samples, group);
      problem.rows = problem.x.size() / problem.inputs;
      problem.target = targets_[index].data() + first;
      problem.target_stride = bias.size();
      problem.clamp = *FindClamp(node.op);
      problem.grid = scheme.grid;
      problem.weights = std::span(weights).subspan(first_weight, weight_count);
      problem.scale = std::span(scale).subspan(first, geometry.outputs());
      problem.rounded =
          std::span(plain.values).subspan(first_weight, weight_count);
      FitOptions options;
      options.rounding = options_.rounding;
      options.adaround_iterations = work_.adaround_iterations;
      if (one_group) {
        options.threads = threads_;
        options.progress = [&](size_t outputs) {
          Report(outputs * geometry.inputs());
        };
      }
      const FitResult fitted = FitGroup(std::move(problem), options);
      std::copy(fitted.values.begin(), fitted.values.end(),
                repair.values.begin() + std::ptrdiff_t(first_weight));
      std::copy(fitted.bias.begin(), fitted.bias.end(),
                repair.bias.begin() + std::ptrdiff_t(first));
    };
    ParallelFor(geometry.groups(), one_group ? 1 : threads_, fit);
    done_ += weights.size();
    Report(0);
    if (!QuantizeBiases(repair.values, repair.scale, repair.bias,
                        params(node.inputs[0]))
             .ok()) {
      return {plain.values, plain.scale, bias};
    }
    return repair;
  }

  std::vector<float> ReadGroup(size_t index, const LayerGeometry& geometry,
                               const QuantizedActivations& activations,
                               size_t samples, size_t group) const {
    const ValueId input = graph_.nodes[index].inputs[0];
    const CellSampler& sampler = samplers_[index];
    std::vector<float> x(samples * sampler.per_sample() * geometry.inputs());
    float* row = x.data();
    std::vector<int8_t> scratch;
    for (size_t s = 0; s < samples; ++s) {
      const int8_t* values = activations.Quantized(input, s, scratch);
      for (size_t k = 0; k < sampler.per_sample(); ++k) {
        geometry.ReadInputs(values, params(input), sampler.Cell(s, k), group,
                            row);
        row += geometry.inputs();
      }
    }
    return x;
  }

  static std::vector<float> Dequantize(const LayerRepair& repair) {
    const size_t channels = repair.bias.size();
    const size_t size = repair.values.size() / channels;
    std::vector<float> real(repair.values.size());
    for (size_t i = 0; i < real.size(); ++i) {
      const size_t c = repair.scale.size() == 1 ? 0 : i / size;
      real[i] = repair.scale[c] * repair.values[i];
    }
    return real;
  }

  const Graph& graph_;
  const QuantizeOptions& quantize_;
  const RepairLayersOptions& options_;
  const int threads_;
  const PrecisionPlan plan_;
  const AssignedParams assigned_;
  const PrecisionPlan walk_;
  const std::vector<ResidualError> residuals_;  // by node
  const Work work_;
  ProgressFunction progress_;
  size_t done_ = 0;                          // weights
  std::vector<CellSampler> samplers_;        // by node
  std::vector<std::vector<float>> targets_;  // by node
};

}  // namespace

Result<LayerRepairs> RepairLayers(const Graph& graph, const Ranges& ranges,
                                  const QuantizeOptions& quantize,
                                  size_t sample_count,
                                  const SampleReader& read_sample,
                                  const RepairLayersOptions& options,
                                  const ProgressFunction& progress) {
  const PrecisionPlan plan = AssignPrecision(graph, quantize.precision);
  const size_t fitting =
      kMostActivationBytes /
      std::max(size_t{1}, QuantizedActivations::PeakBytes(graph, plan));
  const size_t limit = std::min(options.samples, std::max(size_t{1}, fitting));
  OCTET_ASSIGN_OR_RETURN(
      const Samples samples,
      ReadSamples(SpreadSamples(sample_count, limit), read_sample));
  return LayerRepairer(graph, ranges, quantize, options).Run(samples, progress);
}

}  // namespace octet::converter
