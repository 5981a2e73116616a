// One ONNX node while it is imported: what an import function reads its inputs
// from and emits its nodes to.

#ifndef OCTET_CONVERTER_ONNX_NODE_CONTEXT_H_
#define OCTET_CONVERTER_ONNX_NODE_CONTEXT_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "converter/ir/graph.h"
#include "converter/onnx/import_state.h"
#include "converter/onnx/node_attributes.h"
#include "octet/status.h"
#include "onnx/onnx.pb.h"

namespace octet::converter {

// Errors of its functions say what is wrong without naming the node, which the
// caller of the import function does.
class NodeContext {
 public:
  // `name` is the node's, unique. REQUIRES: all inputs are defined.
  NodeContext(const onnx::NodeProto& proto, std::string name,
              ImportState& state);

  const std::string& type() const { return type_; }
  int64_t opset() const { return state_.opset(); }
  const std::string& folder() const { return state_.folder(); }
  const NodeAttributes& attributes() const { return attributes_; }

  // Goes on as if the model had an operator of this type with these inputs
  // (kNoValue: absent) and the same attributes; `finish` makes the node's
  // output of that operator's.
  struct Finished {
    ValueId id;
    std::optional<QuantizedTag> tag;
  };
  using Finish = std::function<Result<Finished>(ValueId)>;
  void Become(std::string type, std::vector<ValueId> inputs, Finish finish);
  // The outputs are moved elements of the first input, real numbers of a tensor
  // with this tag: they get it, too.
  void MovesElementsOf(const QuantizedTag& tag) { moved_ = tag; }

  int num_inputs() const {
    return inputs_.has_value() ? static_cast<int>(inputs_->size())
                               : proto_.input_size();
  }
  // An optional input may be absent or have an empty name.
  bool HasInput(int i) const;
  int num_outputs() const { return proto_.output_size(); }
  // Whether output `i` is there and something reads it.
  bool IsOutputUsed(int i) const;
  // The type that the model states for input `i` (an initializer, a graph input
  // or a value with a type of its own): a number of TensorProto::DataType; 0
  // where it states none.
  int InputDataType(int i) const;
  // A tensor of any type, constant or not; integers where the model has them.
  Result<ValueId> Input(int i);
  // The same, or the real numbers that 8-bit integers stand for.
  Result<ValueId> StoredInput(int i);
  const QuantizedTag* FindTag(ValueId id) const { return state_.FindTag(id); }
  // A constant tensor of floats; `what` names it in errors: "the weights".
  Result<ValueId> ConstantInput(int i, const std::string& what);
  // A constant of one element, of any type.
  Result<float> ScalarInput(int i, const std::string& what);
  // The elements of a constant of integers or truth values.
  Result<std::vector<int64_t>> IntegerInput(int i, const std::string& what);
  // A list of integers that newer opsets pass as input `i` and older ones as
  // the attribute `name`; nothing where the node has neither.
  Result<std::optional<std::vector<int64_t>>> IntegersOf(
      int i, const std::string& name);

  const Value& value(ValueId id) const { return state_.graph().value(id); }
  const Shape& shape(ValueId id) const { return value(id).shape; }
  // REQUIRES: the value is a constant of floats.
  const std::vector<float>& data(ValueId id) const { return *value(id).data; }

  // Adds a node, or where all inputs are constant and their function can be
  // computed, a constant. `suffix` distinguishes the nodes that are added
  // besides the main one.
  Result<ValueId> Emit(Operator op, std::vector<ValueId> inputs,
                       const std::string& suffix = "");
  Result<ValueId> EmitTranspose(ValueId input,
                                const TransposeParams& permutation,
                                const std::string& suffix = "");
  // The input itself where it has that shape.
  Result<ValueId> EmitReshape(ValueId input, const Shape& target,
                              const std::string& suffix = "");
  // A new constant, called after input `i` where the node has it.
  ValueId AddConstant(int i, const Shape& shape, std::vector<float> data);

  ValueId AddIntegers(int i, const Shape& shape, std::vector<int64_t> data,
                      DataType type = DataType::INT64);
  // The same with the elements of a tensor of the file.
  Result<ValueId> AddTensor(int i, TensorData data);

  // What the node's output `i` stands for. Called once for each.
  Status Return(ValueId id, int i = 0);
  Status ReturnTagged(ValueId id, const std::optional<QuantizedTag>& tag,
                      int i = 0);

 private:
  std::string InputName(int i) const;
  std::string OutputName() const;  // of the first that has one

  const onnx::NodeProto& proto_;
  const std::string name_;
  std::string type_;
  // Those of Become.
  std::optional<std::vector<ValueId>> inputs_;
  Finish finish_;
  std::optional<QuantizedTag> moved_;
  ImportState& state_;
  const NodeAttributes attributes_;
  const size_t first_new_value_;
  std::set<ValueId> returned_;
};

// A layout-bound operator: NCHW input -> NHWC operator -> NCHW output.
// `constants` follow the input.
Result<ValueId> EmitChannelsLast(NodeContext& node, Operator op, ValueId input,
                                 const std::vector<ValueId>& constants);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_ONNX_NODE_CONTEXT_H_
