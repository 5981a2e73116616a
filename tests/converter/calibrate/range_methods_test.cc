// Every method against a computation that shares nothing with it, on
// distributions made by hand.

#include "converter/calibrate/range_methods.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "converter/calibrate/kl_divergence.h"
#include "converter/calibrate/percentile.h"
#include "converter/calibrate/squared_error.h"
#include "gtest/gtest.h"

namespace octet::converter {
namespace {

using Values = std::vector<float>;

// A distribution and its name.
struct Case {
  const char* name;
  Values values;
};

Values Normal(size_t count, float mean, float deviation) {
  std::mt19937 random(7);
  Values values;
  // A sum of uniform numbers: the same everywhere, unlike <random>'s normal.
  for (size_t i = 0; i < count; ++i) {
    double sum = 0.0;
    for (int j = 0; j < 12; ++j) sum += double(random()) / 4294967296.0;
    values.push_back(mean + deviation * float(sum - 6.0));
  }
  return values;
}

Values Rectified(Values values) {
  for (float& value : values) value = std::max(value, 0.0f);
  return values;
}

Values With(Values values, const Values& more) {
  values.insert(values.end(), more.begin(), more.end());
  return values;
}

std::vector<Case> Distributions() {
  const Values normal = Normal(20000, 0.0f, 1.0f);
  return {
      {"normal", normal},
      {"rectified", Rectified(normal)},
      {"shifted", Normal(20000, 2.0f, 0.7f)},
      {"outlier", With(normal, {100.0f})},
      {"rectified with outliers",
       With(Rectified(normal), {30.0f, 31.0f, 60.0f})},
      {"outliers below", With(normal, {-40.0f, -25.0f})},
      {"all negative", Normal(5000, -9.0f, 0.5f)},
      {"two values", Values(100, 3.0f)},
      {"zeros", Values(100, 0.0f)},
      {"tiny", Normal(5000, 0.0f, 1e-15f)},
      {"huge", Normal(5000, 0.0f, 1e37f)},
  };
}

Histogram HistogramOf(const Values& values, size_t piece = 777) {
  Histogram histogram;
  for (size_t i = 0; i < values.size(); i += piece) {
    histogram.Observe(&values[i], std::min(piece, values.size() - i));
  }
  return histogram;
}

TEST(HistogramTest, CountsOfBinsAsCountedOneByOne) {
  for (const Case& data : Distributions()) {
    SCOPED_TRACE(data.name);
    Values sorted = data.values;
    std::sort(sorted.begin(), sorted.end());
    const Histogram histogram = HistogramOf(data.values);
    EXPECT_EQ(histogram.count(), sorted.size());
    EXPECT_EQ(histogram.range(), (Range{sorted.front(), sorted.back()}));
    const double width = histogram.bin_width();
    std::vector<uint64_t> positive(histogram.positive().size());
    std::vector<uint64_t> negative(histogram.negative().size());
    uint64_t zeros = 0;
    size_t last_bin = 0;
    for (float value : data.values) {
      if (value == 0.0f) {
        ++zeros;
        continue;
      }
      const size_t bin = size_t(std::abs(double(value)) / width);
      last_bin = std::max(last_bin, bin);
      ++(value < 0.0f ? negative : positive).at(bin);
    }
    EXPECT_EQ(histogram.zeros(), zeros);
    EXPECT_TRUE(std::ranges::equal(histogram.positive(), positive));
    EXPECT_TRUE(std::ranges::equal(histogram.negative(), negative));
    if (zeros < sorted.size()) {
      EXPECT_GE(last_bin, Histogram::kBins / 2);
    }
    // Neither the order nor the pieces change a count.
    std::reverse(sorted.begin(), sorted.end());
    for (const size_t piece : {size_t{1}, sorted.size()}) {
      const Histogram other = HistogramOf(sorted, piece);
      EXPECT_EQ(other.bin_width(), width);
      EXPECT_TRUE(std::ranges::equal(other.positive(), positive));
      EXPECT_TRUE(std::ranges::equal(other.negative(), negative));
    }
  }
}

TEST(HistogramTest, LimitCountsAsIfValuesHadBeenCut) {
  for (const Case& data : Distributions()) {
    SCOPED_TRACE(data.name);
    const Histogram whole = HistogramOf(data.values);
    const double width = whole.bin_width();
    for (const auto& [low, high] :
         {std::pair{0.3f, 0.7f}, {0.0f, 0.5f}, {1.0f, 0.0f}, {1.0f, 1.0f}}) {
      const Range limits = {low * std::min(whole.range().min, 0.0f),
                            high * std::max(whole.range().max, 0.0f)};
      if (whole.range().min > 0 || whole.range().max < 0) continue;
      Histogram limited = whole;
      limited.Limit(limits);
      std::vector<uint64_t> positive(whole.positive().size());
      std::vector<uint64_t> negative(whole.negative().size());
      uint64_t zeros = 0;
      for (float value : data.values) {
        value = std::clamp(value, limits.min, limits.max);
        if (value == 0.0f) {
          ++zeros;
        } else {
          const size_t bin = size_t(std::abs(double(value)) / width);
          ++(value < 0.0f ? negative : positive).at(bin);
        }
      }
      EXPECT_EQ(limited.range(), limits);
      EXPECT_EQ(limited.count(), whole.count());
      EXPECT_EQ(limited.zeros(), zeros);
      EXPECT_TRUE(std::ranges::equal(limited.positive(), positive));
      EXPECT_TRUE(std::ranges::equal(limited.negative(), negative));
    }
  }
}

TEST(MovingAverageTest, FollowsTheRecurrence) {
  const std::vector<Values> samples = {
      {-1.0f, 2.0f}, {-3.0f, 1.0f}, {0.5f, 8.0f}};
  ActivationStatistics statistics(false, 0.25);
  for (const Values& sample : samples) {
    statistics.Observe(sample.data(), sample.size());
  }
  // -1, -1.5, -1; 2, 1.75, 3.3125.
  EXPECT_EQ(statistics.moving_average(), (Range{-1.0f, 3.3125f}));
  EXPECT_EQ(statistics.min_max(), (Range{-3.0f, 8.0f}));
}

TEST(PercentileTest, IsTheSortedValueAtTheNearestRank) {
  for (const Case& data : Distributions()) {
    SCOPED_TRACE(data.name);
    Values sorted = data.values;
    std::sort(sorted.begin(), sorted.end());
    const Histogram histogram = HistogramOf(data.values);
    const double width = histogram.bin_width();
    for (const double percent : {50.0, 90.0, 99.0, 99.99, 100.0}) {
      const Range range = PercentileRange(histogram, percent);
      const size_t rank =
          size_t(std::ceil(double(sorted.size()) * percent / 100.0));
      // A range that 0 is always in: the other side of 0 does not matter.
      const double above = std::max(0.0f, sorted[rank - 1]);
      const double below = std::min(0.0f, sorted[sorted.size() - rank]);
      EXPECT_GE(std::max(0.0f, range.max), above);
      EXPECT_LE(std::max(0.0f, range.max), above + width);
      EXPECT_LE(std::min(0.0f, range.min), below);
      EXPECT_GE(std::min(0.0f, range.min), below - width);
    }
  }
}

// The published procedure, word for word, on a list of bins.
double NaiveDivergence(const std::vector<uint64_t>& bins, size_t begin,
                       size_t end, size_t levels) {
  const size_t size = end - begin;
  std::vector<double> kept(bins.begin() + long(begin),
                           bins.begin() + long(end));
  double below = 0.0, above = 0.0;
  for (size_t i = 0; i < begin; ++i) below += double(bins[i]);
  for (size_t i = end; i < bins.size(); ++i) above += double(bins[i]);
  if (below > 0.0 && kept.front() == 0.0) kept.front() = 1.0;
  if (above > 0.0 && kept.back() == 0.0) kept.back() = 1.0;
  std::vector<double> p = kept;
  p.front() += below;
  p.back() += above;
  std::vector<double> q(size, 0.0);
  for (size_t level = 0; level < levels; ++level) {
    double sum = 0.0;
    double used = 0.0;
    for (size_t i = 0; i < size; ++i) {
      if (i * levels / size != level) continue;
      sum += kept[i];
      used += kept[i] > 0.0;
    }
    for (size_t i = 0; i < size; ++i) {
      if (i * levels / size == level && kept[i] > 0.0) q[i] = sum / used;
    }
  }
  double p_sum = 0.0, q_sum = 0.0;
  for (size_t i = 0; i < size; ++i) {
    p_sum += p[i];
    q_sum += q[i];
  }
  double divergence = 0.0;
  for (size_t i = 0; i < size; ++i) {
    if (p[i] == 0.0) continue;
    divergence += p[i] / p_sum * std::log((p[i] / p_sum) / (q[i] / q_sum));
  }
  return divergence;
}

// Pairs of the histogram's bins: the naive procedure's up to 2048 bins.
std::vector<uint64_t> Pairs(std::span<const uint64_t> bins) {
  std::vector<uint64_t> pairs(bins.size() / 2);
  for (size_t i = 0; i < bins.size(); ++i) pairs[i / 2] += bins[i];
  while (!pairs.empty() && pairs.back() == 0) pairs.pop_back();
  return pairs;
}

TEST(KlTest, SmallestDivergenceOfTheNaiveProcedure) {
  for (const Case& data : Distributions()) {
    SCOPED_TRACE(data.name);
    const Histogram histogram = HistogramOf(data.values);
    const Range all = histogram.range();
    const std::vector<uint64_t> bins = Pairs(histogram.Magnitudes());
    const Range range = KlRange(histogram);
    if (bins.empty()) {
      EXPECT_EQ(range, all);
      continue;
    }
    const double width = 2.0 * histogram.bin_width();
    const double found = std::max(-range.min, range.max);
    size_t found_bins = bins.size();
    if (range != all) found_bins = size_t(std::lround(found / width));
    double smallest = std::numeric_limits<double>::infinity();
    // Every 29th threshold, and the neighbours of the one that was found.
    for (size_t end = bins.size(); end >= 128;
         end -= std::min(end, size_t{29})) {
      smallest = std::min(smallest, NaiveDivergence(bins, 0, end, 128));
    }
    for (size_t end = std::max(found_bins, size_t{138}) - 10;
         end <= std::min(found_bins + 10, bins.size()); ++end) {
      smallest = std::min(smallest, NaiveDivergence(bins, 0, end, 128));
    }
    EXPECT_LE(NaiveDivergence(bins, 0, found_bins, 128), smallest + 1e-12);
  }
}

TEST(KlTest, BothEndsAreTheBestForTheOther) {
  for (const Case& data : Distributions()) {
    SCOPED_TRACE(data.name);
    const Histogram histogram = HistogramOf(data.values);
    const Range all = histogram.range();
    std::vector<uint64_t> bins = Pairs(histogram.negative());
    const size_t zero = bins.size();
    std::reverse(bins.begin(), bins.end());
    const std::vector<uint64_t> positive = Pairs(histogram.positive());
    bins.insert(bins.end(), positive.begin(), positive.end());
    const Range range = AsymmetricKlRange(histogram);
    if (bins.empty()) {
      EXPECT_EQ(range, all);
      continue;
    }
    const double width = 2.0 * histogram.bin_width();
    const size_t begin =
        range.min == all.min
            ? 0
            : size_t(long(zero) + std::lround(range.min / width));
    const size_t end =
        range.max == all.max
            ? bins.size()
            : size_t(long(zero) + std::lround(range.max / width));
    ASSERT_LE(begin, zero);
    ASSERT_GE(end, zero);
    const double found = NaiveDivergence(bins, begin, end, 256);
    for (size_t other = bins.size();
         other >= std::max(begin + 256, zero) && other > 0;
         other -= std::min(other, size_t{61})) {
      EXPECT_LE(found, NaiveDivergence(bins, begin, other, 256) + 1e-12);
    }
    for (size_t other = 0; other <= std::min(end - 256, zero); other += 61) {
      EXPECT_LE(found, NaiveDivergence(bins, other, end, 256) + 1e-12);
    }
  }
}

TEST(KlTest, CutsAnOutlierOffButNotAUniformDistribution) {
  Values uniform;
  for (int i = 0; i < 40960; ++i) uniform.push_back(float(i) / 10240.0f);
  EXPECT_GT(KlRange(HistogramOf(uniform)).max, 3.9f);
  const Values outlier = With(Normal(20000, 0.0f, 1.0f), {100.0f});
  EXPECT_LT(KlRange(HistogramOf(outlier)).max, 10.0f);
  EXPECT_LT(AsymmetricKlRange(HistogramOf(outlier)).max, 20.0f);
}

// Of the values themselves, with the quantizer's own rounding.
double TrueError(const Values& values, const ActivationParams& params) {
  double sum = 0.0;
  for (float value : values) {
    const int q = QuantizeActivation(value, params);
    const double error = value - double{params.scale} * (q - params.zero_point);
    sum += error * error;
  }
  return sum / double(values.size());
}

TEST(SquaredErrorTest, AsSmallAsBruteForceOverScalesAndZeroPoints) {
  for (const Case& data : Distributions()) {
    for (const bool symmetric : {false, true}) {
      SCOPED_TRACE(std::string(data.name) + (symmetric ? ", symmetric" : ""));
      Values values = data.values;
      if (values.size() > 3000) {  // brute force: keep the outliers
        values.erase(values.begin(), values.end() - 3000);
      }
      const ActivationScheme scheme = {.symmetric = symmetric};
      const Histogram histogram = HistogramOf(values);
      const Range all = histogram.range().Union({0.0f, 0.0f});
      const ActivationParams found = ChooseActivationParams(
          SmallestSquaredErrorRange(histogram, scheme), 0.0f, scheme);
      const double widest = std::max(-all.min, all.max) / 127.0;
      double smallest = TrueError(values, found) * 2.0;
      for (int step = 1; step <= 60; ++step) {
        ActivationParams params;
        params.scale = float(widest * step / 60.0);
        if (!(params.scale > 1e-36f)) continue;
        for (int z = symmetric ? 0 : -128; z <= (symmetric ? 0 : 127);
             z += 15) {
          params.zero_point = z;
          smallest = std::min(smallest, TrueError(values, params));
        }
      }
      // A constant that a grid happens to hold exactly costs nothing.
      const double rounding = 1e-6 * widest * widest;
      EXPECT_LE(TrueError(values, found), 1.02 * smallest + rounding);
      EXPECT_LE(
          TrueError(values, found),
          1.001 * TrueError(values, ChooseActivationParams(all, 0.0f, scheme)));
    }
  }
}

TEST(SquaredErrorTest, ErrorOfAHistogramIsThatOfItsValues) {
  const Values values = Normal(20000, 0.3f, 1.0f);
  const Histogram histogram = HistogramOf(values);
  for (const float scale : {0.01f, 0.02f, 0.05f}) {
    const ActivationParams params = {scale, -20};
    EXPECT_NEAR(MeanSquaredError(histogram, params) / TrueError(values, params),
                1.0, 0.02);
  }
}

TEST(RangeMethodsTest, EveryMethodHoldsAConstantTensor) {
  ASSERT_FALSE(RangeMethodNames().empty());
  EXPECT_EQ(RangeMethodNames().front(), "minmax");
  for (const std::string& name : RangeMethodNames()) {
    SCOPED_TRACE(name);
    const auto method = FindRangeMethod(name);
    ASSERT_TRUE(method.ok());
    for (const float value : {0.0f, 3.0f, -2.0f}) {
      const Values values(10, value);
      ActivationStatistics statistics(true, 0.01);
      EXPECT_TRUE(statistics.empty());
      statistics.Observe(values.data(), values.size());
      const Range range = (*method)->choose(statistics, {});
      EXPECT_LE(range.min, range.max);
      const ActivationParams params = ChooseActivationParams(range);
      EXPECT_NEAR(params.scale * float(QuantizeActivation(value, params) -
                                       params.zero_point),
                  value, 0.03f);
    }
  }
}

}  // namespace
}  // namespace octet::converter
