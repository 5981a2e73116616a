// A source model of either format, told by the file's content.

#ifndef OCTET_CONVERTER_COMMAND_READ_MODEL_H_
#define OCTET_CONVERTER_COMMAND_READ_MODEL_H_

#include <string>
#include <vector>

#include "converter/tflite/import.h"
#include "octet/status.h"

namespace octet::converter {

// Reads the .onnx or .tflite file at `path`. An ONNX model is an FP32 network:
// is_quantized is false, and `stored` says nothing. `shapes` are the texts of
// --shape.
Result<TfliteImport> ReadSourceModel(const std::string& path,
                                     const std::vector<std::string>& shapes);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_COMMAND_READ_MODEL_H_
