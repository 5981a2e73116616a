#include "converter/calibrate/squared_error.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace octet::converter {
namespace {

constexpr int kSteps = 64;      // of the first search, a 64th of an end each
constexpr int kFineSteps = 16;  // of the second, to either side
constexpr int kMostTurns = 6;

// Values and how often they occur.
struct Distribution {
  std::vector<double> values;
  std::vector<double> counts;
  double total = 0.0;

  explicit Distribution(const Histogram& histogram)
      : total(double(histogram.count())) {
    Append(histogram.negative(), -histogram.bin_width());
    Append(histogram.positive(), histogram.bin_width());
  }

  void Append(std::span<const uint64_t> bins, double width) {
    for (size_t i = 0; i < bins.size(); ++i) {
      if (bins[i] == 0) continue;
      values.push_back((double(i) + 0.5) * width);
      counts.push_back(double(bins[i]));
    }
  }

  double Error(const ActivationParams& params) const {
    // Adding and taking away this number rounds to an integer, and compiles to
    // vector instructions everywhere.
    constexpr double kRounder = 0x1.8p52;
    const double scale = params.scale;
    const double inverse = 1.0 / scale;
    const double min = -128.0 - params.zero_point;
    const double max = 127.0 - params.zero_point;
    double sum = 0.0;
    for (size_t i = 0; i < values.size(); ++i) {
      const double q = (values[i] * inverse + kRounder) - kRounder;
      const double clamped = std::min(std::max(q, min), max);
      const double error = values[i] - clamped * scale;
      sum += counts[i] * (error * error);
    }
    return sum / total;
  }
};

// The ends of the range as shares of the observed ones.
struct Ends {
  double min = 1.0;
  double max = 1.0;
};

class Search {
 public:
  Search(const Histogram& histogram, const ActivationScheme& scheme)
      : distribution_(histogram),
        range_(histogram.range().Union({0.0f, 0.0f})),
        scheme_(scheme),
        smallest_(ErrorOf(best_)) {}

  Range Run() {
    const std::vector<int> coarse = Candidates(0, kSteps);
    const std::vector<int> fine = Candidates(-kFineSteps, kFineSteps);
    Alternate([&](double& end) {
      for (int step : coarse) Try(end, double(step) / kSteps);
    });
    const Ends center = best_;
    Alternate([&](double& end) {
      const double middle = &end == &ends_.min ? center.min : center.max;
      for (int step : fine) {
        const double share =
            middle + double(step) / double(kSteps * kFineSteps);
        if (share > 0.0 && share <= 1.0) Try(end, share);
      }
    });
    return RangeOf(best_);
  }

 private:
  // The widest first, so that of equal errors the widest range wins.
  static std::vector<int> Candidates(int above, int last) {
    std::vector<int> steps;
    for (int step = last; step > above; --step) steps.push_back(step);
    return steps;
  }

  template <typename SearchOneEnd>
  void Alternate(const SearchOneEnd& search) {
    for (int turn = 0; turn < kMostTurns; ++turn) {
      const double before = smallest_;
      for (double* end : {&ends_.max, &ends_.min}) {
        ends_ = best_;
        search(*end);
        if (scheme_.symmetric) break;
      }
      if (smallest_ == before) break;
    }
    ends_ = best_;
  }

  void Try(double& end, double share) {
    end = share;
    if (scheme_.symmetric) ends_.min = ends_.max = share;
    const double error = ErrorOf(ends_);
    if (error < smallest_) {
      smallest_ = error;
      best_ = ends_;
    }
  }

  Range RangeOf(const Ends& ends) const {
    if (!scheme_.symmetric) {
      return {static_cast<float>(range_.min * ends.min),
              static_cast<float>(range_.max * ends.max)};
    }
    const float magnitude = std::max(-range_.min, range_.max);
    const float threshold = static_cast<float>(magnitude * ends.max);
    return {std::max(range_.min, -threshold), std::min(range_.max, threshold)};
  }

  double ErrorOf(const Ends& ends) const {
    return distribution_.Error(
        ChooseActivationParams(RangeOf(ends), 0.0f, scheme_));
  }

  const Distribution distribution_;
  const Range range_;
  const ActivationScheme scheme_;
  Ends ends_;
  Ends best_;
  double smallest_;
};

}  // namespace

double MeanSquaredError(const Histogram& histogram,
                        const ActivationParams& params) {
  return Distribution(histogram).Error(params);
}

Range SmallestSquaredErrorRange(const Histogram& histogram,
                                const ActivationScheme& scheme) {
  return Search(histogram, scheme).Run();
}

}  // namespace octet::converter
