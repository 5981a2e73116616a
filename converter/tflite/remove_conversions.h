// Conversions that an .octet file does not need.

#ifndef OCTET_CONVERTER_TFLITE_REMOVE_CONVERSIONS_H_
#define OCTET_CONVERTER_TFLITE_REMOVE_CONVERSIONS_H_

#include "converter/tflite/import.h"

namespace octet::converter {

// Removes, from a quantized network:
//   QUANTIZE of a float input: the input is stored as its result is;
//   DEQUANTIZE to a float output, likewise;
//   QUANTIZE from uint8 to int8 (or back) with the same scale, whose stored
//   values are the same.
// An input that is quantized in two ways stays as it is.
void RemoveConversions(TfliteImport& imported);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_TFLITE_REMOVE_CONVERSIONS_H_
