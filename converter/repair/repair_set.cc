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
    {"absorption", {.absorption = true}},
    {"analytic", {.analytic = true}},
    {"bias", {.bias = true}},
    {"rounding", {.rounding = true}},
    {"adaround", {.adaround = true}},
    {"full", {.equalize = true, .bias = true, .rounding = true}},
};

void Include(const RepairSet& other, RepairSet& set) {
  set.equalize |= other.equalize;
  set.absorption |= other.absorption;
  set.analytic |= other.analytic;
  set.bias |= other.bias;
  set.rounding |= other.rounding;
  set.adaround |= other.adaround;
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

RepairSet DataFreeRepairs() {
  return {.equalize = true, .absorption = true, .analytic = true};
}

std::string ToString(const RepairSet& repairs) {
  std::string text;
  const auto add = [&](bool wanted, const char* name) {
    if (!wanted) return;
    if (!text.empty()) text += ',';
    text += name;
  };
  add(repairs.equalize, "equalize");
  add(repairs.absorption, "absorption");
  add(repairs.analytic, "analytic");
  add(repairs.bias, "bias");
  add(repairs.rounding, "rounding");
  add(repairs.adaround, "adaround");
  return text.empty() ? "none" : text;
}

}  // namespace octet::converter
