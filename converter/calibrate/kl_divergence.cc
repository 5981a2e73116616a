#include "converter/calibrate/kl_divergence.h"

#include <algorithm>
#include <cmath>

namespace octet::converter {
namespace {

constexpr size_t kSymmetricLevels = 128;
constexpr size_t kAsymmetricLevels = 256;
constexpr int kMostTurns = 8;

double TimesLog(double x) { return x > 0.0 ? x * std::log(x) : 0.0; }

// Half as many bins of twice the width, up to the last that is not empty.
std::vector<uint64_t> PairedBins(std::span<const uint64_t> bins) {
  std::vector<uint64_t> paired;
  for (size_t i = 0; i + 1 < bins.size(); i += 2) {
    paired.push_back(bins[i] + bins[i + 1]);
  }
  while (!paired.empty() && paired.back() == 0) paired.pop_back();
  return paired;
}

// Divergences of all candidate ranges of one histogram, from running sums: a
// level costs two logarithms, however many bins it has.
class Divergences {
 public:
  explicit Divergences(const std::vector<uint64_t>& bins)
      : bins_(bins), counts_(1), used_(1), entropies_(1) {
    for (uint64_t count : bins) {
      counts_.push_back(counts_.back() + double(count));
      used_.push_back(used_.back() + (count > 0 ? 1.0 : 0.0));
      entropies_.push_back(entropies_.back() + TimesLog(double(count)));
    }
  }

  // Of P, bins [begin, end) with the outliers in the first and the last of
  // them, and Q, the same bins in `levels` levels. The sum over the bins of a
  // level of p * log(p / q) is (sum of p * log p) - (sum of p) * log q,
  // because q is the same in all that are not empty.
  double Of(size_t begin, size_t end, size_t levels) const {
    const double below = counts_[begin];
    const double above = counts_.back() - counts_[end];
    // What an end bin holds beside its own count: outliers, in P alone, and
    // one value in P and Q where it would be empty in Q.
    const double first = double(bins_[begin]);
    const double last = double(bins_[end - 1]);
    const double first_filler = below > 0.0 && first == 0.0 ? 1.0 : 0.0;
    const double last_filler = above > 0.0 && last == 0.0 ? 1.0 : 0.0;
    double sum = entropies_[end] - entropies_[begin];
    sum += TimesLog(first + first_filler + below) - TimesLog(first);
    sum += TimesLog(last + last_filler + above) - TimesLog(last);
    size_t from = begin;
    for (size_t level = 0; level < levels; ++level) {
      // The first bin with floor(levels * (bin - begin) / size) > level.
      const size_t to =
          begin + ((level + 1) * (end - begin) + levels - 1) / levels;
      const double filler = (level == 0 ? first_filler : 0.0) +
                            (level + 1 == levels ? last_filler : 0.0);
      const double count = counts_[to] - counts_[from] + filler;
      if (count > 0.0) {
        double p = count;
        if (level == 0) p += below;
        if (level + 1 == levels) p += above;
        sum -= p * std::log(count / (used_[to] - used_[from] + filler));
      }
      from = to;
    }
    const double filler = first_filler + last_filler;
    const double all = counts_.back() + filler;
    const double inside = counts_[end] - counts_[begin] + filler;
    return sum / all - std::log(all / inside);
  }

 private:
  // Sums over the bins in front of an index.
  const std::vector<uint64_t>& bins_;
  std::vector<double> counts_;
  std::vector<double> used_;
  std::vector<double> entropies_;
};

Range Cut(const Range& range, double min, double max) {
  return {std::max(range.min, static_cast<float>(min)),
          std::min(range.max, static_cast<float>(max))};
}

// The candidate between `first` and `last` with the smallest divergence; of
// equal ones the nearest to `last`, which is the widest range.
template <typename Function>
size_t FindSmallest(size_t first, size_t last, const Function& divergence) {
  size_t best = last;
  double smallest = divergence(last);
  const size_t count = first < last ? last - first : first - last;
  for (size_t i = 1; i <= count; ++i) {
    const size_t candidate = first < last ? last - i : last + i;
    const double value = divergence(candidate);
    if (value < smallest) {
      smallest = value;
      best = candidate;
    }
  }
  return best;
}

}  // namespace

Range KlRange(const Histogram& histogram) {
  const std::vector<uint64_t> bins = PairedBins(histogram.Magnitudes());
  if (bins.size() <= kSymmetricLevels) return histogram.range();
  const Divergences divergences(bins);
  const size_t end =
      FindSmallest(kSymmetricLevels, bins.size(), [&](size_t candidate) {
        return divergences.Of(0, candidate, kSymmetricLevels);
      });
  if (end == bins.size()) return histogram.range();
  const double threshold = double(end) * 2.0 * histogram.bin_width();
  return Cut(histogram.range(), -threshold, threshold);
}

Range AsymmetricKlRange(const Histogram& histogram) {
  std::vector<uint64_t> bins = PairedBins(histogram.negative());
  const size_t zero = bins.size();
  std::reverse(bins.begin(), bins.end());
  const std::vector<uint64_t> positive = PairedBins(histogram.positive());
  bins.insert(bins.end(), positive.begin(), positive.end());
  if (bins.size() <= kAsymmetricLevels) return histogram.range();
  const Divergences divergences(bins);
  size_t begin = 0;
  size_t end = bins.size();
  for (int turn = 0; turn < kMostTurns; ++turn) {
    const size_t first_end = std::max(begin + kAsymmetricLevels, zero);
    const size_t new_end =
        FindSmallest(first_end, bins.size(), [&](size_t candidate) {
          return divergences.Of(begin, candidate, kAsymmetricLevels);
        });
    const size_t last_begin = std::min(new_end - kAsymmetricLevels, zero);
    const size_t new_begin = FindSmallest(last_begin, 0, [&](size_t candidate) {
      return divergences.Of(candidate, new_end, kAsymmetricLevels);
    });
    const bool moved = new_begin != begin || new_end != end;
    begin = new_begin;
    end = new_end;
    if (!moved) break;
  }
  const double width = 2.0 * histogram.bin_width();
  const Range& all = histogram.range();
  return Cut(
      all, begin == 0 ? all.min : (double(begin) - double(zero)) * width,
      end == bins.size() ? all.max : (double(end) - double(zero)) * width);
}

}  // namespace octet::converter
