// Which repairs the user wants.

#ifndef OCTET_CONVERTER_REPAIR_REPAIR_SET_H_
#define OCTET_CONVERTER_REPAIR_REPAIR_SET_H_

#include <string>
#include <vector>

#include "octet/status.h"

namespace octet::converter {

struct RepairSet {
  bool equalize = false;  // equalize.h
  bool bias = false;      // repair_layers.h
  bool rounding = false;  // repair_layers.h; corrects the biases, too

  friend bool operator==(const RepairSet&, const RepairSet&) = default;
};

// The union of the names in a list of none, equalize, bias, rounding, full. An
// error lists the names.
Result<RepairSet> ParseRepairSet(const std::vector<std::string>& names);

// The names, joined by commas; "none" for the empty set.
std::string ToString(const RepairSet& repairs);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_REPAIR_REPAIR_SET_H_
