// Which repairs the user wants.

#ifndef OCTET_CONVERTER_REPAIR_REPAIR_SET_H_
#define OCTET_CONVERTER_REPAIR_REPAIR_SET_H_

#include <string>
#include <vector>

#include "octet/status.h"

namespace octet::converter {

struct RepairSet {
  bool equalize = false;    // equalize.h
  bool absorption = false;  // absorb_biases.h
  bool analytic = false;    // analytic_bias.h; not beside those below
  bool bias = false;        // repair_layers.h
  // Both correct the biases, too.
  bool rounding = false;  // round_weights.h
  bool adaround = false;  // adaround.h

  // Whether the FP32 graph changes.
  bool changes_graph() const { return equalize || absorption; }
  // Whether biases or integers of layers change (repair_layers.h).
  bool changes_layers() const { return bias || rounding || adaround; }

  friend bool operator==(const RepairSet&, const RepairSet&) = default;
};

// The union of the names in a list of none, equalize, absorption, analytic,
// bias, rounding, adaround, full. An
// error lists the names.
Result<RepairSet> ParseRepairSet(const std::vector<std::string>& names);

// What --data-free does where nothing else is asked for: equalize, absorption,
// analytic.
RepairSet DataFreeRepairs();

// The names, joined by commas; "none" for the empty set.
std::string ToString(const RepairSet& repairs);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_REPAIR_REPAIR_SET_H_
