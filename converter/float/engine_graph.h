// A graph that the engine runs, all in FP32.

#ifndef OCTET_CONVERTER_FLOAT_ENGINE_GRAPH_H_
#define OCTET_CONVERTER_FLOAT_ENGINE_GRAPH_H_

#include <memory>
#include <vector>

#include "converter/ir/graph.h"
#include "octet/status.h"

namespace octet {
class Session;
}

namespace octet::converter {

class EngineGraph {
 public:
  static Result<std::unique_ptr<EngineGraph>> Create(const Graph& graph);

  ~EngineGraph();
  EngineGraph(const EngineGraph&) = delete;
  EngineGraph& operator=(const EngineGraph&) = delete;

  // `inputs` are the graph's, in its order and of its types; so are the
  // results.
  Result<std::vector<ConstantData>> Run(
      const std::vector<ConstantData>& inputs);

 private:
  EngineGraph(std::unique_ptr<Session> session, std::vector<Value> outputs);

  std::unique_ptr<Session> session_;
  std::vector<Value> outputs_;
};

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_FLOAT_ENGINE_GRAPH_H_
