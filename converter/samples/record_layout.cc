#include "converter/samples/record_layout.h"

#include <charconv>
#include <cmath>
#include <string_view>
#include <system_error>

namespace octet::converter {
namespace {

constexpr int kMaxDimension = 1 << 20;
constexpr int64_t kMaxRecordBytes = int64_t{1} << 30;

// Reads a number that is all of `text`.
template <typename T>
bool ParseNumber(std::string_view text, T& number) {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && stop == end;
}

// "49x10x1"
bool ParseDimensions(std::string_view text, RecordLayout& layout) {
  const size_t first = text.find('x');
  if (first == text.npos) return false;
  const size_t second = text.find('x', first + 1);
  if (second == text.npos) return false;
  return ParseNumber(text.substr(0, first), layout.height) &&
         ParseNumber(text.substr(first + 1, second - first - 1),
                     layout.width) &&
         ParseNumber(text.substr(second + 1), layout.channels);
}

// False: the word has no meaning.
bool ParseWord(std::string_view word, RecordLayout& layout) {
  constexpr std::string_view kScale = "scale=";
  constexpr std::string_view kZeroPoint = "zero_point=";
  if (word == "label") {
    layout.has_label = true;
  } else if (word == "u8" || word == "i8") {
    layout.is_signed = word == "i8";
  } else if (word == "planar" || word == "interleaved") {
    layout.is_planar = word == "planar";
  } else if (word.starts_with(kScale)) {
    return ParseNumber(word.substr(kScale.size()), layout.scale);
  } else if (word.starts_with(kZeroPoint)) {
    return ParseNumber(word.substr(kZeroPoint.size()), layout.zero_point);
  } else {
    return ParseDimensions(word, layout);
  }
  return true;
}

}  // namespace

RecordLayout Cifar10Layout() {
  RecordLayout layout;
  layout.height = 32;
  layout.width = 32;
  layout.channels = 3;
  layout.has_label = true;
  layout.is_planar = true;
  return layout;
}

Status CheckRecordLayout(const RecordLayout& layout) {
  for (int dimension : {layout.height, layout.width, layout.channels}) {
    if (dimension < 1 || dimension > kMaxDimension) {
      return InvalidArgument(
          "records: give their dimensions as HEIGHTxWIDTHxCHANNELS, each from "
          "1 to " +
          std::to_string(kMaxDimension));
    }
  }
  const int64_t pixels = int64_t{layout.height} * layout.width;
  if (pixels > kMaxRecordBytes / layout.channels) {
    return InvalidArgument("records: more than 2^30 bytes each");
  }
  if (!std::isfinite(layout.scale) || layout.scale <= 0.0) {
    return InvalidArgument("records: scale must be finite and above 0");
  }
  const int lowest = layout.is_signed ? -128 : 0;
  if (layout.zero_point < lowest || layout.zero_point > lowest + 255) {
    return InvalidArgument("records: zero_point must be in the bytes' range, " +
                           std::to_string(lowest) + " to " +
                           std::to_string(lowest + 255));
  }
  return OkStatus();
}

Result<RecordLayout> ParseRecordLayout(const std::string& text) {
  RecordLayout layout;
  std::string_view rest = text;
  while (true) {
    const size_t comma = rest.find(',');
    const std::string_view word = rest.substr(0, comma);
    if (!ParseWord(word, layout)) {
      return InvalidArgument(
          "records '" + text + "': '" + std::string(word) +
          "' is none of HEIGHTxWIDTHxCHANNELS, label, u8, i8, planar, "
          "interleaved, scale=VALUE, zero_point=VALUE");
    }
    if (comma == rest.npos) break;
    rest.remove_prefix(comma + 1);
  }
  OCTET_RETURN_IF_ERROR(CheckRecordLayout(layout));
  return layout;
}

}  // namespace octet::converter
