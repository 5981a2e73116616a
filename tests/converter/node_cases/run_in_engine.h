// A graph converted in FP32 and run by the engine.

#ifndef OCTET_TESTS_CONVERTER_NODE_CASES_RUN_IN_ENGINE_H_
#define OCTET_TESTS_CONVERTER_NODE_CASES_RUN_IN_ENGINE_H_

#include <vector>

#include "converter/ir/graph.h"
#include "octet/status.h"

namespace octet::converter {

// One entry an input; the outputs have their values' types.
Result<std::vector<ConstantData>> RunInEngine(
    const Graph& graph, const std::vector<ConstantData>& inputs);

}  // namespace octet::converter

#endif  // OCTET_TESTS_CONVERTER_NODE_CASES_RUN_IN_ENGINE_H_
