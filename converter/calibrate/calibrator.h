// Calibrator: turns the values of one tensor, seen piece by piece, into its
// range. The methods are found by name.

#ifndef OCTET_CONVERTER_CALIBRATE_CALIBRATOR_H_
#define OCTET_CONVERTER_CALIBRATE_CALIBRATOR_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "converter/calibrate/range.h"
#include "octet/status.h"

namespace octet::converter {

// For one tensor. Its memory does not grow with what it observes, and the
// result does not depend on the number of threads.
class Calibrator {
 public:
  virtual ~Calibrator() = default;

  // The tensor's values on one more sample; all finite.
  virtual void Observe(const float* values, size_t count) = 0;

  // The range of everything observed. An error says why there is none.
  virtual Result<Range> Finish() = 0;
};

// A calibrator of the method `name`; an error lists the names that exist.
Result<std::unique_ptr<Calibrator>> MakeCalibrator(std::string_view name);

// The names of the methods, the default first.
std::vector<std::string> CalibrationMethods();

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_CALIBRATE_CALIBRATOR_H_
