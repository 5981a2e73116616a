#include "converter/passes/merge_average_pools.h"

#include <variant>
#include <vector>

#include "converter/passes/rewriting.h"

namespace octet::converter {
namespace {

bool HasNoPads(const Window2dParams& w) {
  return w.pad_top == 0 && w.pad_left == 0 && w.pad_bottom == 0 &&
         w.pad_right == 0;
}

// Along one axis of `size` cells: all of them at once, or each on its own.
bool TakesAllOrEach(int32_t size, int32_t kernel, int32_t stride) {
  return kernel == size || (kernel == 1 && stride == 1);
}

// Whether both together take all cells of an axis, whatever its size: the first
// does, or leaves each on its own to the second.
bool StaysWhole(int32_t kernel, int32_t stride, bool first, bool second) {
  return first || (kernel == 1 && stride == 1 && second);
}

bool CanMerge(const AveragePool2d& first, const Shape& first_input,
              const AveragePool2d& second, const Shape& second_input) {
  const Window2dParams& a = first.window;
  const Window2dParams& b = second.window;
  return first.clamp.is_none() && HasNoPads(a) && HasNoPads(b) &&
         TakesAllOrEach(first_input[1], a.kernel_h, a.stride_h) &&
         TakesAllOrEach(first_input[2], a.kernel_w, a.stride_w) &&
         b.kernel_h == second_input[1] && b.kernel_w == second_input[2];
}

}  // namespace

Status MergeAveragePools(Graph& graph) {
  const std::vector<int> producers = FindProducers(graph);
  const std::vector<int> uses = CountUses(graph);
  for (Node& node : graph.nodes) {
    auto* second = std::get_if<AveragePool2d>(&node.op);
    if (second == nullptr) continue;
    const ValueId between = node.inputs[0];
    const int producer = producers[size_t(between)];
    if (producer < 0 || uses[size_t(between)] != 1) continue;
    const Node& first_node = graph.nodes[size_t(producer)];
    const auto* first = std::get_if<AveragePool2d>(&first_node.op);
    if (first == nullptr) continue;
    const Shape& picture = graph.value(first_node.inputs[0]).shape;
    if (!CanMerge(*first, picture, *second, graph.value(between).shape)) {
      continue;
    }
    const Window2dParams& w = first->window;
    second->whole = {StaysWhole(w.kernel_h, w.stride_h, first->whole.height,
                                second->whole.height),
                     StaysWhole(w.kernel_w, w.stride_w, first->whole.width,
                                second->whole.width)};
    second->window = Window2dParams{};
    second->window.kernel_h = picture[1];
    second->window.kernel_w = picture[2];
    second->count_include_pad = false;
    node.inputs[0] = first_node.inputs[0];
  }
  RemoveDeadNodes(graph);
  return OkStatus();
}

}  // namespace octet::converter
