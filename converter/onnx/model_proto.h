// Bytes -> onnx::ModelProto.

#ifndef OCTET_CONVERTER_ONNX_MODEL_PROTO_H_
#define OCTET_CONVERTER_ONNX_MODEL_PROTO_H_

#include <memory>
#include <string>
#include <string_view>

#include "octet/status.h"
#include "onnx/onnx.pb.h"

namespace octet::converter {

// An error where the bytes are no ModelProto, hold no graph, or are more than
// protobuf's limit of 2 GiB (remedy: external data).
Result<std::unique_ptr<onnx::ModelProto>> ParseModelProto(
    std::string_view bytes);

Result<std::unique_ptr<onnx::ModelProto>> ReadModelProto(
    const std::string& path);

// The version of the standard operators that the model uses.
Result<int64_t> FindOpset(const onnx::ModelProto& model);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_ONNX_MODEL_PROTO_H_
