// What is known while a model is imported: the graph so far, and what each ONNX
// name stands for.

#ifndef OCTET_CONVERTER_ONNX_IMPORT_STATE_H_
#define OCTET_CONVERTER_ONNX_IMPORT_STATE_H_

#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <variant>

#include "converter/ir/graph.h"
#include "converter/onnx/tensor_data.h"
#include "octet/status.h"
#include "onnx/onnx.pb.h"

namespace octet::converter {

// What a name stands for: nothing known (the output of a node that could not
// be imported), a value of the graph, or integers.
using Operand = std::variant<std::monostate, ValueId, IntegerTensor>;

class ImportState {
 public:
  // `folder` is where external data lies. REQUIRES: `proto` outlives the state.
  ImportState(const onnx::GraphProto& proto, std::string folder, int64_t opset);

  Graph& graph() { return graph_; }
  const std::string& folder() const { return folder_; }
  int64_t opset() const { return opset_; }

  // An error where `name` is empty or stands for something already.
  Status Define(const std::string& name, Operand operand);

  // What `name` stands for. An initializer is decoded when it is first asked
  // for, so that unused ones cost nothing. The pointer stays valid.
  Result<const Operand*> Find(const std::string& name);

  bool IsInitializer(const std::string& name) const {
    return initializers_.contains(name);
  }
  bool IsDefined(const std::string& name) const {
    return operands_.contains(name) || IsInitializer(name);
  }
  // Whether a node reads `name` or the graph returns it.
  bool IsUsed(const std::string& name) const { return used_.contains(name); }

  // `name`, or where a node of the graph has it already, "name#2" ...
  std::string UniqueNodeName(const std::string& name);

 private:
  Graph graph_;
  const std::string folder_;
  const int64_t opset_;
  // Decoded ones move to operands_.
  std::unordered_map<std::string, const onnx::TensorProto*> initializers_;
  std::unordered_map<std::string, Operand> operands_;
  std::unordered_set<std::string> used_;
  std::unordered_set<std::string> node_names_;
};

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_ONNX_IMPORT_STATE_H_
