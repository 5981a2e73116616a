// Plan::Describe: a plan as text.

#include <string>

#include "engine/operators/registry.h"
#include "engine/plan.h"

namespace octet {
namespace {

void AppendColumn(std::string text, size_t width, std::string* line) {
  if (text.size() < width) text.resize(width, ' ');
  *line += text + "  ";
}

}  // namespace

std::string Plan::DescribeStep(int index) const {
  const size_t i = static_cast<size_t>(index);
  const Node& node = network_.nodes[i];
  const OperatorPlan& plan = operators_[i]->plan();
  const TensorPlace& place = places_[static_cast<size_t>(node.output)];
  const int root = place.root;
  std::string line;
  AppendColumn(std::to_string(index), 3, &line);
  AppendColumn(OperatorTypeName(node.type), 14, &line);
  AppendColumn(plan.kernel, 28, &line);
  AppendColumn(network_.output(node).shape.ToString(), 20, &line);
  if (network_.tensor(root).is_constant()) {
    AppendColumn("constant", 12, &line);
  } else {
    AppendColumn(
        "arena+" + std::to_string(blocks_[static_cast<size_t>(root)].place +
                                  place.offset),
        12, &line);
  }
  AppendColumn("packed " + std::to_string(plan.packed_bytes), 14, &line);
  AppendColumn(
      "scratch " + std::to_string(blocks_[network_.tensors.size() + i].bytes),
      14, &line);
  AppendColumn("parts " + std::to_string(plan.num_parts), 8, &line);
  return line + node.name + "\n";
}

std::string Plan::Describe() const {
  std::string text = "isa " + std::string(kernels_.leading->isa) +
                     ", activations as " +
                     (kernels_.form == ActivationForm::kU8 ? "u8" : "s8") +
                     "\narena " + std::to_string(memory_use_.arena) +
                     " bytes (" + std::to_string(memory_use_.unplanned) +
                     " without reuse), packed weights " +
                     std::to_string(memory_use_.packed_weights) + " bytes\n";
  for (int i = 0; i < num_steps(); ++i) text += DescribeStep(i);
  return text;
}

}  // namespace octet
