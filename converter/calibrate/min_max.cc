#include "converter/calibrate/min_max.h"

#include <algorithm>
#include <limits>

namespace octet::converter {
namespace {

class MinMaxCalibrator : public Calibrator {
 public:
  void Observe(const float* values, size_t count) override {
    float min = range_.min, max = range_.max;
    for (size_t i = 0; i < count; ++i) {
      min = std::min(min, values[i]);
      max = std::max(max, values[i]);
    }
    range_ = {min, max};
  }

  Result<Range> Finish() override {
    if (range_.min > range_.max) {
      return InvalidArgument("no value was observed");
    }
    return range_;
  }

 private:
  Range range_ = {std::numeric_limits<float>::infinity(),
                  -std::numeric_limits<float>::infinity()};
};

}  // namespace

std::unique_ptr<Calibrator> MakeMinMaxCalibrator() {
  return std::make_unique<MinMaxCalibrator>();
}

}  // namespace octet::converter
