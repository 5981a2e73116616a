#include "converter/float/engine_graph.h"

#include <cstdint>
#include <utility>

#include "converter/export/export_model.h"
#include "converter/quantize/quantizer.h"
#include "octet/model.h"
#include "octet/session.h"

namespace octet::converter {
namespace {

Result<std::unique_ptr<Session>> MakeSession(const Graph& graph) {
  QuantizeOptions options;
  options.precision.all_float = true;
  OCTET_ASSIGN_OR_RETURN(QuantizedModel quantized,
                         Quantize(graph, Ranges(), options));
  OCTET_ASSIGN_OR_RETURN(
      const std::vector<uint8_t> bytes,
      ExportModel(std::move(quantized.model), ModelMetadata()));
  OCTET_ASSIGN_OR_RETURN(std::shared_ptr<const Model> model,
                         Model::FromMemory(bytes.data(), bytes.size()));
  return Session::Create(std::move(model), {.num_threads = 1});
}

Status SetInput(Session& session, int index, const ConstantData& input) {
  if (input.type == DataType::FLOAT32) {
    return session.SetInput(index, input.floats.data(), input.floats.size());
  }
  if (input.type == DataType::INT64) {
    return session.SetInputBytes(index, input.integers.data(),
                                 input.integers.size() * sizeof(int64_t));
  }
  const std::vector<uint8_t> bytes(input.integers.begin(),
                                   input.integers.end());
  return session.SetInputBytes(index, bytes.data(), bytes.size());
}

Result<ConstantData> GetOutput(const Session& session, int index,
                               const Value& value) {
  const auto count = size_t(value.shape.NumElements());
  ConstantData output;
  output.type = value.type;
  if (value.is_float()) {
    output.floats.resize(count);
    OCTET_RETURN_IF_ERROR(
        session.GetOutput(index, output.floats.data(), count));
    return output;
  }
  output.integers.resize(count);
  if (value.type == DataType::INT64) {
    OCTET_RETURN_IF_ERROR(session.GetOutputBytes(index, output.integers.data(),
                                                 count * sizeof(int64_t)));
    return output;
  }
  std::vector<uint8_t> bytes(count);
  OCTET_RETURN_IF_ERROR(session.GetOutputBytes(index, bytes.data(), count));
  output.integers.assign(bytes.begin(), bytes.end());
  return output;
}

}  // namespace

EngineGraph::EngineGraph(std::unique_ptr<Session> session,
                         std::vector<Value> outputs)
    : session_(std::move(session)), outputs_(std::move(outputs)) {}
EngineGraph::~EngineGraph() = default;

Result<std::unique_ptr<EngineGraph>> EngineGraph::Create(const Graph& graph) {
  OCTET_ASSIGN_OR_RETURN(std::unique_ptr<Session> session, MakeSession(graph));
  std::vector<Value> outputs;
  for (ValueId id : graph.outputs) outputs.push_back(graph.value(id));
  return std::unique_ptr<EngineGraph>(
      new EngineGraph(std::move(session), std::move(outputs)));
}

Result<std::vector<ConstantData>> EngineGraph::Run(
    const std::vector<ConstantData>& inputs) {
  for (size_t i = 0; i < inputs.size(); ++i) {
    OCTET_RETURN_IF_ERROR(SetInput(*session_, static_cast<int>(i), inputs[i]));
  }
  OCTET_RETURN_IF_ERROR(session_->Run());
  std::vector<ConstantData> results;
  for (size_t i = 0; i < outputs_.size(); ++i) {
    OCTET_ASSIGN_OR_RETURN(
        ConstantData result,
        GetOutput(*session_, static_cast<int>(i), outputs_[i]));
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace octet::converter
