#include "tests/kernels/gemm_tester.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "kernels/pack.h"
#include "tests/reference/layers.h"
#include "tests/test_seed.h"

namespace octet {
void CallGemm(const GemmKernel& kernel, ActivationForm form,
              const reference::WeightedLayer& layer, const GemmCall& call) {
  const GemmDescriptor& descriptor = kernel.descriptor;
  const LayerWeights weights = ToLayerWeights(layer);
  const size_t num_runs = call.runs.size();
  const size_t extra_steps =
      CountExtraSteps(descriptor, weights, num_runs, call.run_length).most;
  // Flush with the back, a multiple of 64 bytes is aligned to 64.
  const GuardedBuffer packed(PackedGemmBytes(descriptor, weights.n, num_runs,
                                             call.run_length, extra_steps) +
                                 kOverreadBytes,
                             GuardedBuffer::Flush::kBack);
  PackGemm(descriptor, form, weights, num_runs, call.run_length, extra_steps,
           packed.data());
  const GuardedBuffer workspace(
      GemmWorkspaceBytes(descriptor, num_runs, call.run_length),
      GuardedBuffer::Flush::kBack);
  GemmArgs args = {};
  args.m = call.m;
  args.n = weights.n;
  args.num_runs = num_runs;
  args.run_length = call.run_length;
  args.runs = call.runs.data();
  args.packed_weights = packed.data();
  args.panel_bytes =
      GemmPanelBytes(descriptor, num_runs, call.run_length, extra_steps);
  args.output = call.output;
  args.output_stride = call.output_stride;
  args.residual = call.residual;
  args.workspace = workspace.data();
  args.left_shifts =
      LeftShiftsOf(descriptor.weight_type, weights, num_runs * call.run_length);
  args.stage = ToOutputStage(layer.output);
  args.form = form;
  args.earlier_calls = call.m + call.runs.size();  // no result depends on it
  kernel.run(args);
}

GemmTester& GemmTester::m(size_t value) {
  m_ = value;
  return *this;
}
GemmTester& GemmTester::n(size_t value) {
  n_ = value;
  return *this;
}
GemmTester& GemmTester::k(size_t value) {
  k_ = value;
  return *this;
}
GemmTester& GemmTester::num_runs(size_t value) {
  num_runs_ = value;
  return *this;
}
GemmTester& GemmTester::pixel_stride(ptrdiff_t value) {
  has_pixel_stride_ = true;
  pixel_stride_ = value;
  return *this;
}
GemmTester& GemmTester::mixed_strides() {
  mixed_strides_ = true;
  return *this;
}
GemmTester& GemmTester::output_gap(size_t value) {
  output_gap_ = value;
  return *this;
}
GemmTester& GemmTester::misalignment(size_t value) {
  misalignment_ = value;
  return *this;
}
GemmTester& GemmTester::zero_point(int value) {
  layer_.input_zero_point = value;
  return *this;
}
GemmTester& GemmTester::output_zero_point(int value) {
  layer_.output.zero_point = value;
  return *this;
}
GemmTester& GemmTester::clamp(int min, int max) {
  layer_.output.clamp_min = min;
  layer_.output.clamp_max = max;
  return *this;
}
GemmTester& GemmTester::shift_range(int min, int max) {
  layer_.min_shift = min;
  layer_.max_shift = max;
  return *this;
}
GemmTester& GemmTester::multiplier(int value) {
  layer_.multiplier = value;
  return *this;
}
GemmTester& GemmTester::per_tensor() {
  layer_.per_channel = false;
  return *this;
}
GemmTester& GemmTester::extreme_values() {
  layer_.extreme_values = true;
  return *this;
}
GemmTester& GemmTester::extreme_biases() {
  extreme_biases_ = true;
  return *this;
}
GemmTester& GemmTester::residual(int fraction_bits, int multiplier,
                                 int zero_point) {
  has_residual_ = true;
  layer_.fraction_bits = fraction_bits;
  residual_.fraction_bits = fraction_bits;
  residual_.multiplier = multiplier;
  residual_.zero_point = zero_point;
  return *this;
}
GemmTester& GemmTester::residual_gap(size_t value) {
  residual_gap_ = value;
  return *this;
}
GemmTester& GemmTester::in_place() {
  in_place_ = true;
  return *this;
}

std::string GemmTester::ToString(const GemmKernel& kernel,
                                 ActivationForm form) const {
  std::string text = "gemm ";
  text += kernel.descriptor.name;
  text += form == ActivationForm::kU8 ? " u8" : " s8";
  text += ": m " + std::to_string(m_) + ", n " + std::to_string(n_) + ", k " +
          std::to_string(k_) + ", runs " + std::to_string(num_runs_);
  if (has_pixel_stride_) {
    text += ", pixel stride " + std::to_string(pixel_stride_);
  }
  if (mixed_strides_) text += ", mixed strides";
  text += ", output gap " + std::to_string(output_gap_) + ", misalignment " +
          std::to_string(misalignment_) + ", ";
  if (extreme_biases_) text += "extreme biases, ";
  if (has_residual_) {
    text += "residual " + std::to_string(residual_.fraction_bits) + " bits * " +
            std::to_string(residual_.multiplier) + " at " +
            std::to_string(residual_.zero_point) + ", gap " +
            std::to_string(residual_gap_) + (in_place_ ? ", in place, " : ", ");
  }
  return text + layer_.ToString();
}

ptrdiff_t GemmTester::StrideOfRun(size_t run) const {
  const ptrdiff_t k = static_cast<ptrdiff_t>(k_);
  if (has_pixel_stride_) return pixel_stride_;
  if (!mixed_strides_) return k;
  const ptrdiff_t strides[] = {k, 0, 1, 2 * k + 3, -k - 1};
  return strides[run % 5];
}

GemmTester::Run GemmTester::MakeRun(size_t run, Random& random) const {
  const ptrdiff_t stride = StrideOfRun(run);
  const size_t pixels = (m_ - 1) * static_cast<size_t>(std::abs(stride));
  const size_t bytes = misalignment_ + pixels + k_ + kOverreadBytes;
  Run made = {GuardedBuffer(bytes, AnyFlush(random)), misalignment_, stride};
  if (stride < 0) made.first += pixels;
  if (layer_.extreme_values) {
    FillWithExtremes(made.buffer.data(), bytes, layer_.input_zero_point,
                     random);
  } else if (mixed_strides_ && stride == 0) {
    std::vector<uint8_t> row(k_, static_cast<uint8_t>(layer_.input_zero_point));
    std::copy(row.begin(), row.end(), made.Pixel(0));
  } else {
    made.buffer.FillRandomly(random);
  }
  return made;
}

std::vector<int8_t> GemmTester::Gather(const std::vector<Run>& runs) const {
  std::vector<int8_t> inputs;
  inputs.reserve(m_ * num_runs_ * k_);
  for (size_t i = 0; i < m_; ++i) {
    for (const Run& run : runs) {
      const uint8_t* pixel = run.Pixel(i);
      for (size_t j = 0; j < k_; ++j) {
        inputs.push_back(static_cast<int8_t>(pixel[j]));
      }
    }
  }
  return inputs;
}

void GemmTester::MakeResidual(Random& random, ActivationForm form,
                              ptrdiff_t pixel_stride, uint8_t* first,
                              reference::Residual& residual,
                              GemmCall& call) const {
  for (size_t i = 0; i < m_; ++i) {
    uint8_t* pixel = first + static_cast<ptrdiff_t>(i) * pixel_stride;
    for (size_t c = 0; c < n_; ++c) {
      const int8_t q = static_cast<int8_t>(random.Between(-128, 127));
      residual.values.push_back(q);
      pixel[c] = static_cast<uint8_t>(static_cast<uint8_t>(q) ^ FormMask(form));
    }
  }
  call.residual = {first, pixel_stride,
                   static_cast<int16_t>(residual.multiplier),
                   static_cast<int8_t>(residual.zero_point),
                   static_cast<int8_t>(residual.fraction_bits)};
}

void GemmTester::Test(const GemmKernel& kernel, ActivationForm form,
                      OutputStatistics* statistics) const {
  if (testing::Test::HasFailure()) return;  // one report is enough
  const std::string description = ToString(kernel, form);
  SetRunningCase(&description);
  Random random(CaseSeed(description));
  const Shape shape = {static_cast<int32_t>(n_),
                       static_cast<int32_t>(num_runs_ * k_)};
  reference::WeightedLayer layer = RandomLayer(layer_, shape, random);
  std::vector<Run> runs;
  for (size_t r = 0; r < num_runs_; ++r) runs.push_back(MakeRun(r, random));
  const std::vector<int8_t> inputs = Gather(runs);
  if (extreme_biases_) {
    SetExtremeBiases(reference::FullyConnectedSums(layer, inputs), random,
                     layer);
  }
  const ptrdiff_t output_stride = static_cast<ptrdiff_t>(n_ + output_gap_);
  // In place, what lies behind it may be read.
  const OutputArea output(
      {1, m_, n_, 0, output_stride},
      in_place_ ? GuardedBuffer::Flush::kFront : AnyFlush(random),
      misalignment_);
  GemmCall call = {m_, k_, {}, output.first(), output_stride, {}};
  reference::Residual residual = residual_;
  const ptrdiff_t residual_stride =
      in_place_ ? output_stride : static_cast<ptrdiff_t>(n_ + residual_gap_);
  const GuardedBuffer residual_bytes(
      misalignment_ + m_ * static_cast<size_t>(residual_stride) -
          residual_gap_ + kOverreadBytes,
      AnyFlush(random));
  if (has_residual_) {
    MakeResidual(random, form, residual_stride,
                 in_place_ ? static_cast<uint8_t*>(output.first())
                           : residual_bytes.data() + misalignment_,
                 residual, call);
  }
  for (const Run& run : runs) {
    for (size_t i = 0; i < run.buffer.size(); ++i) {
      run.buffer.data()[i] ^= FormMask(form);
    }
    call.runs.push_back({run.Pixel(0), run.pixel_stride});
  }
  CallGemm(kernel, form, layer, call);
  const std::vector<int8_t> expected = reference::FullyConnected(
      layer, inputs, has_residual_ ? &residual : nullptr);
  output.ExpectWritten(expected, form, description);
  if (statistics != nullptr) statistics->Add(expected);
  SetRunningCase(nullptr);
}

}  // namespace octet
