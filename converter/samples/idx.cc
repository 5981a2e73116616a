#include "converter/samples/idx.h"

namespace octet::converter {
namespace {

constexpr uint8_t kUnsignedByte = 8;
constexpr int kMaxIdxRank = 4;

}  // namespace

bool IsIdx(const InputFile& file) {
  uint8_t magic[4];
  return file.size() >= 4 && file.ReadAt(0, magic).ok() && magic[0] == 0 &&
         magic[1] == 0 && magic[2] >= kUnsignedByte && magic[2] <= 14 &&
         magic[3] >= 1 && magic[3] <= kMaxIdxRank;
}

Result<IdxHeader> ReadIdxHeader(const InputFile& file) {
  if (!IsIdx(file))
    return InvalidArgument(file.path() + ": is not an IDX file");
  uint8_t magic[4];
  OCTET_RETURN_IF_ERROR(file.ReadAt(0, magic));
  if (magic[2] != kUnsignedByte) {
    return Unsupported(file.path() +
                       ": IDX of another type than unsigned bytes");
  }
  IdxHeader header;
  header.data_begin = 4;
  int64_t room = file.size();
  int64_t num_elements = 1;
  for (int axis = 0; axis < magic[3]; ++axis, header.data_begin += 4) {
    uint8_t bytes[4];
    OCTET_RETURN_IF_ERROR(file.ReadAt(header.data_begin, bytes));
    const int64_t size =
        int64_t{bytes[0]} << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3];
    // Keeps the product small enough whatever the dimensions are.
    if (size == 0 || size > room) {
      return InvalidArgument(file.path() + ": damaged IDX: dimension " +
                             std::to_string(axis) + " is " +
                             std::to_string(size));
    }
    room /= size;
    num_elements *= size;
    header.shape.push_back(size);
  }
  if (file.size() - header.data_begin != num_elements) {
    return InvalidArgument(file.path() + ": damaged IDX: " +
                           std::to_string(file.size() - header.data_begin) +
                           " bytes of elements where its shape says " +
                           std::to_string(num_elements));
  }
  return header;
}

Result<std::vector<int>> ReadIdxLabels(const std::string& path) {
  OCTET_ASSIGN_OR_RETURN(const InputFile file, InputFile::Open(path));
  OCTET_ASSIGN_OR_RETURN(const IdxHeader header, ReadIdxHeader(file));
  if (header.shape.size() != 1) {
    return InvalidArgument(path + ": labels must have one dimension");
  }
  std::vector<uint8_t> bytes(size_t(header.shape[0]));
  OCTET_RETURN_IF_ERROR(file.ReadAt(header.data_begin, bytes));
  return std::vector<int>(bytes.begin(), bytes.end());
}

}  // namespace octet::converter
