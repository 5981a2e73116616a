#include "converter/passes/eliminate_dead_nodes.h"

#include "converter/passes/rewriting.h"

namespace octet::converter {

Status EliminateDeadNodes(Graph& graph) {
  RemoveDeadNodes(graph);
  return OkStatus();
}

}  // namespace octet::converter
