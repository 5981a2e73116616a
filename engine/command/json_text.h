// Text as JSON writes it.

#ifndef OCTET_ENGINE_COMMAND_JSON_TEXT_H_
#define OCTET_ENGINE_COMMAND_JSON_TEXT_H_

#include <string>
#include <string_view>

namespace octet::command {

// A JSON string, quotes included. Bytes that are not UTF-8, as a file's names
// may hold, become U+FFFD.
std::string JsonString(std::string_view text);

}  // namespace octet::command

#endif  // OCTET_ENGINE_COMMAND_JSON_TEXT_H_
