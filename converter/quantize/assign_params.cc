#include "converter/quantize/assign_params.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include "converter/quantize/int8_obstacle.h"

namespace octet::converter {
namespace {

Range RangeOf(const std::vector<float>& values) {
  const auto [min, max] = std::minmax_element(values.begin(), values.end());
  return {*min, *max};
}

// By how much CenterMatrices may widen a range.
constexpr float kMostOfCentring = 1.3f;

// A partition of the values; each group is known by one of its members.
class Groups {
 public:
  explicit Groups(size_t size) : parent_(size) {
    std::iota(parent_.begin(), parent_.end(), 0);
  }

  size_t Find(ValueId id) const {
    size_t group = size_t(id);
    while (parent_[group] != group) group = parent_[group];
    return group;
  }
  void Unite(ValueId a, ValueId b) { parent_[Find(a)] = Find(b); }

 private:
  std::vector<size_t> parent_;
};

class Assigner {
 public:
  Assigner(const Graph& graph, const Ranges& ranges,
           const ActivationScheme& scheme, const PrecisionOptions& precision)
      : graph_(graph),
        plan_(AssignPrecision(graph, precision)),
        ranges_(ranges),
        scheme_(scheme),
        groups_(graph.values.size()),
        fixed_(graph.values.size()) {
    for (size_t i = 0; i < graph.values.size(); ++i) {
      const std::optional<Int8Grid>& grid = graph.values[i].grid;
      if (grid.has_value()) fixed_[i] = {grid->scale, grid->zero_point};
    }
    for (size_t i = 0; i < graph.nodes.size(); ++i) {
      if (!plan_.IsInt8(i)) continue;
      nodes_.push_back(&graph.nodes[i]);
      if (std::holds_alternative<Softmax>(graph.nodes[i].op)) {
        fixed_[size_t(graph.nodes[i].output)] = kSoftmaxOutputParams;
      }
    }
  }

  AssignedParams Run() {
    GroupMovedValues();
    GroupConcats();
    Choose();
    AssignedParams result;
    result.raised_adds = RaiseAdds();
    for (size_t i = 0; i < graph_.values.size(); ++i) {
      result.groups.push_back(groups_.Find(ValueId(i)));
      result.params.push_back(params_[result.groups.back()]);
    }
    return result;
  }

 private:
  // What a group's params are fixed to is known by the member that stands for
  // it.
  std::optional<ActivationParams>& Fixed(ValueId id) {
    return fixed_[groups_.Find(id)];
  }
  // Unless both are fixed, to different params.
  void Unite(ValueId a, ValueId b) {
    const std::optional<ActivationParams> of_a = Fixed(a), of_b = Fixed(b);
    if (of_a.has_value() && of_b.has_value() && !(*of_a == *of_b)) return;
    groups_.Unite(a, b);
    Fixed(a) = of_a.has_value() ? of_a : of_b;
  }

  void GroupMovedValues() {
    for (const Node* each : nodes_) {
      const Node& node = *each;
      if (!KeepsQuantization(node.op)) continue;
      const ValueId input = node.inputs[0];
      const Pad* pad = std::get_if<Pad>(&node.op);
      const bool fixed = Fixed(input).has_value();
      if (fixed && pad != nullptr && pad->value != 0.0f) continue;
      Unite(node.output, input);
    }
  }

  // Decides for all inputs of all Concats first, by the groups of moved values
  // alone, so that the order of the Concats does not matter.
  void GroupConcats() {
    const std::vector<bool> shared = FindSharedGroups();
    std::vector<std::pair<ValueId, ValueId>> unions;
    for (const Node* each : nodes_) {
      const Node& node = *each;
      if (!std::holds_alternative<Concat>(node.op)) continue;
      for (ValueId input : node.inputs) {
        if (!shared[groups_.Find(input)] && !Fixed(input).has_value()) {
          unions.emplace_back(input, node.output);
        }
      }
    }
    for (const auto& [input, output] : unions) Unite(input, output);
  }

  // By group: whether the values of the group are read by anything else than
  // one Concat and the nodes that make the group's own values.
  std::vector<bool> FindSharedGroups() const {
    std::vector<bool> shared(graph_.values.size(), false);
    std::vector<const Node*> reader(graph_.values.size(), nullptr);
    for (const Node* each : nodes_) {
      const Node& node = *each;
      for (ValueId input : node.inputs) {
        const size_t group = groups_.Find(input);
        if (KeepsQuantization(node.op) && groups_.Find(node.output) == group) {
          continue;
        }
        if (reader[group] != nullptr && reader[group] != &node) {
          shared[group] = true;
        }
        reader[group] = &node;
      }
    }
    for (ValueId id : graph_.outputs) shared[groups_.Find(id)] = true;
    return shared;
  }

  // Those that are int8 activations in the file: not weights and biases, and
  // not values that nothing in INT8 uses.
  std::vector<ValueId> FindQuantizedValues() const {
    std::vector<ValueId> ids;
    for (ValueId id : graph_.inputs) {
      if (plan_.int8_values[size_t(id)]) ids.push_back(id);
    }
    for (const Node* node : nodes_) {
      ids.push_back(node->output);
      const bool takes_constants = TakesInt8Constants(node->op);
      for (ValueId id : node->inputs) {
        if (takes_constants || !graph_.value(id).is_constant()) {
          ids.push_back(id);
        }
      }
    }
    return ids;
  }

  void Choose() {
    const size_t count = graph_.values.size();
    group_ranges_.assign(count, Range{});
    for (ValueId id : FindQuantizedValues()) {
      const size_t group = groups_.Find(id);
      const Value& value = graph_.value(id);
      group_ranges_[group] = group_ranges_[group].Union(
          value.is_constant() ? RangeOf(*value.data) : ranges_[size_t(id)]);
    }
    IncludePadValues();
    schemes_.assign(count, scheme_);
    CenterMatrices();
    params_.resize(count);
    for (size_t group = 0; group < count; ++group) {
      params_[group] = fixed_[group].has_value()
                           ? *fixed_[group]
                           : ChooseActivationParams(group_ranges_[group], 0.0f,
                                                    schemes_[group]);
    }
  }

  // The second matrix of a product is multiplied faster with zero point 0,
  // which costs little where the range is nearly symmetric.
  void CenterMatrices() {
    for (const Node* node : nodes_) {
      if (!std::holds_alternative<MatMul>(node->op)) continue;
      const size_t group = groups_.Find(node->inputs[1]);
      const Range& range = group_ranges_[group];
      const float largest = std::max(-range.min, range.max);
      if (2 * largest <= kMostOfCentring * (range.max - range.min)) {
        schemes_[group].symmetric = true;
      }
    }
  }

  void IncludePadValues() {
    for (const Node* each : nodes_) {
      const Node& node = *each;
      const Pad* pad = std::get_if<Pad>(&node.op);
      if (pad == nullptr) continue;
      Range& range = group_ranges_[groups_.Find(node.output)];
      range = range.Union({pad->value, pad->value});
    }
  }

  // Scales only grow, and never beyond the largest of all: this ends.
  std::vector<std::string> RaiseAdds() {
    std::vector<std::string> raised;
    for (bool changed = true; changed;) {
      changed = false;
      for (const Node* each : nodes_) {
        const Node& node = *each;
        if (!IsSum(node.op)) continue;
        const size_t group = groups_.Find(node.output);
        const float least =
            MinimumAddOutputScale(params_[groups_.Find(node.inputs[0])].scale,
                                  params_[groups_.Find(node.inputs[1])].scale);
        if (params_[group].scale >= least) continue;
        params_[group] = ChooseActivationParams(group_ranges_[group], least,
                                                schemes_[group]);
        if (std::find(raised.begin(), raised.end(), node.name) ==
            raised.end()) {
          raised.push_back(node.name);
        }
        changed = true;
      }
    }
    return raised;
  }

  const Graph& graph_;
  const PrecisionPlan plan_;
  std::vector<const Node*> nodes_;  // those in INT8
  const Ranges& ranges_;
  const ActivationScheme scheme_;
  Groups groups_;
  // By group: of a Softmax's output, or of values with a grid.
  std::vector<std::optional<ActivationParams>> fixed_;
  std::vector<Range> group_ranges_;        // by group
  std::vector<ActivationScheme> schemes_;  // by group
  std::vector<ActivationParams> params_;   // by group
};

}  // namespace

bool KeepsQuantization(const Operator& op) {
  return std::holds_alternative<MaxPool2d>(op) ||
         std::holds_alternative<Reshape>(op) ||
         std::holds_alternative<Transpose>(op) ||
         std::holds_alternative<Pad>(op) || std::holds_alternative<Slice>(op) ||
         std::holds_alternative<Expand>(op) ||
         std::holds_alternative<Gather>(op) ||
         std::holds_alternative<GatherNd>(op) ||
         std::holds_alternative<GatherElements>(op) ||
         std::holds_alternative<Resize>(op);
}

bool IsSum(const Operator& op) {
  const Binary* binary = std::get_if<Binary>(&op);
  return std::holds_alternative<Add>(op) ||
         (binary != nullptr && binary->function == schema::BinaryFunction::SUB);
}

AssignedParams AssignParams(const Graph& graph, const Ranges& ranges,
                            const ActivationScheme& scheme,
                            const PrecisionOptions& precision) {
  return Assigner(graph, ranges, scheme, precision).Run();
}

}  // namespace octet::converter
