#include "engine/image/npy.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

namespace octet {
namespace {

static_assert(std::endian::native == std::endian::little);

template <typename T>
std::vector<float> ConvertFrom(std::span<const uint8_t> bytes) {
  std::vector<float> values(bytes.size() / sizeof(T));
  for (size_t i = 0; i < values.size(); ++i) {
    T element;
    std::memcpy(&element, bytes.data() + i * sizeof(T), sizeof(T));
    values[i] = float(element);
  }
  return values;
}

// REQUIRES: a dtype of NpyItemSize's list.
std::vector<float> ConvertToFloats(const std::string& dtype,
                                   std::span<const uint8_t> bytes) {
  if (dtype == "f4") return ConvertFrom<float>(bytes);
  if (dtype == "f8") return ConvertFrom<double>(bytes);
  if (dtype == "i1") return ConvertFrom<int8_t>(bytes);
  if (dtype == "i2") return ConvertFrom<int16_t>(bytes);
  if (dtype == "u2") return ConvertFrom<uint16_t>(bytes);
  if (dtype == "i4") return ConvertFrom<int32_t>(bytes);
  if (dtype == "i8") return ConvertFrom<int64_t>(bytes);
  return ConvertFrom<uint8_t>(bytes);  // u1, b1
}

}  // namespace

NpyArray NpyArray::FromFloats(std::vector<int64_t> shape,
                              std::span<const float> values) {
  NpyArray array{"f4", std::move(shape), {}};
  array.data.resize(values.size_bytes());
  if (!values.empty()) {
    std::memcpy(array.data.data(), values.data(), values.size_bytes());
  }
  return array;
}

std::vector<float> NpyArray::ToFloat() const {
  return ConvertToFloats(dtype, data);
}

NpyFile::NpyFile(std::shared_ptr<const InputFile> file, NpyHeader header,
                 int64_t data_begin, std::string name)
    : file_(std::move(file)),
      header_(std::move(header)),
      data_begin_(data_begin),
      name_(std::move(name)) {}

Result<NpyFile> NpyFile::Open(const std::string& path) {
  OCTET_ASSIGN_OR_RETURN(InputFile file, InputFile::Open(path));
  const int64_t size = file.size();
  return OpenInside(std::make_shared<const InputFile>(std::move(file)), 0, size,
                    path);
}

Result<NpyFile> NpyFile::OpenInside(std::shared_ptr<const InputFile> file,
                                    int64_t begin, int64_t size,
                                    std::string name) {
  std::vector<uint8_t> bytes(size_t(std::min(size, kMaxNpyHeaderBytes)));
  OCTET_RETURN_IF_ERROR(file->ReadAt(begin, bytes));
  Result<NpyHeader> header = ParseNpyHeader(bytes);
  if (!header.ok()) return header.status().WithContext(name);
  const int64_t expected = header->num_elements() * NpyItemSize(header->dtype);
  const int64_t actual = size - header->data_begin;
  if (actual != expected) {
    return InvalidArgument(name + ": damaged .npy: " + std::to_string(actual) +
                           " bytes of elements where its shape says " +
                           std::to_string(expected));
  }
  const int64_t data_begin = begin + header->data_begin;
  return NpyFile(std::move(file), *std::move(header), data_begin,
                 std::move(name));
}

Result<std::vector<float>> NpyFile::ReadFloats(int64_t first,
                                               int64_t count) const {
  const int64_t item_size = NpyItemSize(dtype());
  std::vector<uint8_t> bytes(size_t(count * item_size));
  OCTET_RETURN_IF_ERROR(file_->ReadAt(data_begin_ + first * item_size, bytes));
  return ConvertToFloats(dtype(), bytes);
}

Result<NpyArray> NpyFile::ReadAll() const {
  NpyArray array{dtype(), shape(), {}};
  array.data.resize(size_t(num_elements() * NpyItemSize(dtype())));
  OCTET_RETURN_IF_ERROR(file_->ReadAt(data_begin_, array.data));
  return array;
}

Result<NpyArray> ReadNpy(const std::string& path) {
  OCTET_ASSIGN_OR_RETURN(const NpyFile file, NpyFile::Open(path));
  return file.ReadAll();
}

Status WriteNpy(const std::string& path, const NpyArray& array) {
  const NpyHeader header{array.dtype, array.shape, 0};
  const int64_t item_size = NpyItemSize(array.dtype);
  if (item_size == 0 ||
      header.num_elements() * item_size != int64_t(array.data.size())) {
    return InvalidArgument(path + ": the array's type '" + array.dtype +
                           "' or its number of bytes is wrong");
  }
  std::vector<uint8_t> bytes = MakeNpyHeader(array.dtype, array.shape);
  bytes.insert(bytes.end(), array.data.begin(), array.data.end());
  return WriteFileAtomically(path, bytes);
}

}  // namespace octet
