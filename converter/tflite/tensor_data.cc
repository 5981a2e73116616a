#include "converter/tflite/tensor_data.h"

#include <bit>
#include <cstring>
#include <string>

#include "converter/ir/half_float.h"

namespace octet::converter {
namespace {

using tflite::TensorType;

// Numbers are little-endian in the file, as on every machine that this builds
// for.
static_assert(std::endian::native == std::endian::little);

// Calls use(element) for each element of a constant of Stored numbers.
template <typename Stored, typename Use>
void ForEachElement(const TfliteTensor& tensor, Use use) {
  for (size_t at = 0; at < tensor.data.size(); at += sizeof(Stored)) {
    Stored element;
    std::memcpy(&element, tensor.data.data() + at, sizeof(Stored));
    use(element);
  }
}

template <typename Stored, typename Convert>
std::vector<float> ToFloats(const TfliteTensor& tensor, Convert convert) {
  std::vector<float> floats;
  floats.reserve(tensor.data.size() / sizeof(Stored));
  ForEachElement<Stored>(tensor, [&](Stored element) {
    floats.push_back(static_cast<float>(convert(element)));
  });
  return floats;
}

std::string TypeName(TensorType type) {
  const std::string name = tflite::EnumNameTensorType(type);
  return name.empty() ? "type " + std::to_string(static_cast<int>(type)) : name;
}

// In q - 128 for uint8; biases have none.
Result<int32_t> ReadZeroPoint(const TfliteTensor& tensor) {
  const int64_t stored = tensor.zero_point[0];
  int64_t low = 0;
  int64_t high = 0;
  int64_t bias = 0;
  if (tensor.type == TensorType::INT8) {
    low = -128;
    high = 127;
  } else if (tensor.type == TensorType::UINT8) {
    high = 255;
    bias = 128;
  }
  if (stored < low || stored > high) {
    return InvalidModel("the zero point " + std::to_string(stored) +
                        " is out of range");
  }
  for (const int64_t other : tensor.zero_point) {
    if (other == stored && (tensor.scale.size() == 1 || other == bias)) {
      continue;
    }
    return Unsupported(
        "zero points of single channels are supported only where they are 0");
  }
  return static_cast<int32_t>(stored - bias);
}

void AppendValues(const TfliteTensor& tensor, std::vector<int32_t>* values) {
  const auto append = [values](auto element) { values->push_back(element); };
  if (tensor.type == TensorType::INT8) {
    ForEachElement<int8_t>(tensor, append);
  } else if (tensor.type == TensorType::UINT8) {
    ForEachElement<uint8_t>(
        tensor, [&](uint8_t element) { values->push_back(element - 128); });
  } else {
    ForEachElement<int32_t>(tensor, append);
  }
}

// scale * (q - zero_point) of each q, in single precision.
std::vector<float> Dequantize(const Shape& shape, const StoredAs& stored) {
  size_t stride = stored.values.size();
  size_t channels = 1;
  if (stored.scale.size() > 1) {
    channels = stored.scale.size();
    stride = 1;
    for (int axis = stored.axis + 1; axis < shape.rank; ++axis) {
      stride *= size_t(shape[axis]);
    }
  }
  std::vector<float> floats;
  floats.reserve(stored.values.size());
  for (size_t i = 0; i < stored.values.size(); ++i) {
    const int64_t steps = int64_t{stored.values[i]} - stored.zero_point;
    floats.push_back(static_cast<float>(
        static_cast<double>(steps) *
        static_cast<double>(stored.scale[i / stride % channels])));
  }
  return floats;
}

}  // namespace

DataType GraphType(const TfliteTensor& tensor) {
  switch (tensor.type) {
    case TensorType::INT32:
    case TensorType::INT64:
      return DataType::INT64;
    case TensorType::BOOL:
      return DataType::BOOL;
    default:
      return DataType::FLOAT32;
  }
}

Result<StoredAs> ReadStoredAs(const TfliteTensor& tensor) {
  StoredAs stored;
  const bool is_int8 =
      tensor.type == TensorType::INT8 || tensor.type == TensorType::UINT8;
  const bool is_bias = tensor.type == TensorType::INT32 && tensor.is_constant();
  if (!is_int8 && !is_bias) {
    if (tensor.is_constant() || tensor.type == TensorType::FLOAT32 ||
        GraphType(tensor) != DataType::FLOAT32) {
      return stored;
    }
    return Unsupported("a computed tensor of type " + TypeName(tensor.type) +
                       " is not supported");
  }
  if (tensor.scale.empty()) {
    if (is_bias) {
      AppendValues(tensor, &stored.values);
      return stored;
    }
    return Unsupported("'" + tensor.name + "' of type " +
                       TypeName(tensor.type) + " has no scale");
  }
  if (!tensor.is_constant() && tensor.scale.size() > 1) {
    return Unsupported("'" + tensor.name +
                       "' is computed and has more than one scale");
  }
  OCTET_ASSIGN_OR_RETURN(stored.zero_point, ReadZeroPoint(tensor));
  stored.scale = tensor.scale;
  stored.axis = tensor.axis;
  stored.is_uint8 = tensor.type == TensorType::UINT8;
  if (tensor.is_constant()) AppendValues(tensor, &stored.values);
  return stored;
}

Result<std::vector<float>> ReadFloats(const TfliteTensor& tensor,
                                      const StoredAs& stored) {
  if (stored.is_quantized()) return Dequantize(tensor.shape, stored);
  const auto same = [](auto element) { return element; };
  switch (tensor.type) {
    case TensorType::FLOAT32:
      return ToFloats<float>(tensor, same);
    case TensorType::FLOAT64:
      return ToFloats<double>(tensor, same);
    case TensorType::FLOAT16:
      return ToFloats<uint16_t>(tensor, HalfToFloat);
    case TensorType::INT32:
      return ToFloats<int32_t>(tensor, same);
    case TensorType::INT64:
      return ToFloats<int64_t>(tensor, same);
    default:
      return Unsupported("a constant of type " + TypeName(tensor.type) +
                         " is not supported");
  }
}

Result<std::vector<int64_t>> ReadIntegers(const TfliteTensor& tensor) {
  std::vector<int64_t> values;
  const auto append = [&values](auto element) { values.push_back(element); };
  if (tensor.type == TensorType::INT32) {
    ForEachElement<int32_t>(tensor, append);
  } else if (tensor.type == TensorType::INT64) {
    ForEachElement<int64_t>(tensor, append);
  } else if (tensor.type == TensorType::BOOL) {
    ForEachElement<uint8_t>(tensor, append);
  } else {
    return InvalidModel("has type " + TypeName(tensor.type) +
                        " instead of INT32, INT64 or BOOL");
  }
  return values;
}

}  // namespace octet::converter
