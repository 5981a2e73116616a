// .tflite -> Graph.
//
// The format is channels-last, as the graph is, so that every operator becomes
// one node, or a few. Operators that cannot be imported are reported together,
// a line each:
//
//   model.tflite: operator 'conv1' (CONV_2D): the weights are not constant
//
// Weights that are stored as integers, or as half floats, are dequantized. What
// the file says of the integers is kept beside the graph: a network whose
// activations are integers becomes an .octet file that computes with the same
// ones (quantized_model.h).

#ifndef OCTET_CONVERTER_TFLITE_IMPORT_H_
#define OCTET_CONVERTER_TFLITE_IMPORT_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "converter/ir/graph.h"
#include "octet/status.h"

namespace octet::converter {

// How the file stores a value: real = scale * (q - zero_point). A uint8 is
// taken as q = value - 128, its zero point too, so that all are int8.
struct StoredAs {
  // Empty: floats. One entry; or, for constants alone, one for each index
  // along `axis`; then the zero point is 0.
  std::vector<float> scale;
  int32_t zero_point = 0;
  int32_t axis = 0;
  bool is_uint8 = false;
  // The q of a constant: int8, or int32 for a bias.
  std::vector<int32_t> values;
  // Of a computed value: its node, an Identity, is none. q becomes
  // table[q + 128], a function that was computed while importing.
  std::vector<int8_t> table;
  // Of a value that SOFTMAX computes of integers: what its input counts times.
  float beta = 1.0f;

  bool is_quantized() const { return !scale.empty(); }
};

struct TfliteImport {
  Graph graph;
  std::vector<StoredAs> stored;  // one for each value of the graph
  // Whether operators compute with integers: the file was quantized when it was
  // made. Otherwise the graph is an FP32 network like any other.
  bool is_quantized = false;
};

struct TfliteImportOptions {
  // Other shapes of inputs than the file's, by name, of as many dimensions. The
  // shapes of all other activations then follow from operator to operator, as
  // in an interpreter whose inputs are resized: what the file holds as
  // constants (a RESHAPE's or a RESIZE_BILINEAR's sizes, say) stays.
  std::map<std::string, Shape> shapes;
};

// `name` stands for the file in messages. Errors: kInvalidModel (the file
// breaks a rule of its format), kUnsupported (valid, but Octet cannot do it).
Result<TfliteImport> ImportTflite(std::string_view bytes,
                                  const std::string& name,
                                  const TfliteImportOptions& options = {});

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_TFLITE_IMPORT_H_
