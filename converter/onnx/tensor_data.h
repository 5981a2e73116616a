// onnx::TensorProto -> numbers. Every encoding of the format is read: raw
// bytes, the typed fields, and bytes outside the file; of the types, those that
// weights and shapes come in.

#ifndef OCTET_CONVERTER_ONNX_TENSOR_DATA_H_
#define OCTET_CONVERTER_ONNX_TENSOR_DATA_H_

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "converter/ir/operators.h"
#include "octet/shape.h"
#include "octet/status.h"
#include "onnx/onnx.pb.h"

namespace octet::converter {

// A constant of an integer type (or bool): what shapes, axes and indices are
// computed from. Also an empty tensor of any type.
struct IntegerTensor {
  std::vector<int64_t> dims;        // empty: a scalar
  std::vector<int64_t> data;        // row-major, as many as the product of dims
  DataType type = DataType::INT64;  // or BOOL
};

struct FloatTensor {
  Shape shape;
  std::vector<float> data;
};

using TensorData = std::variant<FloatTensor, IntegerTensor>;

// The values of `tensor`. float16, bfloat16 and double become float, all
// integer types int64. `folder` is the model's (see external_data.h). Errors
// name the tensor: a type that cannot be read, a shape that a graph cannot hold
// or a number of elements that differs from the shape's, so that memory is
// never allocated for more than the bytes that are there.
Result<TensorData> ReadTensor(const onnx::TensorProto& tensor,
                              const std::string& folder);

// "float16" for 10, for messages.
std::string DataTypeName(int data_type);
// float, double, float16, bfloat16: types whose tensors become floats.
bool IsFloatType(int data_type);
// Integers and bool.
bool IsIntegerType(int data_type);
// What a value of that type becomes: FLOAT32, BOOL or INT64.
// REQUIRES: IsFloatType or IsIntegerType.
DataType GraphType(int data_type);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_ONNX_TENSOR_DATA_H_
