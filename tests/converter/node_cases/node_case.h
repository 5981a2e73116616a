// One of ONNX's node tests: imported, run and compared.

#ifndef OCTET_TESTS_CONVERTER_NODE_CASES_NODE_CASE_H_
#define OCTET_TESTS_CONVERTER_NODE_CASES_NODE_CASE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "converter/ir/graph.h"
#include "octet/status.h"

namespace octet::converter {

// Runs a graph on inputs and gives its outputs, each of the value's type.
using RunFunction = std::function<Result<std::vector<ConstantData>>(
    const Graph& graph, const std::vector<ConstantData>& inputs)>;

// In the converter's FP32 executor.
Result<std::vector<ConstantData>> RunInExecutor(
    const Graph& graph, const std::vector<ConstantData>& inputs);

// "" where `run` gives what ONNX says: floats within 1e-3 relative plus 1e-7,
// integers and truth values exactly; otherwise what went wrong.
//
// Inputs that Octet wants to know when it converts (shapes, axes, weights)
// become constants: as few of the last ones as will do.
std::string RunNodeCase(const std::map<std::string, std::string>& files,
                        const std::string& name, const RunFunction& run);

}  // namespace octet::converter

#endif  // OCTET_TESTS_CONVERTER_NODE_CASES_NODE_CASE_H_
