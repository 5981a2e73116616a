// The ordered list of passes: what happens to a graph between import and
// calibration.

#ifndef OCTET_CONVERTER_PASSES_PASS_LIST_H_
#define OCTET_CONVERTER_PASSES_PASS_LIST_H_

#include <span>

#include "converter/ir/graph.h"
#include "octet/status.h"

namespace octet::converter {

struct Pass {
  const char* name;  // as its file
  Status (*run)(Graph& graph);
};

// In the order in which they run. The reasons stand beside the list.
std::span<const Pass> PassList();

// Runs all of them. The graph computes the same function afterwards, but for
// the rounding of folded weights and the layout of pictures at its border (see
// eliminate_transposes.h). An error is a bug of a pass, which it names: the
// graph is validated after each.
Status RunPasses(Graph& graph);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_PASSES_PASS_LIST_H_
