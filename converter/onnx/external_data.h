// Tensors stored outside the .onnx file: a location (a path relative to the
// model's folder), a position and a length in bytes.

#ifndef OCTET_CONVERTER_ONNX_EXTERNAL_DATA_H_
#define OCTET_CONVERTER_ONNX_EXTERNAL_DATA_H_

#include <string>

#include "octet/status.h"
#include "onnx/onnx.pb.h"

namespace octet::converter {

// The tensor's bytes. A model file may come from anywhere, so that only files
// inside `folder` are read: an absolute location, "..", and a symbolic link
// that leads out of `folder` are refused, as is a range outside the file. An
// empty `folder` (a model that came from memory) refuses every location.
// REQUIRES: tensor.data_location() is EXTERNAL.
Result<std::string> ReadExternalData(const std::string& folder,
                                     const onnx::TensorProto& tensor);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_ONNX_EXTERNAL_DATA_H_
