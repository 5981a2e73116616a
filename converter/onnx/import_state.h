// What is known while a model is imported: the graph so far, and what each ONNX
// name stands for.

#ifndef OCTET_CONVERTER_ONNX_IMPORT_STATE_H_
#define OCTET_CONVERTER_ONNX_IMPORT_STATE_H_

#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "converter/ir/graph.h"
#include "converter/onnx/tensor_data.h"
#include "octet/status.h"
#include "onnx/onnx.pb.h"

namespace octet::converter {

// What a name stands for where nothing is known: the output of a node that
// could not be imported.
inline constexpr ValueId kUnknown = kNoValue;

// An 8-bit tensor of the model that the graph has as the real numbers it stands
// for: scale and zero point, which are constant.
struct QuantizedTag {
  Int8Grid grid;
  bool is_uint8 = false;  // the model's integers are q + 128

  friend bool operator==(const QuantizedTag&, const QuantizedTag&) = default;
};

class ImportState {
 public:
  // `folder` is where external data lies. REQUIRES: `proto` outlives the state.
  ImportState(const onnx::GraphProto& proto, std::string folder, int64_t opset);

  Graph& graph() { return graph_; }
  const std::string& folder() const { return folder_; }
  int64_t opset() const { return opset_; }

  // An error where `name` is empty or stands for something already.
  Status Define(const std::string& name, ValueId id);

  // What `name` stands for, or kUnknown. An initializer is decoded when it is
  // first asked for, so that unused ones cost nothing.
  Result<ValueId> Find(const std::string& name);

  // Null for values that are what they stand for.
  const QuantizedTag* FindTag(ValueId id) const {
    const auto found = tags_.find(id);
    return found == tags_.end() ? nullptr : &found->second;
  }
  void SetTag(ValueId id, const QuantizedTag& tag) { tags_[id] = tag; }
  // The integers of a tensor with a tag, computed once.
  Result<ValueId> IntegersOf(ValueId tagged);

  // A constant of the graph with the elements of `data`.
  Result<ValueId> AddTensor(const std::string& name, TensorData data);

  bool IsInitializer(const std::string& name) const {
    return initializers_.contains(name);
  }
  bool IsDefined(const std::string& name) const {
    return values_.contains(name) || IsInitializer(name);
  }
  // Whether a node reads `name` or the graph returns it.
  bool IsUsed(const std::string& name) const { return used_.contains(name); }

  // The type that the model states for `name`, of TensorProto::DataType; 0
  // where it states none.
  int StatedDataType(const std::string& name) const;

  // `name`, or where a node of the graph has it already, "name#2" ...
  std::string UniqueNodeName(const std::string& name);

 private:
  Graph graph_;
  const std::string folder_;
  const int64_t opset_;
  // Decoded ones move to values_.
  std::unordered_map<std::string, const onnx::TensorProto*> initializers_;
  std::unordered_map<std::string, ValueId> values_;
  std::unordered_set<std::string> used_;
  std::unordered_map<std::string, int> data_types_;
  std::unordered_set<std::string> node_names_;
  std::unordered_map<ValueId, QuantizedTag> tags_;
  std::unordered_map<ValueId, ValueId> integers_;  // by value with a tag
};

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_ONNX_IMPORT_STATE_H_
