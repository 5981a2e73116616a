#include "converter/command/vary_option.h"

#include <cstdio>
#include <utility>

#include "octet/shape.h"

namespace octet::converter {
namespace {

// Reads a dimension from `*text` on and moves it behind; false if there is
// none.
bool ParseRange(const char** text, SizeRange* range) {
  int length = 0;
  if (std::sscanf(*text, "%9d%n", &range->minimum, &length) != 1) return false;
  *text += length;
  range->maximum = range->minimum;
  length = 0;
  if (std::sscanf(*text, "..%9d%n", &range->maximum, &length) == 1) {
    *text += length;
    length = 0;
    if (std::sscanf(*text, "/%9d%n", &range->step, &length) == 1) {
      *text += length;
    }
  }
  return range->minimum >= 1 && range->step >= 1 &&
         range->maximum >= range->minimum &&
         (range->maximum - range->minimum) % range->step == 0;
}

}  // namespace

Result<std::map<std::string, std::vector<SizeRange>>> ParseVary(
    const std::vector<std::string>& texts) {
  std::map<std::string, std::vector<SizeRange>> result;
  for (const std::string& text : texts) {
    const Status error = InvalidArgument(
        "--vary " + text +
        ": expected input=1..8,3,32..640/32,32..640/32: a size, or the least "
        "and the largest with whole steps between them, for each dimension");
    const size_t equals = text.rfind('=');
    if (equals == std::string::npos || equals == 0) return error;
    std::vector<SizeRange> ranges;
    const char* rest = text.c_str() + equals;
    while (*rest == '=' || *rest == ',') {
      ++rest;
      SizeRange range;
      if (ranges.size() == size_t{kMaxRank} || !ParseRange(&rest, &range)) {
        return error;
      }
      ranges.push_back(range);
    }
    if (*rest != '\0') return error;
    result.insert({text.substr(0, equals), std::move(ranges)});
  }
  return result;
}

}  // namespace octet::converter
