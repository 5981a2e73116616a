#include "engine/verify.h"

#include <cmath>
#include <string>
#include <utility>

#include "engine/operators/registry.h"
#include "engine/resize_network.h"
#include "engine/text_budget.h"
#include "schema/shape_inference.h"

namespace octet {
namespace {

constexpr size_t kBufferAlignment = 64;
constexpr uint32_t kMaxTables = 1000000;
constexpr int kMaxDepth = 16;
// References of all operators together: FlatBuffers lets tables share a
// vector, so that the file's size does not bound them.
constexpr size_t kMaxReferences = 1 << 20;

Result<Shape> ReadShape(const flatbuffers::Vector<int32_t>* dims) {
  if (dims == nullptr) return Shape{};
  if (dims->size() > static_cast<size_t>(kMaxRank)) {
    return InvalidModel("there are " + std::to_string(dims->size()) +
                        " dimensions; at most " + std::to_string(kMaxRank) +
                        " are possible");
  }
  Shape shape;
  for (const int32_t dim : *dims) shape.dims[shape.rank++] = dim;
  OCTET_RETURN_IF_ERROR(CheckShape(shape));
  return shape;
}

Status ReadQuantization(const schema::Quantization* quantization,
                        Tensor* tensor) {
  if (quantization == nullptr) {
    if (!tensor->is(schema::DataType::INT8)) return OkStatus();
    return InvalidModel("the quantization is missing");
  }
  if (!tensor->is(schema::DataType::INT8) &&
      !tensor->is(schema::DataType::INT32)) {
    return InvalidModel(std::string(DataTypeName(tensor->data_type())) +
                        " values have no quantization");
  }
  const auto* scale = quantization->scale();
  const int axis = quantization->axis();
  if (axis < -1 || axis >= tensor->shape.rank) {
    return InvalidModel("the quantization's axis " + std::to_string(axis) +
                        " is outside shape " + tensor->shape.ToString());
  }
  const uint32_t count =
      axis < 0 ? 1 : static_cast<uint32_t>(tensor->shape[axis]);
  if (scale == nullptr || scale->size() != count) {
    return InvalidModel("there must be " + std::to_string(count) +
                        " scales, not " +
                        std::to_string(scale == nullptr ? 0 : scale->size()));
  }
  for (const float value : *scale) {
    if (!std::isfinite(value) || value <= 0.0f) {
      return InvalidModel("scales must be finite and above 0");
    }
  }
  const int32_t zero_point = quantization->zero_point();
  tensor->axis = axis;
  if (tensor->is_per_tensor_int8() ? zero_point < -128 || zero_point > 127
                                   : zero_point != 0) {
    return InvalidModel("zero point " + std::to_string(zero_point) +
                        " is out of range");
  }
  tensor->scale = scale->Get(0);
  tensor->scales = scale;
  tensor->zero_point = zero_point;
  return OkStatus();
}

// Points tensor->data to its values, if buffer `index` is not the empty one.
Status ReadBuffer(const schema::Model& model, uint32_t index,
                  const uint8_t* file, Tensor* tensor) {
  if (index == 0) return OkStatus();
  if (model.buffers() == nullptr || index >= model.buffers()->size()) {
    return InvalidModel("buffer " + std::to_string(index) + " does not exist");
  }
  const auto* bytes = model.buffers()->Get(index)->data();
  const int64_t expected =
      tensor->codes != nullptr
          ? PackedBytes(*tensor->codes, tensor->NumElements())
          : tensor->NumBytes();
  const int64_t stored = bytes == nullptr ? 0 : int64_t{bytes->size()};
  if (stored != expected) {
    return InvalidModel("buffer " + std::to_string(index) + " holds " +
                        std::to_string(stored) + " bytes, shape " +
                        tensor->shape.ToString() + " needs " +
                        std::to_string(expected));
  }
  if (static_cast<size_t>(bytes->data() - file) % kBufferAlignment != 0) {
    return InvalidModel("buffer " + std::to_string(index) +
                        " is not aligned to 64 bytes");
  }
  tensor->data = bytes->data();
  if (tensor->codes != nullptr) {
    return CheckPackedWeights(*tensor->codes, tensor->data,
                              tensor->NumElements());
  }
  if (!tensor->is(schema::DataType::BOOL)) return OkStatus();
  for (const uint8_t value : *bytes) {
    if (value > 1) return InvalidModel("a BOOL is neither 0 nor 1");
  }
  return OkStatus();
}

Status ReadEncoding(const schema::Tensor& record, Tensor* tensor) {
  if (record.encoding() == schema::Encoding::PLAIN) return OkStatus();
  tensor->codes = FindWeightCodes(record.encoding());
  if (tensor->codes == nullptr) {
    return Unsupported("encoding " +
                       std::to_string(static_cast<int>(record.encoding())) +
                       " of weights is unknown to this version; a newer "
                       "version of Octet is needed");
  }
  if (tensor->type != schema::DataType::INT8 || record.buffer() == 0) {
    return InvalidModel("only constants of type INT8 may be packed");
  }
  return OkStatus();
}

Result<Tensor> ReadTensor(const schema::Model& model,
                          const schema::Tensor& record, const uint8_t* file) {
  Tensor tensor;
  OCTET_ASSIGN_OR_RETURN(tensor.shape, ReadShape(record.shape()));
  tensor.type = record.type();
  if (tensor.element_size() == 0) {
    return Unsupported("data type " +
                       std::to_string(static_cast<int>(tensor.type)) +
                       " is not supported by this version; INT8, UINT8, "
                       "INT32, INT64, BOOL and FLOAT32 are");
  }
  // Offsets in bytes fit int32, too.
  if (tensor.NumBytes() > kMaxElements) {
    return InvalidModel("shape " + tensor.shape.ToString() +
                        " has more than 2^30 bytes");
  }
  OCTET_RETURN_IF_ERROR(ReadQuantization(record.quantization(), &tensor));
  OCTET_RETURN_IF_ERROR(ReadEncoding(record, &tensor));
  OCTET_RETURN_IF_ERROR(ReadBuffer(model, record.buffer(), file, &tensor));
  return tensor;
}

Status ReadTensors(const schema::Model& model, const uint8_t* file,
                   TextBudget* budget, Network* network) {
  if (model.tensors() == nullptr) return InvalidModel("there are no tensors");
  for (const schema::Tensor* record : *model.tensors()) {
    OCTET_ASSIGN_OR_RETURN(std::string name, budget->Copy(record->name()));
    Result<Tensor> tensor = ReadTensor(model, *record, file);
    if (!tensor.ok()) {
      return tensor.status().WithContext(
          "tensor " + Quoted(name) + " (#" +
          std::to_string(network->tensors.size()) + ")");
    }
    tensor->name = std::move(name);
    network->tensors.push_back(*std::move(tensor));
  }
  return OkStatus();
}

// Copies tensor indices that are in range.
Status ReadIndices(const flatbuffers::Vector<uint32_t>* indices,
                   const Network& network, std::vector<int>* to) {
  if (indices == nullptr) return OkStatus();
  if (indices->size() > kMaxReferences) {
    return InvalidModel("there are " + std::to_string(indices->size()) +
                        " references to tensors");
  }
  for (const uint32_t index : *indices) {
    if (index >= network.tensors.size()) {
      return InvalidModel("tensor " + std::to_string(index) +
                          " does not exist");
    }
    to->push_back(static_cast<int>(index));
  }
  return OkStatus();
}

// Activations whose values are known: inputs, and outputs of operators so far.
class DefinedTensors {
 public:
  explicit DefinedTensors(const Network& network)
      : network_(network), defined_(network.tensors.size()) {}

  // Every activation gets its values from one place.
  Status Define(int index) {
    const Tensor& tensor = network_.tensor(index);
    if (tensor.is_constant() || tensor.axis >= 0) {
      return InvalidModel(TensorTitle(network_, index) +
                          (tensor.is_constant()
                               ? " is a constant and cannot be written"
                               : " is an activation and needs one scale"));
    }
    if (defined_[static_cast<size_t>(index)]) {
      return InvalidModel(TensorTitle(network_, index) +
                          " is written more than once");
    }
    defined_[static_cast<size_t>(index)] = true;
    return OkStatus();
  }

  Status RequireDefined(int index) const {
    if (network_.tensor(index).is_constant() ||
        defined_[static_cast<size_t>(index)]) {
      return OkStatus();
    }
    return InvalidModel(TensorTitle(network_, index) +
                        " is read before an operator writes it");
  }

 private:
  const Network& network_;
  std::vector<bool> defined_;
};

Result<Node> ReadNode(const schema::Operator& record, const Network& network,
                      DefinedTensors* defined) {
  Node node;
  node.record = &record;
  node.type = record.options_type();
  if (FindOperatorType(node.type) == nullptr) {
    return Unsupported(
        "operator type " + std::to_string(static_cast<int>(node.type)) +
        " is unknown to this version; a newer version of Octet is needed");
  }
  if (record.options() == nullptr) {
    return InvalidModel("the options are missing");
  }
  OCTET_RETURN_IF_ERROR(ReadIndices(record.inputs(), network, &node.inputs));
  std::vector<int> outputs;
  OCTET_RETURN_IF_ERROR(ReadIndices(record.outputs(), network, &outputs));
  if (outputs.size() != 1) {
    return InvalidModel("there must be one output, not " +
                        std::to_string(outputs.size()));
  }
  node.output = outputs[0];
  for (const int input : node.inputs) {
    OCTET_RETURN_IF_ERROR(defined->RequireDefined(input));
  }
  OCTET_RETURN_IF_ERROR(defined->Define(node.output));
  return node;
}

Status ReadNodes(const schema::Model& model, TextBudget* budget,
                 DefinedTensors* defined, Network* network) {
  if (model.operators() == nullptr) return OkStatus();
  size_t references = 0;
  for (const schema::Operator* record : *model.operators()) {
    OCTET_ASSIGN_OR_RETURN(std::string name, budget->Copy(record->name()));
    Result<Node> node = ReadNode(*record, *network, defined);
    Status status = node.status();
    if (status.ok()) status = VerifyOperator(*network, *node);
    if (!status.ok()) {
      return status.WithContext("operator " + Quoted(name) + " (" +
                                OperatorTypeName(record->options_type()) + ")");
    }
    references += node->inputs.size();
    if (references > kMaxReferences) {
      return InvalidModel("the operators have too many inputs");
    }
    node->name = std::move(name);
    network->nodes.push_back(*std::move(node));
  }
  return OkStatus();
}

Status VerifyBorder(const Network& network, const DefinedTensors& defined) {
  if (network.inputs.empty() || network.outputs.empty()) {
    return InvalidModel("a model needs at least one input and one output");
  }
  for (const int output : network.outputs) {
    if (network.tensor(output).is_constant()) {
      return InvalidModel("the output " + TensorTitle(network, output) +
                          " is a constant");
    }
    OCTET_RETURN_IF_ERROR(
        defined.RequireDefined(output).WithContext("the model's outputs"));
  }
  return OkStatus();
}

Status VerifyVarying(const VaryingDimension& varying, const Shape& shape) {
  if (varying.axis < 0 || varying.axis >= shape.rank) {
    return InvalidModel("dimension " + std::to_string(varying.axis) +
                        " is outside shape " + shape.ToString());
  }
  const int32_t size = shape[varying.axis];
  const bool ordered = varying.minimum >= 1 && varying.step >= 1 &&
                       varying.minimum <= size && size <= varying.maximum;
  if (ordered && (size - varying.minimum) % varying.step == 0 &&
      (varying.maximum - size) % varying.step == 0) {
    return OkStatus();
  }
  return InvalidModel("dimension " + std::to_string(varying.axis) + " of " +
                      shape.ToString() + " is not one of " +
                      SizesText(varying) + ", or these do not follow from " +
                      "step " + std::to_string(varying.step));
}

Status ReadVaryingDimensions(const schema::Model& model, Network* network) {
  if (model.varying_dimensions() == nullptr) return OkStatus();
  std::vector<bool> seen(network->inputs.size() * kMaxRank);
  for (const schema::VaryingDimension* record : *model.varying_dimensions()) {
    if (record->input() >= network->inputs.size()) {
      return InvalidModel("there is no input " +
                          std::to_string(record->input()) + " that may vary");
    }
    const VaryingDimension varying = {static_cast<int>(record->input()),
                                      record->axis(), record->minimum(),
                                      record->maximum(), record->step()};
    const int tensor = network->inputs[record->input()];
    OCTET_RETURN_IF_ERROR(
        VerifyVarying(varying, network->tensor(tensor).shape)
            .WithContext("the input " + TensorTitle(*network, tensor)));
    const size_t place =
        record->input() * size_t{kMaxRank} + static_cast<size_t>(varying.axis);
    if (seen[place]) {
      return InvalidModel("dimension " + std::to_string(varying.axis) +
                          " of the input " + TensorTitle(*network, tensor) +
                          " varies twice");
    }
    seen[place] = true;
    network->varying_dimensions.push_back(varying);
  }
  return OkStatus();
}

}  // namespace

Result<const schema::Model*> VerifyStructure(const uint8_t* data, size_t size) {
  if (size >= FLATBUFFERS_MAX_BUFFER_SIZE) {
    return Unsupported("the file is larger than 2 GiB");
  }
  if (size < 16 || !schema::ModelBufferHasIdentifier(data)) {
    return InvalidModel("not an .octet file (its bytes 4 to 7 are not OCTT)");
  }
  flatbuffers::Verifier verifier(data, size, kMaxDepth, kMaxTables);
  if (!schema::VerifyModelBuffer(verifier)) {
    return InvalidModel("the file is damaged or cut short");
  }
  const schema::Model* model = schema::GetModel(data);
  if (model->version() != kFormatVersion) {
    return Unsupported("the file has version " +
                       std::to_string(model->version()) +
                       " of the format; this version of Octet reads version " +
                       std::to_string(kFormatVersion));
  }
  return model;
}

Result<Network> VerifyNetwork(const schema::Model& model, const uint8_t* data,
                              size_t size) {
  Network network;
  TextBudget budget(size);
  OCTET_RETURN_IF_ERROR(ReadTensors(model, data, &budget, &network));
  OCTET_RETURN_IF_ERROR(ReadIndices(model.inputs(), network, &network.inputs)
                            .WithContext("the model's inputs"));
  OCTET_RETURN_IF_ERROR(ReadIndices(model.outputs(), network, &network.outputs)
                            .WithContext("the model's outputs"));
  OCTET_RETURN_IF_ERROR(ReadVaryingDimensions(model, &network));
  DefinedTensors defined(network);
  for (const int input : network.inputs) {
    OCTET_RETURN_IF_ERROR(
        defined.Define(input).WithContext("the model's inputs"));
  }
  OCTET_RETURN_IF_ERROR(ReadNodes(model, &budget, &defined, &network));
  OCTET_RETURN_IF_ERROR(VerifyBorder(network, defined));
  return network;
}

}  // namespace octet
