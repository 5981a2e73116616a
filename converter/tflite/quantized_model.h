// A network that was quantized before it came here -> an .octet model that
// computes with the same integers, operator by operator, in rounding TFLITE.
// Nothing is calibrated.

#ifndef OCTET_CONVERTER_TFLITE_QUANTIZED_MODEL_H_
#define OCTET_CONVERTER_TFLITE_QUANTIZED_MODEL_H_

#include <string>

#include "converter/tflite/import.h"
#include "octet/status.h"
#include "schema/octet_generated.h"

namespace octet::converter {

// Complete but for labels, preprocessing and provenance. `name` stands for the
// file in messages; every operator that has no integer form is reported, a line
// each. Floats are possible at the inputs and outputs alone: a QUANTIZE of an
// input and a DEQUANTIZE to an output are left to the application, which may
// set and read floats as they are.
// REQUIRES: imported.is_quantized.
Result<schema::ModelT> MakeQuantizedModel(TfliteImport imported,
                                          const std::string& name);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_TFLITE_QUANTIZED_MODEL_H_
