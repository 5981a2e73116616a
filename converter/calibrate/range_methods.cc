#include "converter/calibrate/range_methods.h"

#include "converter/calibrate/kl_divergence.h"
#include "converter/calibrate/percentile.h"
#include "converter/calibrate/squared_error.h"

namespace octet::converter {
namespace {

using Statistics = ActivationStatistics;
using Options = RangeMethodOptions;

// A new method is one more line.
constexpr RangeMethod kMethods[] = {
    {"minmax", false,
     [](const Statistics& statistics, const Options&) {
       return statistics.min_max();
     }},
    {"moving-average", false,
     [](const Statistics& statistics, const Options&) {
       return statistics.moving_average();
     }},
    {"kl", true,
     [](const Statistics& statistics, const Options&) {
       return KlRange(statistics.histogram());
     }},
    {"kl-asymmetric", true,
     [](const Statistics& statistics, const Options&) {
       return AsymmetricKlRange(statistics.histogram());
     }},
    {"percentile", true,
     [](const Statistics& statistics, const Options& options) {
       return PercentileRange(statistics.histogram(), options.percentile);
     }},
    {"mse", true,
     [](const Statistics& statistics, const Options& options) {
       return SmallestSquaredErrorRange(statistics.histogram(), options.scheme);
     }},
};

}  // namespace

Result<const RangeMethod*> FindRangeMethod(std::string_view name) {
  std::string names;
  for (const RangeMethod& method : kMethods) {
    if (name == method.name) return &method;
    names += names.empty() ? "" : ", ";
    names += method.name;
  }
  return InvalidArgument("there is no calibration method '" +
                         std::string(name) + "'; choose one of: " + names);
}

std::vector<std::string> RangeMethodNames() {
  std::vector<std::string> names;
  for (const RangeMethod& method : kMethods) names.push_back(method.name);
  return names;
}

}  // namespace octet::converter
