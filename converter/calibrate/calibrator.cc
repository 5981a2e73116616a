#include "converter/calibrate/calibrator.h"

#include "converter/calibrate/min_max.h"

namespace octet::converter {
namespace {

struct Method {
  const char* name;
  std::unique_ptr<Calibrator> (*make)();
};

// A new method is one more line.
constexpr Method kMethods[] = {
    {"minmax", MakeMinMaxCalibrator},
};

}  // namespace

Result<std::unique_ptr<Calibrator>> MakeCalibrator(std::string_view name) {
  std::string names;
  for (const Method& method : kMethods) {
    if (name == method.name) return method.make();
    names += names.empty() ? "" : ", ";
    names += method.name;
  }
  return InvalidArgument("there is no calibration method '" +
                         std::string(name) + "'; choose one of: " + names);
}

std::vector<std::string> CalibrationMethods() {
  std::vector<std::string> names;
  for (const Method& method : kMethods) names.push_back(method.name);
  return names;
}

}  // namespace octet::converter
