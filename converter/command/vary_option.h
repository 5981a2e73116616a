// The option --vary input=1..8,3,32..640/32,32..640/32.

#ifndef OCTET_CONVERTER_COMMAND_VARY_OPTION_H_
#define OCTET_CONVERTER_COMMAND_VARY_OPTION_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "octet/status.h"

namespace octet::converter {

// The sizes minimum, minimum + step ... maximum of a dimension; a fixed one has
// a single size.
struct SizeRange {
  int32_t minimum = 1;
  int32_t maximum = 1;
  int32_t step = 1;

  bool varies() const { return minimum < maximum; }
  bool Contains(int32_t size) const {
    return size >= minimum && size <= maximum && (size - minimum) % step == 0;
  }
};

// Of each input named, the sizes of all dimensions in the source's own order:
// "8", "1..8" or "32..640/32" each.
Result<std::map<std::string, std::vector<SizeRange>>> ParseVary(
    const std::vector<std::string>& texts);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_COMMAND_VARY_OPTION_H_
