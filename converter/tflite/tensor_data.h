// The numbers of a tensor: how the file stores them, and constants.

#ifndef OCTET_CONVERTER_TFLITE_TENSOR_DATA_H_
#define OCTET_CONVERTER_TFLITE_TENSOR_DATA_H_

#include <cstdint>
#include <vector>

#include "converter/tflite/import.h"
#include "converter/tflite/network.h"
#include "octet/status.h"

namespace octet::converter {

// How the file stores `tensor`; of a quantized constant the values, too.
// Errors: a type of activation that the graph has not; a zero point outside its
// type; channels with zero points other than 0.
Result<StoredAs> ReadStoredAs(const TfliteTensor& tensor);

// The type that a computed tensor has in the graph: FLOAT32 for floats and
// quantized values, otherwise that of its integers or truth values.
DataType GraphType(const TfliteTensor& tensor);

// The elements of a constant as floats; `stored` is what ReadStoredAs made of
// it. An error for types that hold no numbers.
Result<std::vector<float>> ReadFloats(const TfliteTensor& tensor,
                                      const StoredAs& stored);

// The elements of a constant of type INT32, INT64 or BOOL.
Result<std::vector<int64_t>> ReadIntegers(const TfliteTensor& tensor);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_TFLITE_TENSOR_DATA_H_
