// What passes share: counting uses, names of new nodes, dropping what nothing
// uses.

#ifndef OCTET_CONVERTER_PASSES_REWRITING_H_
#define OCTET_CONVERTER_PASSES_REWRITING_H_

#include <string>
#include <unordered_set>
#include <vector>

#include "converter/ir/graph.h"

namespace octet::converter {

// For each value, how often nodes read it, plus one for each time that the
// graph returns it. A pass may change a value's producer for its reader's sake
// only where this is 1.
std::vector<int> CountUses(const Graph& graph);

bool IsGraphInput(const Graph& graph, ValueId id);
bool IsGraphOutput(const Graph& graph, ValueId id);

// Names for new nodes: `wanted`, or where a node has it already, "wanted#2" ...
class NodeNames {
 public:
  explicit NodeNames(const Graph& graph);
  std::string Unique(const std::string& wanted);

 private:
  std::unordered_set<std::string> taken_;
};

// Removes the nodes that no output needs, then the values that nothing uses
// (their ids change), then the suffix kInnerSuffix from the names of values
// whose namesake is gone. Graph inputs stay. A pass that leaves such nodes
// behind ends with this, because dead nodes count as uses.
void RemoveDeadNodes(Graph& graph);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_PASSES_REWRITING_H_
