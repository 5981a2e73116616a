#include "converter/repair/adaround.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <mutex>
#include <numeric>

#include "converter/ir/split_mix.h"
#include "converter/repair/parallel_for.h"

namespace octet::converter {
namespace {

// Channels that are learnt side by side, so that a row of inputs is read once
// for all of them.
constexpr size_t kLanes = 8;
using Lanes = std::array<float, kLanes>;

constexpr float kStretchLow = -0.1f, kStretchHigh = 1.1f;
constexpr float kLearningRate = 0.06f;
constexpr float kMomentum = 0.9f, kSquareMomentum = 0.999f;
constexpr float kTiny = 1e-8f;
// The part of the iterations without the regularizer.
constexpr double kWarmStart = 0.2;
constexpr float kFirstBeta = 20.0f, kLastBeta = 2.0f;
constexpr float kLambda = 10.0f;

float Sigmoid(float v) { return 1.0f / (1.0f + std::exp(-v)); }

// One weight of the relaxation, in kLanes channels.
struct Relaxed {
  Lanes floor = {}, v = {}, first_moment = {}, second_moment = {};
  Lanes slope = {};  // dh / dv
  Lanes h = {};
};

// kLanes output channels from `first` on; channels beyond the last repeat it.
class Block {
 public:
  Block(const AdaRoundProblem& problem, const std::vector<double>& square,
        const std::vector<uint32_t>& order, size_t first)
      : problem_(problem),
        order_(order),
        weights_(problem.inputs),
        values_(problem.inputs) {
    const double power = std::accumulate(square.begin(), square.end(), 0.0);
    for (size_t lane = 0; lane < kLanes; ++lane) {
      channel_[lane] = std::min(first + lane, problem.outputs - 1);
      const double s = problem.scale[channel_[lane]];
      scale_[lane] = float(s);
      bias_[lane] = float(problem.bias[channel_[lane]]);
      per_noise_[lane] = power > 0.0 ? float(12.0 / (s * power)) : 0.0f;
      for (size_t k = 0; k < problem.inputs; ++k) {
        Start(problem.weights[channel_[lane] * problem.inputs + k], lane,
              weights_[k]);
      }
    }
  }

  void Learn(int iterations, size_t batch) {
    std::vector<Lanes> gradient(problem_.inputs);
    const int warm = int(kWarmStart * iterations);
    for (int i = 0; i < iterations; ++i) {
      Relax();
      std::fill(gradient.begin(), gradient.end(), Lanes{});
      for (size_t r = 0; r < batch; ++r) {
        AddRow(order_[(size_t(i) * batch + r) % order_.size()], gradient);
      }
      float beta = 0.0f;
      if (i >= warm) {
        const float done = float(i - warm) / float(iterations - warm);
        // Half a cosine, from the first to the last.
        beta = kLastBeta + 0.5f * (kFirstBeta - kLastBeta) *
                               (1.0f + std::cos(done * 3.14159265f));
      }
      Step(i + 1, 1.0f / float(batch), beta, gradient);
    }
  }

  int8_t Rounded(size_t k, size_t lane) const {
    const Relaxed& weight = weights_[k];
    const int up = weight.v[lane] >= 0.0f ? 1 : 0;
    return static_cast<int8_t>(std::clamp(int(weight.floor[lane]) + up,
                                          -problem_.limit, problem_.limit));
  }

 private:
  // h is the fraction of the real weight.
  void Start(float weight, size_t lane, Relaxed& relaxed) const {
    const float limit = float(problem_.limit);
    const float t = std::clamp(weight / scale_[lane], -limit, limit);
    relaxed.floor[lane] = std::min(std::floor(t), limit - 1.0f);
    const float fraction = std::clamp(t - relaxed.floor[lane], 0.001f, 0.999f);
    const float sigmoid =
        (fraction - kStretchLow) / (kStretchHigh - kStretchLow);
    relaxed.v[lane] = std::log(sigmoid / (1.0f - sigmoid));
  }

  void Relax() {
    for (size_t k = 0; k < problem_.inputs; ++k) {
      Relaxed& weight = weights_[k];
      for (size_t lane = 0; lane < kLanes; ++lane) {
        const float sigmoid = Sigmoid(weight.v[lane]);
        const float h = sigmoid * (kStretchHigh - kStretchLow) + kStretchLow;
        weight.h[lane] = std::clamp(h, 0.0f, 1.0f);
        weight.slope[lane] =
            h > 0.0f && h < 1.0f
                ? (kStretchHigh - kStretchLow) * sigmoid * (1.0f - sigmoid)
                : 0.0f;
        values_[k][lane] = scale_[lane] * (weight.floor[lane] + weight.h[lane]);
      }
    }
  }

  // Adds error * x of one row to the gradient.
  void AddRow(size_t row, std::vector<Lanes>& gradient) const {
    const float* x = problem_.x + row * problem_.inputs;
    Lanes output = bias_;
    for (size_t k = 0; k < problem_.inputs; ++k) {
      for (size_t lane = 0; lane < kLanes; ++lane) {
        output[lane] += x[k] * values_[k][lane];
      }
    }
    const float* targets = problem_.target + row * problem_.target_stride;
    const FloatClamp& clamp = problem_.clamp;
    Lanes error;
    for (size_t lane = 0; lane < kLanes; ++lane) {
      const float target =
          std::clamp(targets[channel_[lane]], clamp.min, clamp.max);
      // Where the clamp holds the output, its slope is 0.
      const bool free = output[lane] > clamp.min && output[lane] < clamp.max;
      error[lane] = free ? output[lane] - target : 0.0f;
    }
    for (size_t k = 0; k < problem_.inputs; ++k) {
      for (size_t lane = 0; lane < kLanes; ++lane) {
        gradient[k][lane] += x[k] * error[lane];
      }
    }
  }

  // d(1 - |2h - 1|^beta) / dh.
  static float RegularizerSlope(float h, float beta) {
    const float centred = 2.0f * h - 1.0f;
    const float power = std::pow(std::abs(centred), beta - 1.0f);
    return centred > 0.0f ? -2.0f * beta * power : 2.0f * beta * power;
  }

  // Adam. beta 0: no regularizer.
  void Step(int step, float per_row, float beta,
            const std::vector<Lanes>& gradient) {
    const float first_correction =
        1.0f / (1.0f - std::pow(kMomentum, float(step)));
    const float second_correction =
        1.0f / (1.0f - std::pow(kSquareMomentum, float(step)));
    // The output's part is a sum over the inputs, so the regularizer is, too.
    const float lambda = kLambda / float(problem_.inputs);
    for (size_t k = 0; k < problem_.inputs; ++k) {
      Relaxed& weight = weights_[k];
      for (size_t lane = 0; lane < kLanes; ++lane) {
        if (weight.slope[lane] == 0.0f && beta == 0.0f) continue;
        float slope = 2.0f * per_row * per_noise_[lane] * gradient[k][lane];
        if (beta > 0.0f) {
          slope += lambda * RegularizerSlope(weight.h[lane], beta);
        }
        slope *= weight.slope[lane];
        float& first = weight.first_moment[lane];
        float& second = weight.second_moment[lane];
        first = kMomentum * first + (1.0f - kMomentum) * slope;
        second =
            kSquareMomentum * second + (1.0f - kSquareMomentum) * slope * slope;
        weight.v[lane] -= kLearningRate * first * first_correction /
                          (std::sqrt(second * second_correction) + kTiny);
      }
    }
  }

  const AdaRoundProblem& problem_;
  const std::vector<uint32_t>& order_;
  std::array<size_t, kLanes> channel_ = {};
  Lanes scale_ = {}, bias_ = {}, per_noise_ = {};
  std::vector<Relaxed> weights_;
  std::vector<Lanes> values_;  // s (floor + h)
};

// E[x^2] of every input.
std::vector<double> MeanSquares(const AdaRoundProblem& problem) {
  std::vector<double> square(problem.inputs);
  for (size_t row = 0; row < problem.rows; ++row) {
    const float* x = problem.x + row * problem.inputs;
    for (size_t k = 0; k < problem.inputs; ++k) {
      square[k] += double{x[k]} * x[k] / double(problem.rows);
    }
  }
  return square;
}

std::vector<uint32_t> ShuffledRows(size_t rows) {
  std::vector<uint32_t> order(rows);
  std::iota(order.begin(), order.end(), 0u);
  Random random(rows);
  for (size_t i = rows; i > 1; --i) {
    std::swap(order[i - 1], order[random.Below(i)]);
  }
  return order;
}

}  // namespace

double LayerError(const AdaRoundProblem& problem, size_t output,
                  std::span<const int8_t> q) {
  const FloatClamp& clamp = problem.clamp;
  const float scale = problem.scale[output];
  double sum = 0.0;
  for (size_t row = 0; row < problem.rows; ++row) {
    const float* x = problem.x + row * problem.inputs;
    float product = 0.0f;
    for (size_t k = 0; k < problem.inputs; ++k) product += x[k] * float(q[k]);
    const float value = std::clamp(
        float(problem.bias[output]) + scale * product, clamp.min, clamp.max);
    const float target =
        std::clamp(problem.target[row * problem.target_stride + output],
                   clamp.min, clamp.max);
    const double error = double{value} - target;
    sum += error * error;
  }
  return sum / double(problem.rows);
}

std::vector<int8_t> AdaRound(const AdaRoundProblem& problem,
                             const AdaRoundOptions& options) {
  std::vector<int8_t> result(problem.start.begin(), problem.start.end());
  const std::vector<double> square = MeanSquares(problem);
  const std::vector<uint32_t> order = ShuffledRows(problem.rows);
  const size_t blocks = (problem.outputs + kLanes - 1) / kLanes;
  std::mutex mutex;
  size_t done = 0;
  ParallelFor(blocks, options.threads, [&](size_t b) {
    const size_t first = b * kLanes;
    Block block(problem, square, order, first);
    block.Learn(options.iterations, options.batch);
    std::vector<int8_t> learnt(problem.inputs);
    const size_t last = std::min(first + kLanes, problem.outputs);
    for (size_t output = first; output < last; ++output) {
      for (size_t k = 0; k < problem.inputs; ++k) {
        learnt[k] = block.Rounded(k, output - first);
      }
      const auto start =
          problem.start.subspan(output * problem.inputs, problem.inputs);
      if (LayerError(problem, output, learnt) <
          LayerError(problem, output, start)) {
        std::copy(learnt.begin(), learnt.end(),
                  result.begin() + std::ptrdiff_t(output * problem.inputs));
      }
    }
    if (!options.progress) return;
    const std::lock_guard lock(mutex);
    done += last - first;
    options.progress(done);
  });
  return result;
}

}  // namespace octet::converter
