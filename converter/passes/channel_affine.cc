#include "converter/passes/channel_affine.h"

#include <cmath>
#include <utility>
#include <variant>

namespace octet::converter {
namespace {

using Doubles = std::vector<double>;

struct ChannelConstant {
  int axis = 0;
  Doubles values;
};

// The constant second input as a value a channel; a constant of one element
// is the same along every axis, and counts for the last.
std::optional<ChannelConstant> FindChannelConstant(const Graph& graph,
                                                   const Node& node) {
  const Value& x = graph.value(node.inputs[0]);
  const Value& constant = graph.value(node.inputs[1]);
  if (x.is_constant() || !constant.is_constant() || x.shape.rank == 0 ||
      x.shape != graph.value(node.output).shape) {
    return std::nullopt;
  }
  ChannelConstant channel;
  channel.axis = x.shape.rank - 1;
  const std::vector<float>& data = *constant.data;
  if (data.size() == 1) {
    channel.values.assign(size_t(x.shape[channel.axis]), data[0]);
    return channel;
  }
  const int missing = x.shape.rank - constant.shape.rank;
  for (int i = 0; i < constant.shape.rank; ++i) {
    if (constant.shape[i] == 1) continue;
    if (static_cast<size_t>(constant.shape[i]) != data.size()) {
      return std::nullopt;
    }
    channel.axis = missing + i;
  }
  channel.values.assign(data.begin(), data.end());
  return channel;
}

struct Find {
  const Graph& graph;
  const Node& node;

  using Found = std::optional<ChannelAffine>;

  Found operator()(const Add& op) const {
    auto constant = FindChannelConstant(graph, node);
    if (!constant.has_value()) return std::nullopt;
    return ChannelAffine{constant->axis, Doubles(constant->values.size(), 1.0),
                         std::move(constant->values), op.clamp};
  }
  Found operator()(const Mul& op) const {
    auto constant = FindChannelConstant(graph, node);
    if (!constant.has_value()) return std::nullopt;
    const Doubles zeros(constant->values.size(), 0.0);
    return ChannelAffine{constant->axis, std::move(constant->values), zeros,
                         op.clamp};
  }
  Found operator()(const BatchNormalization& op) const {
    ChannelAffine affine;
    affine.axis = op.axis;
    const auto parameter = [&](size_t i) -> const std::vector<float>& {
      return *graph.value(node.inputs[i]).data;
    };
    for (size_t i = 1; i < 5; ++i) {
      if (!graph.value(node.inputs[i]).is_constant()) return std::nullopt;
    }
    for (size_t c = 0; c < parameter(1).size(); ++c) {
      const double deviation = std::sqrt(double{parameter(4)[c]} + op.epsilon);
      const double scale = parameter(1)[c] / deviation;
      affine.scale.push_back(scale);
      affine.bias.push_back(parameter(2)[c] - parameter(3)[c] * scale);
    }
    return affine;
  }
  template <typename Other>
  Found operator()(const Other&) const {
    return std::nullopt;
  }
};

}  // namespace

std::optional<ChannelAffine> FindChannelAffine(const Graph& graph,
                                               const Node& node) {
  return std::visit(Find{graph, node}, node.op);
}

}  // namespace octet::converter
