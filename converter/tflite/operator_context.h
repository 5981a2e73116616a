// OperatorContext: one operator of the file, for the function that imports it.

#ifndef OCTET_CONVERTER_TFLITE_OPERATOR_CONTEXT_H_
#define OCTET_CONVERTER_TFLITE_OPERATOR_CONTEXT_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "converter/tflite/import.h"
#include "converter/tflite/network.h"
#include "octet/status.h"

namespace octet::converter {

// What is known while a file is imported: the graph so far, and the value of
// each tensor (kNoValue: none yet).
struct ImportProgress {
  const TfliteNetwork* network = nullptr;
  // Inputs have other shapes than in the file: those of activations in it say
  // nothing.
  bool is_resized = false;
  TfliteImport result;
  std::vector<ValueId> value_of_tensor;
  // Constants that operators share, so that what is made of a file does not
  // outgrow it: transposed ones by their source, zeros by their number.
  std::map<ValueId, ValueId> transposed;
  std::map<int32_t, ValueId> zeros;
};

class OperatorContext {
 public:
  OperatorContext(const TfliteOperator& op, ImportProgress& progress)
      : op_(op), progress_(progress) {}

  const TfliteOperator& op() const { return op_; }
  // The options, or null where the file has none or others.
  template <typename Options>
  const Options* options() const {
    return op_.record->builtin_options_as<Options>();
  }
  // The same; their absence is an error.
  template <typename Options>
  Result<const Options*> RequireOptions() const {
    const Options* found = options<Options>();
    if (found == nullptr) return InvalidModel("its options are missing");
    return found;
  }

  size_t num_inputs() const { return op_.inputs.size(); }
  size_t num_outputs() const { return op_.outputs.size(); }
  bool HasInput(size_t i) const {
    return i < op_.inputs.size() && op_.inputs[i] != kAbsentTensor;
  }
  // REQUIRES: HasInput(i).
  const TfliteTensor& input_tensor(size_t i) const {
    return progress_.network->tensor(op_.inputs[i]);
  }
  const TfliteTensor& output_tensor(size_t i) const {
    return progress_.network->tensor(op_.outputs[i]);
  }

  // The shape of output i: the file's, or, where inputs have been resized, what
  // the operator's arguments give.
  Result<Shape> OutputShape(const Result<Shape>& inferred, size_t i = 0) const {
    if (progress_.is_resized) return inferred;
    return output_tensor(i).shape;
  }

  const Shape& shape(ValueId id) const { return graph().value(id).shape; }
  bool is_constant(ValueId id) const { return graph().value(id).is_constant(); }
  // REQUIRES: is_constant(id).
  const std::vector<float>& data(ValueId id) const {
    return *graph().value(id).data;
  }
  bool is_quantized(ValueId id) const { return stored(id).is_quantized(); }
  const StoredAs& stored(ValueId id) const {
    return progress_.result.stored[size_t(id)];
  }

  // The value of input i: an activation, or a constant as floats.
  Result<ValueId> Input(size_t i);
  // The same; an error unless it is a constant.
  Result<ValueId> ConstantInput(size_t i, const char* what);
  // The same of integers or truth values, which the graph has as such.
  Result<ValueId> IntegerInput(size_t i);
  // IntegerInput where the file has plain integers or truth values there,
  // otherwise Input.
  Result<ValueId> AnyInput(size_t i);
  // The numbers of an input of an integer type that is constant, or follows
  // from shapes alone.
  Result<std::vector<int64_t>> Integers(size_t i, const char* what) const;

  // The weights {1, h, w, c} as {c, h, w, 1}, in floats and as stored.
  // REQUIRES: a constant of such a shape.
  ValueId ChannelsFirst(ValueId weights);
  // `count` zeros in the place of an input that is absent.
  ValueId Zeros(int32_t count);
  ValueId AddConstant(const std::string& suffix, const Shape& shape,
                      std::vector<float> data);

  // Appends a node inside the operator; its output is stored as `like` is.
  Result<ValueId> Emit(Operator op, std::vector<ValueId> inputs, ValueId like,
                       const std::string& suffix);
  // The same; stored as output 0 is.
  Result<ValueId> EmitOutput(Operator op, std::vector<ValueId> inputs,
                             const std::string& suffix);
  // Appends the node that computes output i: its shape must be the file's,
  // unless inputs have been resized.
  Status Return(Operator op, std::vector<ValueId> inputs, size_t i = 0);
  // Softmax of beta times the input, which is quantized.
  Status ReturnSoftmax(float beta, ValueId input);
  // Output 0 is table[q + 128] of each q of the input.
  Status ReturnLookup(std::vector<int8_t> table, ValueId input);
  // Output 0 is these numbers.
  Status ReturnIntegers(std::vector<int64_t> values);
  // Output i is this value: the operator does nothing.
  void ReturnValue(ValueId id, size_t i = 0);

 private:
  Graph& graph() { return progress_.result.graph; }
  const Graph& graph() const { return progress_.result.graph; }
  // Graph::AddNode; what computes integers or truth values from constants, as
  // files do with shapes, becomes a constant.
  Result<ValueId> AddNode(const std::string& name, Operator op,
                          std::vector<ValueId> inputs,
                          const std::string& output_name);
  Result<ValueId> EmitStored(Operator op, std::vector<ValueId> inputs,
                             StoredAs stored_as, const std::string& suffix);
  ValueId Store(ValueId id, StoredAs stored_as);

  const TfliteOperator& op_;
  ImportProgress& progress_;
};

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_TFLITE_OPERATOR_CONTEXT_H_
