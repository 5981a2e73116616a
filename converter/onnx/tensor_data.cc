#include "converter/onnx/tensor_data.h"

#include <bit>
#include <cstring>
#include <string_view>
#include <utility>

#include "converter/ir/half_float.h"
#include "converter/ir/shape_arguments.h"
#include "converter/onnx/external_data.h"

namespace octet::converter {
namespace {

using onnx::TensorProto;

// Values are little-endian in the file, as on every machine that this builds
// for.
static_assert(std::endian::native == std::endian::little);

float Bfloat16ToFloat(uint16_t bits) {
  return std::bit_cast<float>(uint32_t{bits} << 16);
}

template <typename Stored, typename Number, typename Convert>
Status DecodeRaw(std::string_view bytes, size_t count, Convert convert,
                 std::vector<Number>& numbers) {
  if (bytes.size() % sizeof(Stored) != 0 ||
      bytes.size() / sizeof(Stored) != count) {
    return InvalidModel("holds " + std::to_string(bytes.size()) +
                        " bytes for " + std::to_string(count) + " elements");
  }
  numbers.resize(count);
  for (size_t i = 0; i < count; ++i) {
    Stored stored;
    std::memcpy(&stored, bytes.data() + i * sizeof(Stored), sizeof(Stored));
    numbers[i] = convert(stored);
  }
  return OkStatus();
}

template <typename Field, typename Number, typename Convert>
Status DecodeField(const Field& field, size_t count, Convert convert,
                   std::vector<Number>& numbers) {
  if (static_cast<size_t>(field.size()) != count) {
    return InvalidModel("holds " + std::to_string(field.size()) +
                        " values for " + std::to_string(count) + " elements");
  }
  numbers.reserve(count);
  for (const auto& stored : field) numbers.push_back(convert(stored));
  return OkStatus();
}

// Where a tensor's elements lie: raw bytes, or the typed fields.
struct Source {
  const TensorProto& tensor;
  bool is_raw;
  std::string_view raw;
  size_t count;

  // Elements are `Stored` in raw bytes and lie in `field` otherwise.
  template <typename Stored, typename Field, typename Number, typename Convert>
  Status Decode(const Field& field, Convert convert,
                std::vector<Number>& numbers) const {
    if (is_raw) return DecodeRaw<Stored>(raw, count, convert, numbers);
    return DecodeField(
        field, count,
        [&](auto stored) { return convert(static_cast<Stored>(stored)); },
        numbers);
  }
};

Status DecodeFloats(const Source& source, std::vector<float>& out) {
  const TensorProto& tensor = source.tensor;
  switch (tensor.data_type()) {
    case TensorProto::FLOAT:
      return source.Decode<float>(
          tensor.float_data(), [](float x) { return x; }, out);
    case TensorProto::DOUBLE:
      // A double beyond float's range becomes infinite.
      return source.Decode<double>(
          tensor.double_data(),
          [](double x) {
            constexpr double kMax = std::numeric_limits<float>::max();
            if (std::abs(x) > kMax) x = std::copysign(HUGE_VAL, x);
            return static_cast<float>(x);
          },
          out);
    case TensorProto::FLOAT16:
      return source.Decode<uint16_t>(tensor.int32_data(), HalfToFloat, out);
    default:
      return source.Decode<uint16_t>(tensor.int32_data(), Bfloat16ToFloat, out);
  }
}

Status DecodeIntegers(const Source& source, std::vector<int64_t>& out) {
  const TensorProto& tensor = source.tensor;
  const auto widen = [](auto x) { return static_cast<int64_t>(x); };
  switch (tensor.data_type()) {
    case TensorProto::INT64:
      return source.Decode<int64_t>(tensor.int64_data(), widen, out);
    case TensorProto::INT32:
      return source.Decode<int32_t>(tensor.int32_data(), widen, out);
    case TensorProto::INT16:
      return source.Decode<int16_t>(tensor.int32_data(), widen, out);
    case TensorProto::UINT16:
      return source.Decode<uint16_t>(tensor.int32_data(), widen, out);
    case TensorProto::INT8:
      return source.Decode<int8_t>(tensor.int32_data(), widen, out);
    case TensorProto::UINT32:
      return source.Decode<uint32_t>(tensor.uint64_data(), widen, out);
    case TensorProto::UINT64:
      return source.Decode<uint64_t>(tensor.uint64_data(), widen, out);
    default:  // UINT8 and BOOL
      return source.Decode<uint8_t>(tensor.int32_data(), widen, out);
  }
}

// The product of the dimensions, which may be 0. Bounded, so that it cannot
// overflow.
Result<size_t> CountElements(const TensorProto& tensor) {
  constexpr uint64_t kMax = uint64_t{1} << 31;
  uint64_t count = 1;
  for (int64_t dim : tensor.dims()) {
    if (dim < 0) return InvalidModel("has a negative dimension");
    if (static_cast<uint64_t>(dim) > kMax) {
      return InvalidModel("has a dimension above 2^31");
    }
    count *= static_cast<uint64_t>(dim);
    if (count > kMax) return InvalidModel("has more than 2^31 elements");
  }
  return static_cast<size_t>(count);
}

Result<TensorData> ReadUnnamedTensor(const TensorProto& tensor,
                                     const std::string& folder) {
  if (tensor.has_segment()) return Unsupported("is stored in segments");
  const bool is_float = IsFloatType(tensor.data_type());
  if (!is_float && !IsIntegerType(tensor.data_type())) {
    return Unsupported("has the type " + DataTypeName(tensor.data_type()));
  }
  OCTET_ASSIGN_OR_RETURN(const size_t count, CountElements(tensor));
  Source source{tensor, tensor.has_raw_data(), tensor.raw_data(), count};
  std::string external;
  if (tensor.data_location() == TensorProto::EXTERNAL) {
    OCTET_ASSIGN_OR_RETURN(external, ReadExternalData(folder, tensor));
    source.is_raw = true;
    source.raw = external;
  }
  const std::vector<int64_t> dims(tensor.dims().begin(), tensor.dims().end());
  if (is_float && count > 0) {
    FloatTensor floats;
    OCTET_ASSIGN_OR_RETURN(floats.shape, ToShape(dims));
    OCTET_RETURN_IF_ERROR(DecodeFloats(source, floats.data));
    return TensorData(std::move(floats));
  }
  IntegerTensor integers{dims, {}};
  if (!is_float) integers.type = GraphType(tensor.data_type());
  if (count == 0) return TensorData(std::move(integers));
  OCTET_RETURN_IF_ERROR(DecodeIntegers(source, integers.data));
  return TensorData(std::move(integers));
}

}  // namespace

Result<TensorData> ReadTensor(const TensorProto& tensor,
                              const std::string& folder) {
  Result<TensorData> data = ReadUnnamedTensor(tensor, folder);
  if (data.ok()) return data;
  return data.status().WithContext("tensor '" + tensor.name() + "'");
}

std::string DataTypeName(int data_type) {
  static constexpr const char* kNames[] = {
      "undefined", "float",  "uint8",     "int8",       "uint16",  "int16",
      "int32",     "int64",  "string",    "bool",       "float16", "double",
      "uint32",    "uint64", "complex64", "complex128", "bfloat16"};
  if (data_type >= 0 && data_type < static_cast<int>(std::size(kNames))) {
    return kNames[data_type];
  }
  return "type number " + std::to_string(data_type);
}

bool IsFloatType(int data_type) {
  return data_type == TensorProto::FLOAT || data_type == TensorProto::DOUBLE ||
         data_type == TensorProto::FLOAT16 ||
         data_type == TensorProto::BFLOAT16;
}

bool IsIntegerType(int data_type) {
  switch (data_type) {
    case TensorProto::INT64:
    case TensorProto::INT32:
    case TensorProto::INT16:
    case TensorProto::UINT16:
    case TensorProto::INT8:
    case TensorProto::UINT8:
    case TensorProto::UINT32:
    case TensorProto::UINT64:
    case TensorProto::BOOL:
      return true;
    default:
      return false;
  }
}

DataType GraphType(int data_type) {
  if (IsFloatType(data_type)) return DataType::FLOAT32;
  return data_type == TensorProto::BOOL ? DataType::BOOL : DataType::INT64;
}

}  // namespace octet::converter
