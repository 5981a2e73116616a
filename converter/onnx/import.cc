#include "converter/onnx/import.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <unordered_set>
#include <utility>
#include <vector>

#include "converter/onnx/graph_inputs.h"
#include "converter/onnx/import_state.h"
#include "converter/onnx/model_proto.h"
#include "converter/onnx/node_context.h"
#include "converter/onnx/node_registry.h"

namespace octet::converter {
namespace {

bool IsStandardDomain(const onnx::NodeProto& node) {
  return node.domain().empty() || node.domain() == "ai.onnx";
}

bool IsMicrosoftDomain(const onnx::NodeProto& node) {
  return node.domain() == "com.microsoft";
}

// The tag of the 8-bit tensor whose elements `node` moves, if it does that.
// REQUIRES: the inputs are defined.
std::optional<QuantizedTag> FindMovedTag(const NodeEntry& entry,
                                         const onnx::NodeProto& node,
                                         ImportState& state) {
  std::optional<QuantizedTag> moved;
  if (entry.moves == Moves::kNone) return moved;
  for (int i = 0; i < node.input_size(); ++i) {
    const Result<ValueId> id = state.Find(node.input(i));
    const QuantizedTag* tag = id.ok() ? state.FindTag(*id) : nullptr;
    if (i == 0 && tag != nullptr) moved = *tag;
    const bool differs = tag != nullptr && moved.has_value() && *tag != *moved;
    const bool is_needed = i == 0 || entry.moves == Moves::kAll;
    if (differs || (is_needed && tag == nullptr)) return std::nullopt;
  }
  return moved;
}

Status CheckInitializerNames(const onnx::GraphProto& proto) {
  std::unordered_set<std::string> names;
  for (const onnx::TensorProto& tensor : proto.initializer()) {
    if (tensor.name().empty() || !names.insert(tensor.name()).second) {
      return InvalidModel("an initializer's name '" + tensor.name() +
                          "' is empty or not unique");
    }
  }
  return OkStatus();
}

// Exporters may leave nodes unnamed; messages and tables need a name.
std::string NodeName(const onnx::NodeProto& node) {
  if (!node.name().empty()) return node.name();
  return node.op_type() + "_" +
         (node.output_size() > 0 ? node.output(0) : "without_output");
}

Result<bool> KnowsInputs(const onnx::NodeProto& node, ImportState& state) {
  bool known = true;
  for (const std::string& name : node.input()) {
    if (name.empty()) continue;  // an optional input that is absent
    OCTET_ASSIGN_OR_RETURN(const ValueId id, state.Find(name));
    known = known && id != kUnknown;
  }
  return known;
}

Status ImportKnownNode(const onnx::NodeProto& proto, const std::string& name,
                       ImportState& state) {
  const NodeEntry* entry = FindNodeEntry(proto.op_type());
  const bool known_domain = IsStandardDomain(proto) ||
                            (IsMicrosoftDomain(proto) && entry != nullptr &&
                             entry->in_microsoft_domain);
  if (!known_domain) {
    return Unsupported("operators of the domain '" + proto.domain() +
                       "' are not supported");
  }
  if (entry == nullptr) return Unsupported("this operator is not supported");
  OCTET_ASSIGN_OR_RETURN(const bool known, KnowsInputs(proto, state));
  if (!known) return OkStatus();
  NodeContext node(proto, name, state);
  const std::optional<QuantizedTag> moved = FindMovedTag(*entry, proto, state);
  if (moved.has_value()) node.MovesElementsOf(*moved);
  return entry->import(node);
}

// Lets the import go on behind a node that failed, where its output's shape is
// known: its first input stands for it. Nothing is made of the graph then.
void StandIn(const onnx::NodeProto& node, ImportState& state) {
  const bool keeps_shape = IsStandardDomain(node) || IsMicrosoftDomain(node);
  if (!keeps_shape || node.input_size() == 0 || node.output_size() == 0) return;
  const bool is_binary = node.op_type() == "Mul" || node.op_type() == "Sub" ||
                         node.op_type() == "Div" || node.op_type() == "Add";
  if (!is_binary && !KeepsInputShape(node.op_type())) return;
  ValueId largest = kNoValue;
  const int count = is_binary ? node.input_size() : 1;
  for (int i = 0; i < count; ++i) {
    const Result<ValueId> id = state.Find(node.input(i));
    if (!id.ok() || *id == kUnknown) return;
    const auto size = [&](ValueId value) {
      return state.graph().value(value).shape.NumElements();
    };
    if (largest == kNoValue || size(*id) > size(largest)) largest = *id;
  }
  // A second definition was reported as this node's problem already.
  (void)state.Define(node.output(0), largest).ok();
}

// Gives every output a meaning. An error where a used one has none although
// the node was imported.
Status DefineOtherOutputs(const onnx::NodeProto& node, bool imported,
                          ImportState& state) {
  Status status;
  for (int i = 0; i < node.output_size(); ++i) {
    const std::string& name = node.output(i);
    if (name.empty() || state.IsDefined(name)) continue;
    if (imported && i > 0 && state.IsUsed(name)) {
      status = Unsupported("its output " + std::to_string(i) + " ('" + name +
                           "') is used, which is not supported");
    }
    OCTET_RETURN_IF_ERROR(state.Define(name, kUnknown));
  }
  return status;
}

Status ImportNode(const onnx::NodeProto& proto, ImportState& state) {
  const std::string name = state.UniqueNodeName(NodeName(proto));
  Status status = proto.output_size() == 0 || proto.output(0).empty()
                      ? InvalidModel("has no output")
                      : ImportKnownNode(proto, name, state);
  if (!status.ok()) StandIn(proto, state);
  const Status others = DefineOtherOutputs(proto, status.ok(), state);
  if (status.ok()) status = others;
  return status.WithContext("node '" + name + "' (" + proto.op_type() + ")");
}

Status ImportGraphOutputs(const onnx::GraphProto& proto, ImportState& state) {
  if (proto.output_size() == 0) return InvalidModel("the graph has no outputs");
  for (const onnx::ValueInfoProto& output : proto.output()) {
    const std::string context = "output '" + output.name() + "'";
    Result<ValueId> id = state.Find(output.name());
    if (!id.ok()) return id.status().WithContext(context);
    if (*id == kUnknown) continue;
    Graph& graph = state.graph();
    if (state.FindTag(*id) != nullptr) {
      const ValueId real = *id;
      id = state.IntegersOf(real);
      if (!id.ok()) return id.status().WithContext(context);
      std::swap(graph.value(real).name, graph.value(*id).name);
    }
    if (graph.value(*id).shape.NumElements() == 0) {
      return Unsupported(context + " is empty");
    }
    if (graph.value(*id).is_constant()) {
      // What a model returns is computed, if only by a copy.
      id = graph.AddNode(state.UniqueNodeName(output.name() + "/copy"),
                         "Constant", Identity{}, {*id}, output.name());
      if (!id.ok()) return id.status().WithContext(context);
    }
    graph.outputs.push_back(*id);
  }
  return OkStatus();
}

// All problems in one error, a line each.
Status Combine(const std::vector<Status>& problems, const std::string& name) {
  std::string message;
  for (const Status& problem : problems) {
    if (!message.empty()) message += "\n";
    message += name + ": " + problem.message();
  }
  return Status(problems.front().code(), message);
}

Result<Graph> ImportModel(const onnx::ModelProto& model,
                          const std::string& folder, const std::string& name,
                          const OnnxImportOptions& options) {
  const Result<int64_t> opset = FindOpset(model);
  if (!opset.ok()) return opset.status().WithContext(name);
  const onnx::GraphProto& proto = model.graph();
  OCTET_RETURN_IF_ERROR(CheckInitializerNames(proto).WithContext(name));
  ImportState state(proto, folder, *opset);
  std::vector<Status> problems;
  OCTET_RETURN_IF_ERROR(
      ImportGraphInputs(proto, options.shapes, state, problems));
  for (const onnx::NodeProto& node : proto.node()) {
    const Status status = ImportNode(node, state);
    if (!status.ok()) problems.push_back(status);
  }
  const Status outputs = ImportGraphOutputs(proto, state);
  if (!outputs.ok()) problems.push_back(outputs);
  if (!problems.empty()) return Combine(problems, name);
  OCTET_RETURN_IF_ERROR(ValidateGraph(state.graph()));
  return std::move(state.graph());
}

}  // namespace

Result<Graph> ImportOnnx(const std::string& path,
                         const OnnxImportOptions& options) {
  const std::filesystem::path file(path);
  const std::string name = file.filename().string();
  std::string folder = file.parent_path().string();
  if (folder.empty()) folder = ".";
  const Result<std::unique_ptr<onnx::ModelProto>> model = ReadModelProto(path);
  if (!model.ok()) {
    return model.status().code() == StatusCode::kIoError
               ? model.status()
               : model.status().WithContext(name);
  }
  return ImportModel(**model, folder, name, options);
}

Result<Graph> ImportOnnxFromMemory(std::string_view bytes,
                                   const std::string& name,
                                   const OnnxImportOptions& options) {
  const Result<std::unique_ptr<onnx::ModelProto>> model =
      ParseModelProto(bytes);
  if (!model.ok()) return model.status().WithContext(name);
  return ImportModel(**model, "", name, options);
}

}  // namespace octet::converter
