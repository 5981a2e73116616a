#include "converter/repair/equalize.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "converter/float/float_executor.h"
#include "converter/repair/float_targets.h"
#include "converter/repair/sample_choice.h"

namespace octet::converter {
namespace {

// A layer's two sides settle geometrically; later sweeps change nothing.
constexpr int kSweeps = 12;
// Between the largest value of the samples and an upper clamp.
constexpr double kHeadroom = 1.25;
// No channel changes by more: what is nearly dead stays so.
constexpr double kLargestFactor = 256.0;

// A value between layers.
struct Seam {
  size_t producer = 0;             // node
  std::vector<size_t> consumers;   // nodes
  std::vector<double> activation;  // largest magnitude in front of the clamp
};

class Equalizer {
 public:
  Equalizer(Graph& graph, const EqualizeOptions& options)
      : graph_(graph), options_(options) {}

  std::vector<Seam> FindSeams() const {
    const auto consumers = FindConsumers(graph_);
    std::vector<Seam> seams;
    for (size_t i = 0; i < graph_.nodes.size(); ++i) {
      const Node& node = graph_.nodes[i];
      if (!IsWeightedLayer(node.op) || !IsHomogeneous(*FindClamp(node.op)) ||
          std::count(graph_.outputs.begin(), graph_.outputs.end(),
                     node.output) > 0) {
        continue;
      }
      Seam seam{i, {}, {}};
      bool fits = !consumers[size_t(node.output)].empty();
      for (int reader : consumers[size_t(node.output)]) {
        fits = fits && IsWeightedLayer(graph_.nodes[size_t(reader)].op);
        seam.consumers.push_back(size_t(reader));
      }
      if (fits) seams.push_back(std::move(seam));
    }
    return seams;
  }

  Status Observe(size_t sample_count, const SampleReader& read_sample,
                 std::vector<Seam>& seams) const {
    const SplitGraph split = SplitClamps(graph_);
    OCTET_ASSIGN_OR_RETURN(
        const auto executor,
        FloatExecutor::Create(split.graph, {options_.threads}));
    for (Seam& seam : seams) seam.activation.assign(Channels(seam), 0.0);
    for (size_t index : SpreadSamples(sample_count, options_.samples)) {
      OCTET_ASSIGN_OR_RETURN(const auto sample, read_sample(index));
      OCTET_RETURN_IF_ERROR(executor->Run(sample));
      for (Seam& seam : seams) {
        const ValueId id = split.unclamped[seam.producer];
        Observe(executor->Value(id),
                size_t(split.graph.value(id).shape.NumElements()),
                *FindClamp(graph_.nodes[seam.producer].op), seam);
      }
    }
    return OkStatus();
  }

  void Run(std::vector<Seam>& seams) {
    for (int sweep = 0; sweep < kSweeps; ++sweep) {
      for (Seam& seam : seams) Scale(Factors(seam), seam);
    }
  }

 private:
  // f(t x) = t f(x) for t > 0, or, below an upper bound, nearly so.
  static bool IsHomogeneous(const FloatClamp& clamp) {
    const bool lower = clamp.min == 0.0f || !std::isfinite(clamp.min);
    return lower && clamp.max > 0.0f;
  }

  size_t Channels(const Seam& seam) const {
    return graph_.value(graph_.nodes[seam.producer].inputs[2]).data->size();
  }

  // What lies below a lower clamp is not seen.
  static void Observe(const float* values, size_t count,
                      const FloatClamp& clamp, Seam& seam) {
    const size_t channels = seam.activation.size();
    for (size_t i = 0; i < count; ++i) {
      double& largest = seam.activation[i % channels];
      largest =
          std::max(largest, std::abs(double{std::max(values[i], clamp.min)}));
    }
  }

  // Largest weights of the producer, an output channel each.
  std::vector<double> ProducerWeights(const Seam& seam) const {
    const std::vector<float>& weights =
        *graph_.value(graph_.nodes[seam.producer].inputs[1]).data;
    std::vector<double> largest(Channels(seam), 0.0);
    const size_t row = weights.size() / largest.size();
    for (size_t i = 0; i < weights.size(); ++i) {
      largest[i / row] =
          std::max(largest[i / row], std::abs(double{weights[i]}));
    }
    return largest;
  }

  // Calls visit(index of a weight, input channel) for all weights of `node`.
  template <typename VisitT>
  void VisitByInput(const Node& node, const VisitT& visit) const {
    const Value& weights = graph_.value(node.inputs[1]);
    const Conv2d* conv = std::get_if<Conv2d>(&node.op);
    const size_t groups = conv == nullptr ? 1 : size_t(conv->groups);
    const size_t depth = size_t(weights.shape[weights.shape.rank - 1]);
    const size_t group_size = weights.data->size() / groups;
    for (size_t i = 0; i < weights.data->size(); ++i) {
      visit(i, i / group_size * depth + i % depth);
    }
  }

  std::vector<double> ConsumerWeights(const Seam& seam) const {
    std::vector<double> largest(Channels(seam), 0.0);
    for (size_t consumer : seam.consumers) {
      const Node& node = graph_.nodes[consumer];
      const std::vector<float>& weights = *graph_.value(node.inputs[1]).data;
      VisitByInput(node, [&](size_t i, size_t channel) {
        largest[channel] =
            std::max(largest[channel], std::abs(double{weights[i]}));
      });
    }
    return largest;
  }

  std::vector<double> Factors(const Seam& seam) const {
    const std::vector<double> left =
        options_.per_tensor ? ProducerWeights(seam) : seam.activation;
    const std::vector<double> right = ConsumerWeights(seam);
    const FloatClamp& clamp = *FindClamp(graph_.nodes[seam.producer].op);
    // Only ratios matter: the largest channel stays where it is.
    double left_most = 0.0, right_most = 0.0;
    for (size_t c = 0; c < left.size(); ++c) {
      left_most = std::max(left_most, left[c]);
      right_most = std::max(right_most, right[c]);
    }
    std::vector<double> factors(left.size(), 1.0);
    for (size_t c = 0; c < left.size(); ++c) {
      if (left[c] <= 0.0 || right[c] <= 0.0 || seam.activation[c] <= 0.0) {
        continue;
      }
      const double wanted =
          std::sqrt((right[c] / right_most) / (left[c] / left_most));
      factors[c] = std::clamp(wanted, 1.0 / kLargestFactor, kLargestFactor);
      if (!std::isfinite(clamp.max)) continue;
      const double room = clamp.max / (kHeadroom * seam.activation[c]);
      factors[c] = std::clamp(factors[c], 1.0, std::max(1.0, room));
    }
    return factors;
  }

  void Replace(ValueId& id, std::vector<float> data) {
    const Value value = graph_.value(id);
    id = graph_.AddConstant(value.name, value.shape, std::move(data));
  }

  void Scale(const std::vector<double>& factors, Seam& seam) {
    Node& producer = graph_.nodes[seam.producer];
    std::vector<float> weights = *graph_.value(producer.inputs[1]).data;
    std::vector<float> bias = *graph_.value(producer.inputs[2]).data;
    const size_t row = weights.size() / bias.size();
    for (size_t i = 0; i < weights.size(); ++i) {
      weights[i] = static_cast<float>(weights[i] * factors[i / row]);
    }
    for (size_t c = 0; c < bias.size(); ++c) {
      bias[c] = static_cast<float>(bias[c] * factors[c]);
      seam.activation[c] *= factors[c];
    }
    Replace(producer.inputs[1], std::move(weights));
    Replace(producer.inputs[2], std::move(bias));
    for (size_t consumer : seam.consumers) {
      Node& node = graph_.nodes[consumer];
      std::vector<float> divided = *graph_.value(node.inputs[1]).data;
      VisitByInput(node, [&](size_t i, size_t channel) {
        divided[i] = static_cast<float>(divided[i] / factors[channel]);
      });
      Replace(node.inputs[1], std::move(divided));
    }
  }

  Graph& graph_;
  const EqualizeOptions& options_;
};

}  // namespace

Result<int> Equalize(Graph& graph, size_t sample_count,
                     const SampleReader& read_sample,
                     const EqualizeOptions& options) {
  Equalizer equalizer(graph, options);
  std::vector<Seam> seams = equalizer.FindSeams();
  OCTET_RETURN_IF_ERROR(equalizer.Observe(sample_count, read_sample, seams));
  equalizer.Run(seams);
  return static_cast<int>(seams.size());
}

}  // namespace octet::converter
