#include "tests/reference/recurrent.h"

#include <algorithm>
#include <cmath>

namespace octet::reference {
namespace {

// One row of one direction at one step.
struct Step {
  const RecurrentCell& cell;
  int64_t d, step, row;
  const std::vector<double>& h;

  int64_t n() const { return cell.r.shape[2]; }
  double Clip(double x) const {
    return cell.clip > 0 ? std::min(std::max(x, -cell.clip), cell.clip) : x;
  }
  double Sigmoid(double x) const { return 1 / (1 + std::exp(-Clip(x))); }
  double Tanh(double x) const { return std::tanh(Clip(x)); }

  // W x + bW of gate `gate`, value i.
  double Input(int64_t gate, int64_t i) const {
    double sum = cell.b.At({d, gate * n() + i});
    for (int64_t k = 0; k < cell.w.shape[2]; ++k) {
      sum += cell.w.At({d, gate * n() + i, k}) * cell.x.At({step, row, k});
    }
    return sum;
  }
  // R v + bR.
  double Recurrent(int64_t gate, int64_t i,
                   const std::vector<double>& values) const {
    double sum = cell.b.At({d, (cell.gates + gate) * n() + i});
    for (int64_t k = 0; k < n(); ++k) {
      sum += cell.r.At({d, gate * n() + i, k}) * values[static_cast<size_t>(k)];
    }
    return sum;
  }
  double Both(int64_t gate, int64_t i) const {
    return Input(gate, i) + Recurrent(gate, i, h);
  }
  double Peephole(int64_t gate, int64_t i) const {
    return cell.p.At({d, gate * n() + i});
  }
};

std::vector<double> LstmStep(const Step& step, std::vector<double>* c) {
  std::vector<double> h;
  for (int64_t i = 0; i < step.n(); ++i) {
    double& memory = (*c)[static_cast<size_t>(i)];
    const double in =
        step.Sigmoid(step.Both(0, i) + step.Peephole(0, i) * memory);
    const double forget =
        step.cell.option
            ? 1 - in
            : step.Sigmoid(step.Both(2, i) + step.Peephole(2, i) * memory);
    memory = forget * memory + in * step.Tanh(step.Both(3, i));
    const double out =
        step.Sigmoid(step.Both(1, i) + step.Peephole(1, i) * memory);
    h.push_back(out * step.Tanh(memory));
  }
  return h;
}

std::vector<double> GruStep(const Step& step) {
  std::vector<double> reset_h = step.h;
  for (int64_t i = 0; i < step.n(); ++i) {
    reset_h[static_cast<size_t>(i)] *= step.Sigmoid(step.Both(1, i));
  }
  std::vector<double> h;
  for (int64_t i = 0; i < step.n(); ++i) {
    const double z = step.Sigmoid(step.Both(0, i));
    const double r = step.Sigmoid(step.Both(1, i));
    const double recurrent = step.cell.option ? r * step.Recurrent(2, i, step.h)
                                              : step.Recurrent(2, i, reset_h);
    const double g = step.Tanh(step.Input(2, i) + recurrent);
    h.push_back((1 - z) * g + z * step.h[static_cast<size_t>(i)]);
  }
  return h;
}

}  // namespace

RecurrentResults Run(const RecurrentCell& cell) {
  const int32_t steps = cell.x.shape[0];
  const Shape& state = cell.h.shape;
  RecurrentResults results = {RealTensor({steps, state[0], state[1], state[2]}),
                              RealTensor(state)};
  for (int64_t d = 0; d < state[0]; ++d) {
    for (int64_t row = 0; row < state[1]; ++row) {
      std::vector<double> h, c;
      for (int64_t i = 0; i < state[2]; ++i) {
        h.push_back(cell.h.At({d, row, i}));
        c.push_back(cell.c.At({d, row, i}));
      }
      for (int64_t t = 0; t < steps; ++t) {
        const int64_t at = cell.reverse || d == 1 ? steps - 1 - t : t;
        const Step step = {cell, d, at, row, h};
        h = cell.gates == 4 ? LstmStep(step, &c) : GruStep(step);
        for (int64_t i = 0; i < state[2]; ++i) {
          results.sequence.At({at, d, row, i}) = h[static_cast<size_t>(i)];
        }
      }
      for (int64_t i = 0; i < state[2]; ++i) {
        results.hidden.At({d, row, i}) = h[static_cast<size_t>(i)];
      }
    }
  }
  return results;
}

}  // namespace octet::reference
