#include "converter/tflite/network.h"

#include <cmath>
#include <unordered_set>
#include <utility>

#include "schema/shape_inference.h"

namespace octet::converter {
namespace {

// Bounds what tables that share a vector or a string can multiply to.
constexpr uint32_t kMaxTables = 1000000;
constexpr int kMaxDepth = 16;
constexpr size_t kMaxReferences = size_t{1} << 20;
constexpr size_t kMaxNameLength = 1024;

// Bytes of an element, 0: a type that no operator here takes.
int64_t ElementSize(tflite::TensorType type) {
  switch (type) {
    case tflite::TensorType::FLOAT32:
    case tflite::TensorType::INT32:
    case tflite::TensorType::UINT32:
      return 4;
    case tflite::TensorType::FLOAT16:
    case tflite::TensorType::INT16:
    case tflite::TensorType::UINT16:
      return 2;
    case tflite::TensorType::UINT8:
    case tflite::TensorType::INT8:
    case tflite::TensorType::BOOL:
      return 1;
    case tflite::TensorType::INT64:
    case tflite::TensorType::UINT64:
    case tflite::TensorType::FLOAT64:
      return 8;
    default:
      return 0;
  }
}

std::string ReadName(const flatbuffers::String* name) {
  if (name == nullptr) return "";
  return name->str().substr(0, kMaxNameLength);
}

Status ReadShape(const flatbuffers::Vector<int32_t>* dims, Shape* shape) {
  if (dims == nullptr) return OkStatus();
  if (dims->size() > size_t{kMaxRank}) {
    return Unsupported("has " + std::to_string(dims->size()) +
                       " dimensions; at most " + std::to_string(kMaxRank) +
                       " are possible");
  }
  for (const int32_t dim : *dims) shape->dims[shape->rank++] = dim;
  return CheckShape(*shape);
}

Status ReadQuantization(const tflite::QuantizationParameters* record,
                        TfliteTensor* tensor) {
  if (record == nullptr || record->scale() == nullptr ||
      record->scale()->size() == 0) {
    return OkStatus();
  }
  const size_t count = record->scale()->size();
  const int axis = record->quantized_dimension();
  if (count > 1 && (axis < 0 || axis >= tensor->shape.rank ||
                    count != size_t(tensor->shape[axis]))) {
    return InvalidModel(std::to_string(count) + " scales along dimension " +
                        std::to_string(axis) + " do not fit shape " +
                        tensor->shape.ToString());
  }
  // Of a bias it is the product of two scales, which may have vanished. Those
  // of channels may be negative: a folded factor was.
  const bool may_be_zero = tensor->type == tflite::TensorType::INT32;
  for (const float scale : *record->scale()) {
    if (!std::isfinite(scale) || (scale < 0.0f && count == 1) ||
        (scale == 0.0f && !may_be_zero)) {
      return InvalidModel("a scale is not finite and above 0");
    }
    tensor->scale.push_back(scale);
  }
  const auto* zero_point = record->zero_point();
  const size_t zero_points = zero_point == nullptr ? 0 : zero_point->size();
  if (zero_points != 0 && zero_points != 1 && zero_points != count) {
    return InvalidModel("has " + std::to_string(zero_points) +
                        " zero points for " + std::to_string(count) +
                        " scales");
  }
  tensor->zero_point.assign(count, 0);
  for (size_t i = 0; i < count && zero_points > 0; ++i) {
    tensor->zero_point[i] =
        zero_point->Get(zero_points == 1 ? 0 : flatbuffers::uoffset_t(i));
  }
  tensor->axis = count > 1 ? axis : 0;
  return OkStatus();
}

Status ReadData(const tflite::Model& model, uint32_t index,
                TfliteTensor* tensor) {
  if (index == 0) return OkStatus();
  if (model.buffers() == nullptr || index >= model.buffers()->size()) {
    return InvalidModel("buffer " + std::to_string(index) + " does not exist");
  }
  const auto* data = model.buffers()->Get(index)->data();
  if (data == nullptr || data->size() == 0) return OkStatus();
  const int64_t element = ElementSize(tensor->type);
  if (element == 0) {
    return Unsupported(std::string("is a constant of type ") +
                       tflite::EnumNameTensorType(tensor->type));
  }
  const int64_t expected = tensor->shape.NumElements() * element;
  if (int64_t{data->size()} != expected) {
    return InvalidModel("buffer " + std::to_string(index) + " holds " +
                        std::to_string(data->size()) + " bytes, shape " +
                        tensor->shape.ToString() + " needs " +
                        std::to_string(expected));
  }
  tensor->data = {data->data(), data->size()};
  return OkStatus();
}

Status ReadTensor(const tflite::Model& model, const tflite::Tensor& record,
                  TfliteTensor* tensor) {
  tensor->name = ReadName(record.name());
  tensor->type = record.type();
  OCTET_RETURN_IF_ERROR(ReadShape(record.shape(), &tensor->shape));
  OCTET_RETURN_IF_ERROR(ReadQuantization(record.quantization(), tensor));
  if (record.is_variable()) {
    return Unsupported("is a variable: networks with a state are not possible");
  }
  return ReadData(model, record.buffer(), tensor);
}

Status ReadTensors(const tflite::Model& model, const tflite::SubGraph& graph,
                   TfliteNetwork* network) {
  if (graph.tensors() == nullptr) return InvalidModel("there are no tensors");
  for (const tflite::Tensor* record : *graph.tensors()) {
    TfliteTensor tensor;
    OCTET_RETURN_IF_ERROR(
        ReadTensor(model, *record, &tensor)
            .WithContext("tensor " + std::to_string(network->tensors.size()) +
                         " '" + ReadName(record->name()) + "'"));
    network->tensors.push_back(std::move(tensor));
  }
  return OkStatus();
}

Status ReadIndices(const flatbuffers::Vector<int32_t>* indices,
                   const TfliteNetwork& network, bool may_be_absent,
                   std::vector<int>* to) {
  if (indices == nullptr) return OkStatus();
  if (indices->size() > kMaxReferences) {
    return InvalidModel("there are too many references to tensors");
  }
  for (const int32_t index : *indices) {
    const bool exists = index >= 0 && size_t(index) < network.tensors.size();
    if (!exists && !(may_be_absent && index == kAbsentTensor)) {
      return InvalidModel("tensor " + std::to_string(index) +
                          " does not exist");
    }
    to->push_back(index);
  }
  return OkStatus();
}

// The older field holds a placeholder, or 0, where the code does not fit.
tflite::BuiltinOperator CodeOf(const tflite::OperatorCode& record) {
  const int32_t older = record.deprecated_builtin_code();
  const int32_t newer = static_cast<int32_t>(record.builtin_code());
  return static_cast<tflite::BuiltinOperator>(std::max(older, newer));
}

std::string SourceType(const tflite::OperatorCode& record,
                       tflite::BuiltinOperator code) {
  if (code == tflite::BuiltinOperator::CUSTOM) {
    const std::string name = ReadName(record.custom_code());
    return name.empty() ? "CUSTOM" : name;
  }
  const std::string name = tflite::EnumNameBuiltinOperator(code);
  return name.empty() ? "operator " + std::to_string(static_cast<int>(code))
                      : name;
}

Status ReadOperator(const tflite::Model& model, const tflite::Operator& record,
                    const TfliteNetwork& network, TfliteOperator* op) {
  const auto* codes = model.operator_codes();
  if (codes == nullptr || record.opcode_index() >= codes->size()) {
    return InvalidModel("operator code " +
                        std::to_string(record.opcode_index()) +
                        " does not exist");
  }
  const tflite::OperatorCode& code = *codes->Get(record.opcode_index());
  op->record = &record;
  op->code = CodeOf(code);
  op->source_type = SourceType(code, op->code);
  OCTET_RETURN_IF_ERROR(ReadIndices(record.inputs(), network,
                                    /*may_be_absent=*/true, &op->inputs));
  OCTET_RETURN_IF_ERROR(ReadIndices(record.outputs(), network,
                                    /*may_be_absent=*/false, &op->outputs));
  if (op->outputs.empty()) return InvalidModel("there is no output");
  op->name = network.tensor(op->outputs[0]).name;
  if (op->name.empty()) op->name = op->source_type;
  return OkStatus();
}

// Activations whose values are known: inputs, and outputs of operators so far.
class DefinedTensors {
 public:
  explicit DefinedTensors(const TfliteNetwork& network)
      : network_(network), defined_(network.tensors.size()) {}

  Status Define(int index) {
    if (network_.tensor(index).is_constant() || defined_[size_t(index)]) {
      return InvalidModel("tensor " + std::to_string(index) +
                          " is written more than once, or a constant");
    }
    defined_[size_t(index)] = true;
    return OkStatus();
  }

  Status Require(const std::vector<int>& indices) const {
    for (const int index : indices) {
      if (index == kAbsentTensor || network_.tensor(index).is_constant() ||
          defined_[size_t(index)]) {
        continue;
      }
      return InvalidModel("tensor " + std::to_string(index) + " '" +
                          network_.tensor(index).name +
                          "' is read before an operator writes it");
    }
    return OkStatus();
  }

 private:
  const TfliteNetwork& network_;
  std::vector<bool> defined_;
};

Status ReadOperators(const tflite::Model& model, const tflite::SubGraph& graph,
                     DefinedTensors* defined, TfliteNetwork* network) {
  if (graph.operators() == nullptr) return OkStatus();
  std::unordered_set<std::string> names;
  size_t references = 0;
  for (const tflite::Operator* record : *graph.operators()) {
    TfliteOperator op;
    Status status = ReadOperator(model, *record, *network, &op);
    if (status.ok()) status = defined->Require(op.inputs);
    for (const int output : op.outputs) {
      if (status.ok()) status = defined->Define(output);
    }
    references += op.inputs.size() + op.outputs.size();
    if (status.ok() && references > kMaxReferences) {
      status = InvalidModel("there are too many references to tensors");
    }
    if (!status.ok()) {
      return status.WithContext("operator " +
                                std::to_string(network->operators.size()));
    }
    const std::string name = op.name;
    for (int i = 2; !names.insert(op.name).second; ++i) {
      op.name = name + "#" + std::to_string(i);
    }
    network->operators.push_back(std::move(op));
  }
  return OkStatus();
}

Status ReadMainGraph(const tflite::Model& model, const tflite::SubGraph& graph,
                     TfliteNetwork* network) {
  network->name = ReadName(graph.name());
  OCTET_RETURN_IF_ERROR(ReadTensors(model, graph, network));
  OCTET_RETURN_IF_ERROR(ReadIndices(graph.inputs(), *network,
                                    /*may_be_absent=*/false, &network->inputs));
  OCTET_RETURN_IF_ERROR(ReadIndices(graph.outputs(), *network,
                                    /*may_be_absent=*/false,
                                    &network->outputs));
  if (network->inputs.empty() || network->outputs.empty()) {
    return InvalidModel("a network needs at least one input and one output");
  }
  DefinedTensors defined(*network);
  for (const int input : network->inputs) {
    OCTET_RETURN_IF_ERROR(defined.Define(input).WithContext("the inputs"));
  }
  OCTET_RETURN_IF_ERROR(ReadOperators(model, graph, &defined, network));
  return defined.Require(network->outputs).WithContext("the outputs");
}

}  // namespace

bool LooksLikeTflite(std::string_view bytes) {
  return bytes.size() >= 8 && bytes.substr(4, 4) == tflite::ModelIdentifier();
}

Result<TfliteNetwork> ReadTfliteNetwork(std::string_view bytes) {
  if (bytes.size() >= FLATBUFFERS_MAX_BUFFER_SIZE) {
    return Unsupported("the file is larger than 2 GiB");
  }
  if (!LooksLikeTflite(bytes)) {
    return InvalidModel("not a .tflite file (its bytes 4 to 7 are not TFL3)");
  }
  const uint8_t* data = reinterpret_cast<const uint8_t*>(bytes.data());
  flatbuffers::Verifier verifier(data, bytes.size(), kMaxDepth, kMaxTables);
  if (!tflite::VerifyModelBuffer(verifier)) {
    return InvalidModel("the file is damaged or cut short");
  }
  const tflite::Model& model = *tflite::GetModel(data);
  if (model.version() != 3) {
    return Unsupported("the file has version " +
                       std::to_string(model.version()) +
                       " of the format; only version 3 can be read");
  }
  if (model.subgraphs() == nullptr || model.subgraphs()->size() == 0) {
    return InvalidModel("the file holds no network");
  }
  TfliteNetwork network;
  OCTET_RETURN_IF_ERROR(
      ReadMainGraph(model, *model.subgraphs()->Get(0), &network));
  return network;
}

}  // namespace octet::converter
