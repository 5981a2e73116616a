#include "converter/onnx/model_proto.h"

#include <limits>

#include "converter/onnx/file_bytes.h"

namespace octet::converter {

Result<std::unique_ptr<onnx::ModelProto>> ParseModelProto(
    std::string_view bytes) {
  if (bytes.size() > size_t{std::numeric_limits<int>::max()}) {
    return Unsupported(
        "the file is larger than 2 GiB; save the weights as external data");
  }
  auto model = std::make_unique<onnx::ModelProto>();
  if (!model->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return InvalidModel("this is not an ONNX model, or it is cut short");
  }
  if (!model->has_graph()) return InvalidModel("the model holds no graph");
  return model;
}

Result<std::unique_ptr<onnx::ModelProto>> ReadModelProto(
    const std::string& path) {
  OCTET_ASSIGN_OR_RETURN(const uint64_t size, FileSize(path));
  if (size > uint64_t{std::numeric_limits<int>::max()}) {
    return Unsupported(
        "the file is larger than 2 GiB; save the weights as external data");
  }
  OCTET_ASSIGN_OR_RETURN(const std::string bytes, ReadFileBytes(path, 0, size));
  return ParseModelProto(bytes);
}

Result<int64_t> FindOpset(const onnx::ModelProto& model) {
  for (const onnx::OperatorSetIdProto& opset : model.opset_import()) {
    if (opset.domain().empty() || opset.domain() == "ai.onnx") {
      return opset.version();
    }
  }
  // Before IR version 3 the field did not exist: its meaning was opset 1.
  if (model.ir_version() < 3) return int64_t{1};
  return InvalidModel("the model does not say which opset it uses");
}

}  // namespace octet::converter
