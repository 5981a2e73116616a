#include "tests/converter/node_cases/node_case.h"

#include <cmath>
#include <memory>
#include <string_view>
#include <utility>
#include <variant>

#include "converter/float/float_executor.h"
#include "converter/onnx/import.h"
#include "converter/onnx/tensor_data.h"
#include "converter/passes/pass_list.h"
#include "onnx/onnx.pb.h"

namespace octet::converter {
namespace {

using Files = std::map<std::string, std::string>;

// A tensor of a case, as it is in the file and as numbers.
struct CaseTensor {
  onnx::TensorProto proto;
  ConstantData data;
};

Result<CaseTensor> ReadCaseTensor(const Files& files, const std::string& name,
                                  const char* kind, size_t i) {
  const std::string file =
      name + "/test_data_set_0/" + kind + "_" + std::to_string(i) + ".pb";
  const auto found = files.find(file);
  CaseTensor tensor;
  if (found == files.end() || !tensor.proto.ParseFromString(found->second)) {
    return InvalidModel(file + " is no tensor");
  }
  OCTET_ASSIGN_OR_RETURN(TensorData data, ReadTensor(tensor.proto, ""));
  if (auto* floats = std::get_if<FloatTensor>(&data)) {
    tensor.data.floats = std::move(floats->data);
  } else {
    IntegerTensor& integers = std::get<IntegerTensor>(data);
    tensor.data.type = integers.type;
    tensor.data.integers = std::move(integers.data);
  }
  return tensor;
}

// The passes, but for the one that may change the layout of inputs and outputs.
Status RunLayoutKeepingPasses(Graph& graph) {
  for (const Pass& pass : PassList()) {
    if (std::string_view(pass.name) == "eliminate_transposes") continue;
    OCTET_RETURN_IF_ERROR(pass.run(graph).WithContext(pass.name));
    OCTET_RETURN_IF_ERROR(ValidateGraph(graph).WithContext(pass.name));
  }
  return OkStatus();
}

// The graph with the first `computed` inputs computed, the others constant.
Result<Graph> ImportCase(onnx::ModelProto model,
                         const std::vector<CaseTensor>& inputs,
                         size_t computed) {
  onnx::GraphProto& graph = *model.mutable_graph();
  for (size_t i = computed; i < inputs.size(); ++i) {
    onnx::TensorProto constant = inputs[i].proto;
    constant.set_name(graph.input(static_cast<int>(i)).name());
    *graph.add_initializer() = constant;
  }
  OCTET_ASSIGN_OR_RETURN(
      Graph result,
      ImportOnnxFromMemory(model.SerializeAsString(), "case", {}));
  OCTET_RETURN_IF_ERROR(RunLayoutKeepingPasses(result));
  return result;
}

std::string Differs(size_t i, const std::string& actual,
                    const std::string& expected) {
  return "element " + std::to_string(i) + " is " + actual + " instead of " +
         expected;
}

bool IsNear(float actual, float expected) {
  if (std::isnan(expected)) return std::isnan(actual);
  if (expected == actual) return true;  // infinities, too
  const double tolerance = 1e-3 * std::abs(double{expected}) + 1e-7;
  return std::abs(double{actual} - double{expected}) <= tolerance;
}

std::string Compare(const ConstantData& actual, const ConstantData& expected) {
  const bool same_kind =
      (actual.type == DataType::FLOAT32) == expected.integers.empty();
  if (!same_kind || actual.floats.size() != expected.floats.size() ||
      actual.integers.size() != expected.integers.size()) {
    return "an output has another type or size";
  }
  for (size_t i = 0; i < expected.floats.size(); ++i) {
    if (!IsNear(actual.floats[i], expected.floats[i])) {
      return Differs(i, std::to_string(actual.floats[i]),
                     std::to_string(expected.floats[i]));
    }
  }
  for (size_t i = 0; i < expected.integers.size(); ++i) {
    if (actual.integers[i] != expected.integers[i]) {
      return Differs(i, std::to_string(actual.integers[i]),
                     std::to_string(expected.integers[i]));
    }
  }
  return "";
}

std::string RunGraph(const Files& files, const std::string& name,
                     const Graph& graph, const std::vector<CaseTensor>& inputs,
                     const RunFunction& run) {
  std::vector<ConstantData> data;
  for (size_t i = 0; i < graph.inputs.size(); ++i) {
    data.push_back(inputs[i].data);
  }
  const Result<std::vector<ConstantData>> outputs = run(graph, data);
  if (!outputs.ok()) return outputs.status().message();
  for (size_t i = 0; i < outputs->size(); ++i) {
    const Result<CaseTensor> expected =
        ReadCaseTensor(files, name, "output", i);
    if (!expected.ok()) return expected.status().message();
    const std::string problem = Compare((*outputs)[i], expected->data);
    if (!problem.empty()) return problem;
  }
  return "";
}

}  // namespace

Result<std::vector<ConstantData>> RunInExecutor(
    const Graph& graph, const std::vector<ConstantData>& inputs) {
  OCTET_ASSIGN_OR_RETURN(const std::unique_ptr<FloatExecutor> executor,
                         FloatExecutor::Create(graph, {.threads = 1}));
  std::vector<std::vector<float>> floats;
  for (const ConstantData& input : inputs) {
    floats.push_back(input.floats);
    if (input.type != DataType::FLOAT32) {
      floats.back().assign(input.integers.begin(), input.integers.end());
    }
  }
  OCTET_RETURN_IF_ERROR(executor->Run(floats));
  std::vector<ConstantData> outputs;
  for (ValueId id : graph.outputs) {
    ConstantData& output = outputs.emplace_back();
    output.type = graph.value(id).type;
    if (graph.value(id).is_float()) {
      const float* data = executor->Value(id);
      output.floats.assign(data, data + graph.value(id).shape.NumElements());
    } else {
      output.integers = executor->Integers(id);
    }
  }
  return outputs;
}

std::string RunNodeCase(const Files& files, const std::string& name,
                        const RunFunction& run) {
  onnx::ModelProto model;
  if (!model.ParseFromString(files.at(name + "/model.onnx"))) {
    return "is no model";
  }
  std::vector<CaseTensor> inputs;
  for (int i = 0; i < model.graph().input_size(); ++i) {
    Result<CaseTensor> input = ReadCaseTensor(files, name, "input", size_t(i));
    if (!input.ok()) return input.status().message();
    inputs.push_back(*std::move(input));
  }
  // The first import that succeeds decides.
  std::string refusal;
  for (size_t computed = inputs.size() + 1; computed-- > 0;) {
    const Result<Graph> graph = ImportCase(model, inputs, computed);
    if (graph.ok()) return RunGraph(files, name, *graph, inputs, run);
    if (refusal.empty()) refusal = graph.status().message();
  }
  return refusal;
}

}  // namespace octet::converter
