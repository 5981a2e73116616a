#include "engine/command/json_text.h"

#include <cstdint>
#include <cstdio>

namespace octet::command {
namespace {

// How many bytes at the front of `text` are one character of UTF-8; 0 where
// they are none: cut off, overlong, a surrogate, or above U+10FFFF.
size_t CharacterLength(std::string_view text) {
  const auto byte = [&](size_t i) -> uint32_t {
    return i < text.size() ? static_cast<uint8_t>(text[i]) : 0;
  };
  const uint32_t first = byte(0);
  if (first < 0x80) return 1;
  const size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  uint32_t character = first & (0x7Fu >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
    character = character << 6 | (byte(i) & 0x3F);
  }
  constexpr uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool valid = (first & 0xC0) == 0xC0 && first < 0xF8 &&
                     character >= kSmallest[length] && character <= 0x10FFFF &&
                     (character < 0xD800 || character > 0xDFFF);
  return valid ? length : 0;
}

}  // namespace

std::string JsonString(std::string_view text) {
  std::string json = "\"";
  while (!text.empty()) {
    const size_t length = CharacterLength(text);
    const unsigned char first = static_cast<unsigned char>(text[0]);
    if (length == 0) {
      json += "\\ufffd";
    } else if (first < 0x20) {
      char escaped[8];
      std::snprintf(escaped, sizeof(escaped), "\\u%04x", unsigned{first});
      json += escaped;
    } else {
      if (first == '"' || first == '\\') json += '\\';
      json += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return json + '"';
}

}  // namespace octet::command
