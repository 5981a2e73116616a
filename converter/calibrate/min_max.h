// MinMax: from the smallest to the largest value that was ever observed.

#ifndef OCTET_CONVERTER_CALIBRATE_MIN_MAX_H_
#define OCTET_CONVERTER_CALIBRATE_MIN_MAX_H_

#include <memory>

#include "converter/calibrate/calibrator.h"

namespace octet::converter {

// The result does not depend on the order of the samples either.
std::unique_ptr<Calibrator> MakeMinMaxCalibrator();

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_CALIBRATE_MIN_MAX_H_
