#include "converter/repair/repair_set.h"

namespace octet::converter {
namespace {

struct NamedSet {
  const char* name;
  RepairSet set;
};

constexpr NamedSet kSets[] = {
    {"none", {}},
    {"equalize", {.equalize = true}},
    {"bias", {.bias = true}},
    {"rounding", {.rounding = true}},
    {"full", {.equalize = true, .bias = true, .rounding = true}},
};

void Include(const RepairSet& other, RepairSet& set) {
  set.equalize |= other.equalize;
  set.bias |= other.bias;
  set.rounding |= other.rounding;
}

}  // namespace

Result<RepairSet> ParseRepairSet(const std::vector<std::string>& names) {
  RepairSet result;
  for (const std::string& name : names) {
    bool found = false;
    std::string known;
    for (const NamedSet& named : kSets) {
      if (!known.empty()) known += ", ";
      known += named.name;
      if (name != named.name) continue;
      Include(named.set, result);
      found = true;
    }
    if (!found) {
      return InvalidArgument("there is no repair '" + name +
                             "'; choose from: " + known);
    }
  }
  return result;
}

std::string ToString(const RepairSet& repairs) {
  std::string text;
  const auto add = [&](bool wanted, const char* name) {
    if (!wanted) return;
    if (!text.empty()) text += ',';
    text += name;
  };
  add(repairs.equalize, "equalize");
  add(repairs.bias, "bias");
  add(repairs.rounding, "rounding");
  return text.empty() ? "none" : text;
}

}  // namespace octet::converter
