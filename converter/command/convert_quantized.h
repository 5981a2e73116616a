// The conversion of a network that is quantized already.

#ifndef OCTET_CONVERTER_COMMAND_CONVERT_QUANTIZED_H_
#define OCTET_CONVERTER_COMMAND_CONVERT_QUANTIZED_H_

#include "converter/command/options.h"
#include "converter/tflite/import.h"
#include "octet/status.h"

namespace octet::converter {

// Writes options.output_path with the network's own integers. An option that
// calibrates, quantizes or compares with FP32 is an error: there is nothing for
// it to do. REQUIRES: imported.is_quantized.
Status ConvertQuantized(const ConvertOptions& options, TfliteImport imported);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_COMMAND_CONVERT_QUANTIZED_H_
