// A quantized .tflite file: converted and run by the engine on every
// instruction set, against the naive walk over the file.

#ifndef OCTET_TESTS_CONVERTER_TFLITE_QUANTIZED_CHECK_H_
#define OCTET_TESTS_CONVERTER_TFLITE_QUANTIZED_CHECK_H_

#include <cstdint>
#include <string>
#include <vector>

#include "octet/status.h"
#include "tests/reference/tflite_file.h"

namespace octet::converter {

// The .octet file of a quantized .tflite file.
Result<std::vector<uint8_t>> ConvertTflite(const std::string& bytes);

// Random values for each input of the file, as it stores them.
std::vector<reference::StoredValues> RandomInputs(const tflite::Model& model,
                                                  uint64_t seed);

// q = value, or value - 128 where `is_uint8`.
std::vector<int8_t> ToStored(const reference::StoredValues& values,
                             bool is_uint8);
bool IsUint8(const tflite::Model& model, int tensor);

// Runs on random inputs; every output must be the walk's, bit for bit.
void ExpectMatchesReference(const std::string& bytes, uint64_t seed);

// The message of the error that the file gives; empty, and a failure, if it
// gives none.
std::string RefusalOf(const std::string& bytes);

}  // namespace octet::converter

#endif  // OCTET_TESTS_CONVERTER_TFLITE_QUANTIZED_CHECK_H_
