// DataType: what the values of a tensor are.

#ifndef OCTET_DATA_TYPE_H_
#define OCTET_DATA_TYPE_H_

#include <cstddef>
#include <cstdint>

namespace octet {

// The numbers are those of the .octet file.
enum class DataType : uint8_t {
  kInt8 = 0,  // q, which stands for scale * (q - zero_point)
  kUint8 = 1,
  kInt32 = 3,
  kFloat32 = 4,
  kInt64 = 5,
  kBool = 6,  // a byte, 0 or 1
};

// Bytes of one value.
constexpr size_t ElementSize(DataType type) {
  switch (type) {
    case DataType::kInt8:
    case DataType::kUint8:
    case DataType::kBool:
      return 1;
    case DataType::kInt32:
    case DataType::kFloat32:
      return 4;
    case DataType::kInt64:
      return 8;
  }
  return 0;
}

// "FLOAT32"
constexpr const char* DataTypeName(DataType type) {
  switch (type) {
    case DataType::kInt8:
      return "INT8";
    case DataType::kUint8:
      return "UINT8";
    case DataType::kInt32:
      return "INT32";
    case DataType::kFloat32:
      return "FLOAT32";
    case DataType::kInt64:
      return "INT64";
    case DataType::kBool:
      return "BOOL";
  }
  return "unknown";
}

}  // namespace octet

#endif  // OCTET_DATA_TYPE_H_
