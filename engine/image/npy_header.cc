#include "engine/image/npy_header.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

namespace octet {
namespace {

constexpr char kMagic[] = "\x93NUMPY";
constexpr size_t kMagicBytes = 6;
constexpr int64_t kAlignment = 64;

struct NpyType {
  const char* dtype;
  int item_size;
};

constexpr NpyType kNpyTypes[] = {
    {"f4", 4}, {"f8", 8}, {"i1", 1}, {"u1", 1}, {"i2", 2},
    {"u2", 2}, {"i4", 4}, {"i8", 8}, {"b1", 1},
};

// Reads the Python dictionary of the header, left to right.
class HeaderText {
 public:
  explicit HeaderText(std::string_view text) : rest_(text) {}

  // Skips blanks, then `character` if it comes next.
  bool Skip(char character) {
    SkipBlanks();
    if (rest_.empty() || rest_.front() != character) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool SkipWord(std::string_view word) {
    SkipBlanks();
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  // 'text' or "text", without escapes.
  std::optional<std::string> ReadString() {
    const char quote = Skip('\'') ? '\'' : Skip('"') ? '"' : '\0';
    const size_t end = rest_.find(quote);
    if (quote == '\0' || end == rest_.npos) return std::nullopt;
    std::string text(rest_.substr(0, end));
    rest_.remove_prefix(end + 1);
    return text;
  }

  std::optional<bool> ReadBool() {
    if (SkipWord("True")) return true;
    if (SkipWord("False")) return false;
    return std::nullopt;
  }

  // A whole number from 0 to 2^62.
  std::optional<int64_t> ReadSize() {
    SkipBlanks();
    if (rest_.empty() || !IsDigit(rest_.front())) return std::nullopt;
    int64_t size = 0;
    while (!rest_.empty() && IsDigit(rest_.front())) {
      if (size > (int64_t{1} << 58)) return std::nullopt;
      size = 10 * size + (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    return size;
  }

  // (), (3,) or (3, 224)
  std::optional<std::vector<int64_t>> ReadShape() {
    std::vector<int64_t> shape;
    if (!Skip('(')) return std::nullopt;
    while (!Skip(')')) {
      const std::optional<int64_t> size = ReadSize();
      if (!size) return std::nullopt;
      shape.push_back(*size);
      if (!Skip(',')) {
        if (!Skip(')')) return std::nullopt;
        break;
      }
    }
    return shape;
  }

 private:
  static bool IsDigit(char c) { return c >= '0' && c <= '9'; }

  void SkipBlanks() {
    const size_t begin = rest_.find_first_not_of(" \t\n");
    rest_.remove_prefix(begin == rest_.npos ? rest_.size() : begin);
  }

  std::string_view rest_;
};

Status Damaged(const char* what) {
  return InvalidArgument(std::string("damaged .npy: ") + what);
}

// The dtype of a 'descr' such as "<f4" or "|u1".
Result<std::string> ParseType(const std::string& descr) {
  const bool little_endian =
      !descr.empty() && (descr[0] == '<' || descr[0] == '|');
  const std::string dtype = descr.empty() ? "" : descr.substr(1);
  if (!little_endian || NpyItemSize(dtype) == 0) {
    return Unsupported(".npy with elements of type '" + descr +
                       "'; save it with array.astype('<f4')");
  }
  return dtype;
}

Result<NpyHeader> ParseDictionary(HeaderText text) {
  std::optional<std::string> descr;
  std::optional<bool> fortran_order;
  std::optional<std::vector<int64_t>> shape;
  if (!text.Skip('{')) return Damaged("no dictionary in the header");
  while (!text.Skip('}')) {
    const std::optional<std::string> key = text.ReadString();
    if (!key || !text.Skip(':')) return Damaged("a key is missing");
    if (*key == "descr") {
      descr = text.ReadString();
      if (!descr) {
        return Unsupported(
            ".npy with records for elements; save one field of them");
      }
    } else if (*key == "fortran_order") {
      fortran_order = text.ReadBool();
      if (!fortran_order) return Damaged("the order cannot be read");
    } else if (*key == "shape") {
      shape = text.ReadShape();
      if (!shape) return Damaged("the shape cannot be read");
    } else {
      return Damaged("unknown key in the header");
    }
    if (!text.Skip(',')) {
      if (!text.Skip('}')) return Damaged("the header does not end");
      break;
    }
  }
  if (!descr || !fortran_order || !shape) {
    return Damaged("type, order or shape is missing in the header");
  }
  if (*fortran_order) {
    return Unsupported(
        ".npy in Fortran order; save it with numpy.ascontiguousarray(array)");
  }
  NpyHeader header;
  OCTET_ASSIGN_OR_RETURN(header.dtype, ParseType(*descr));
  header.shape = *std::move(shape);
  return header;
}

// Errors where the size of the data in bytes does not fit int64.
Status CheckSize(const NpyHeader& header) {
  int64_t most =
      std::numeric_limits<int64_t>::max() / NpyItemSize(header.dtype);
  for (int64_t size : header.shape) {
    if (size > most) return Damaged("the shape is too large");
    most /= std::max<int64_t>(size, 1);
  }
  return OkStatus();
}

}  // namespace

int64_t NpyHeader::num_elements() const {
  int64_t product = 1;
  for (int64_t size : shape) product *= size;
  return product;
}

int NpyItemSize(const std::string& dtype) {
  for (const NpyType& type : kNpyTypes) {
    if (dtype == type.dtype) return type.item_size;
  }
  return 0;
}

Result<NpyHeader> ParseNpyHeader(std::span<const uint8_t> bytes) {
  if (bytes.size() < kMagicBytes ||
      std::memcmp(bytes.data(), kMagic, kMagicBytes) != 0) {
    return InvalidArgument("is not a .npy file");
  }
  if (bytes.size() < kMagicBytes + 6) return Damaged("it ends too early");
  const int version = bytes[kMagicBytes];
  if (version < 1 || version > 3) {
    return Unsupported(".npy of version " + std::to_string(version));
  }
  const uint8_t* length_bytes = bytes.data() + kMagicBytes + 2;
  uint64_t length = length_bytes[0] | uint64_t{length_bytes[1]} << 8;
  size_t begin = kMagicBytes + 4;
  if (version > 1) {
    length |= uint64_t{length_bytes[2]} << 16 | uint64_t{length_bytes[3]} << 24;
    begin += 2;
  }
  if (length > bytes.size() - begin) return Damaged("it ends too early");
  const std::string_view text(
      reinterpret_cast<const char*>(bytes.data()) + begin, size_t(length));
  OCTET_ASSIGN_OR_RETURN(NpyHeader header, ParseDictionary(HeaderText(text)));
  OCTET_RETURN_IF_ERROR(CheckSize(header));
  header.data_begin = int64_t(begin) + int64_t(length);
  return header;
}

std::vector<uint8_t> MakeNpyHeader(const std::string& dtype,
                                   const std::vector<int64_t>& shape) {
  const char order = NpyItemSize(dtype) == 1 ? '|' : '<';
  std::string text = std::string("{'descr': '") + order + dtype +
                     "', 'fortran_order': False, 'shape': (";
  for (int64_t size : shape) text += std::to_string(size) + ", ";
  // (3,) has a comma and (3, 4) has none at the end.
  if (shape.size() > 1) text.resize(text.size() - 2);
  if (shape.size() == 1) text.resize(text.size() - 1);
  text += "), }";
  const int64_t begin = int64_t(kMagicBytes) + 4;
  const int64_t end = (begin + int64_t(text.size()) + 1 + kAlignment - 1) /
                      kAlignment * kAlignment;
  text.resize(size_t(end - begin - 1), ' ');
  text += '\n';
  text = std::string(kMagic) + '\1' + '\0' + char(text.size() & 0xff) +
         char(text.size() >> 8) + text;
  return std::vector<uint8_t>(text.begin(), text.end());
}

}  // namespace octet
