#include "tests/converter/node_cases/run_in_engine.h"

#include <memory>

#include "converter/float/engine_graph.h"

namespace octet::converter {

Result<std::vector<ConstantData>> RunInEngine(
    const Graph& graph, const std::vector<ConstantData>& inputs) {
  OCTET_ASSIGN_OR_RETURN(const std::unique_ptr<EngineGraph> engine,
                         EngineGraph::Create(graph));
  return engine->Run(inputs);
}

}  // namespace octet::converter
