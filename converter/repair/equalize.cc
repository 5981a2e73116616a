#include "converter/repair/equalize.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "converter/quantize/weight_scale.h"
#include "converter/repair/channel_statistics.h"
#include "converter/repair/float_targets.h"
#include "converter/repair/layer_seams.h"

namespace octet::converter {
namespace {

// A layer's two sides settle geometrically; later sweeps change nothing.
constexpr int kSweeps = 12;
// Between the largest value of the samples and an upper clamp.
constexpr double kHeadroom = 1.25;
// No channel changes by more: what is nearly dead stays so.
constexpr double kLargestFactor = 256.0;

struct Seam : LayerSeam {
  std::vector<double> activation;  // largest magnitude in front of the clamp
};

class Equalizer {
 public:
  Equalizer(Graph& graph, const EqualizeOptions& options)
      : graph_(graph), options_(options) {}

  Result<std::vector<Seam>> FindSeams(size_t sample_count,
                                      const SampleReader& read_sample) const {
    const SplitGraph split = SplitClamps(graph_);
    OCTET_ASSIGN_OR_RETURN(
        const auto statistics,
        ObserveChannels(split.graph, sample_count, read_sample,
                        options_.samples, options_.threads));
    std::vector<Seam> seams;
    for (LayerSeam& found : FindLayerSeams(graph_)) {
      const FloatClamp& clamp = *FindClamp(graph_.nodes[found.producer].op);
      if (!IsHomogeneous(clamp) || BreaksIntegers(found)) continue;
      Seam seam{std::move(found), {}};
      for (const ChannelStatistics& channel :
           statistics[size_t(split.unclamped[seam.producer])]) {
        // What lies below a lower clamp is not seen.
        const double least = std::max(channel.min, double{clamp.min});
        const double most = std::max(channel.max, double{clamp.min});
        seam.activation.push_back(std::max(std::abs(least), std::abs(most)));
      }
      seams.push_back(std::move(seam));
    }
    return seams;
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

  // Weights that are integers in some scale, those of a quantized source, round
  // without an error: no balance is worth as much. A factor for each input
  // channel would end that. (Where an output channel reads only one, and has a
  // scale of its own, it does not.)
  bool BreaksIntegers(const LayerSeam& seam) const {
    return std::any_of(
        seam.consumers.begin(), seam.consumers.end(), [&](size_t consumer) {
          const Node& node = graph_.nodes[consumer];
          const bool depthwise = std::holds_alternative<Conv2d>(node.op) &&
                                 IsDepthwise(graph_, node);
          return (options_.per_tensor || !depthwise) && HasIntegerWeights(node);
        });
  }

  // Most channels have: 8 bits with a zero point reach 255 steps from 0, of
  // which some channels use more than 127.
  bool HasIntegerWeights(const Node& layer) const {
    const std::span<const float> weights(*graph_.value(layer.inputs[1]).data);
    const size_t rows =
        options_.per_tensor ? 1 : graph_.value(layer.inputs[2]).data->size();
    const size_t row = weights.size() / rows;
    size_t integers = 0;
    for (size_t i = 0; i < rows; ++i) {
      integers += ScaleOfIntegers(weights.subspan(i * row, row)) > 0.0f;
    }
    return 2 * integers >= rows;
  }

  size_t Channels(const Seam& seam) const {
    return graph_.value(graph_.nodes[seam.producer].inputs[2]).data->size();
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

  std::vector<double> ConsumerWeights(const Seam& seam) const {
    std::vector<double> largest(Channels(seam), 0.0);
    for (size_t consumer : seam.consumers) {
      const Node& node = graph_.nodes[consumer];
      const std::vector<float>& weights = *graph_.value(node.inputs[1]).data;
      VisitWeightsByInput(graph_, node, [&](size_t i, size_t channel) {
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
      if (left[c] <= 0.0 || right[c] <= 0.0) continue;
      if (!options_.per_tensor && seam.activation[c] <= 0.0) continue;
      const double wanted =
          std::sqrt((right[c] / right_most) / (left[c] / left_most));
      factors[c] = std::clamp(wanted, 1.0 / kLargestFactor, kLargestFactor);
      if (!std::isfinite(clamp.max) || options_.per_tensor) continue;
      factors[c] = std::clamp(factors[c], 1.0, Room(seam, c, clamp));
    }
    if (std::isfinite(clamp.max) && options_.per_tensor) {
      KeepBelowBound(seam, clamp, factors);
    }
    return factors;
  }

  // The largest factor with which no value is cut by the upper clamp that was
  // not cut before.
  static double Room(const Seam& seam, size_t c, const FloatClamp& clamp) {
    if (seam.activation[c] <= 0.0) return kLargestFactor;
    return std::max(1.0, clamp.max / (kHeadroom * seam.activation[c]));
  }

  // Only the ratios of factors matter to the weights, so all become smaller
  // until none cuts more. Channels with less than 1 are cut later than before.
  static void KeepBelowBound(const Seam& seam, const FloatClamp& clamp,
                             std::vector<double>& factors) {
    double excess = 1.0;
    for (size_t c = 0; c < factors.size(); ++c) {
      excess = std::max(excess, factors[c] / Room(seam, c, clamp));
    }
    for (double& factor : factors) factor /= excess;
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
    ReplaceConstant(graph_, producer.inputs[1], std::move(weights));
    ReplaceConstant(graph_, producer.inputs[2], std::move(bias));
    for (size_t consumer : seam.consumers) {
      Node& node = graph_.nodes[consumer];
      std::vector<float> divided = *graph_.value(node.inputs[1]).data;
      VisitWeightsByInput(graph_, node, [&](size_t i, size_t channel) {
        divided[i] = static_cast<float>(divided[i] / factors[channel]);
      });
      ReplaceConstant(graph_, node.inputs[1], std::move(divided));
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
  OCTET_ASSIGN_OR_RETURN(std::vector<Seam> seams,
                         equalizer.FindSeams(sample_count, read_sample));
  equalizer.Run(seams);
  return static_cast<int>(seams.size());
}

}  // namespace octet::converter
