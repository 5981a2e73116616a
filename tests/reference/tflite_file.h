// Runs a quantized .tflite file as it stands, operator by operator, written
// from that format's published arithmetic: scales from the file, values as the
// file stores them (uint8 as 0 ... 255), exact integers. It shares nothing with
// the converter, the engine and the kernels but the format's field numbers.

#ifndef OCTET_TESTS_REFERENCE_TFLITE_FILE_H_
#define OCTET_TESTS_REFERENCE_TFLITE_FILE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "converter/tflite/tflite_generated.h"

namespace octet::reference {

// Values of one tensor, as stored.
using StoredValues = std::vector<int64_t>;

enum class TfliteArithmetic {
  kPublished,  // fixed-point multipliers, which round twice
  // Real numbers, rounded once where a layer, a sum or a Softmax stores them:
  // what engines compute that turn int8 into floats.
  kReal,
};

// The values of every tensor of the first subgraph after a run; empty for
// tensors of floats. `inputs` are those of the graph, in order. Ends the
// program where an operator is not written here. REQUIRES: a file that
// ImportTflite accepts and that is quantized.
std::vector<StoredValues> RunTfliteFile(
    const tflite::Model& model, const std::vector<StoredValues>& inputs,
    TfliteArithmetic arithmetic = TfliteArithmetic::kPublished);

}  // namespace octet::reference

#endif  // OCTET_TESTS_REFERENCE_TFLITE_FILE_H_
