// Runs a gemm kernel once and compares it with the reference:
//
//   GemmTester().m(4).n(17).k(35).num_runs(3).zero_point(-128)
//       .Test(kernel, form);
//
// The weights are packed by the production packer, as the kernel's descriptor
// asks. Inputs lie in front of memory that cannot be read (kOverreadBytes are),
// outputs in the middle of sentinels.

#ifndef OCTET_TESTS_KERNELS_GEMM_TESTER_H_
#define OCTET_TESTS_KERNELS_GEMM_TESTER_H_

#include <cstddef>
#include <string>
#include <vector>

#include "kernels/gemm.h"
#include "tests/kernels/guarded_buffer.h"
#include "tests/kernels/layer_data.h"
#include "tests/kernels/output_check.h"

namespace octet {

// Packs `layer` as the kernel asks and calls it once. Its weights are
// {n, runs.size() * run_length}; the runs' bytes are in `form` already.
struct GemmCall {
  size_t m;
  size_t run_length;
  std::vector<GemmRun> runs;
  void* output;
  ptrdiff_t output_stride;
  GemmResidual residual = {};
};
void CallGemm(const GemmKernel& kernel, ActivationForm form,
              const reference::WeightedLayer& layer, const GemmCall& call);

class GemmTester {
 public:
  GemmTester& m(size_t value);
  GemmTester& n(size_t value);
  // Bytes of each run.
  GemmTester& k(size_t value);
  GemmTester& num_runs(size_t value);
  // Bytes from pixel to pixel in each run; by default k.
  GemmTester& pixel_stride(ptrdiff_t value);
  // The runs take turns: k, a row of zero points (0), overlapping (1), odd and
  // negative.
  GemmTester& mixed_strides();
  // Bytes from pixel to pixel in the output behind its n channels.
  GemmTester& output_gap(size_t value);
  GemmTester& misalignment(size_t value);

  GemmTester& zero_point(int value);
  GemmTester& output_zero_point(int value);
  GemmTester& clamp(int min, int max);
  GemmTester& shift_range(int min, int max);
  GemmTester& multiplier(int value);
  GemmTester& per_tensor();
  GemmTester& extreme_values();
  // Accumulators at the limits of int32.
  GemmTester& extreme_biases();

  // Random bytes are added to the output, with these numbers.
  GemmTester& residual(int fraction_bits, int multiplier, int zero_point);
  // Bytes from pixel to pixel in the residual behind its n channels.
  GemmTester& residual_gap(size_t value);
  // The residual lies where the output goes.
  GemmTester& in_place();

  // The outputs are added to `statistics` if it is not null.
  void Test(const GemmKernel& kernel, ActivationForm form,
            OutputStatistics* statistics = nullptr) const;

 private:
  // One run's bytes, with q of pixel i at bytes(i).
  struct Run {
    GuardedBuffer buffer;
    size_t first;
    ptrdiff_t pixel_stride;

    uint8_t* Pixel(size_t i) const {
      return buffer.data() + first + static_cast<ptrdiff_t>(i) * pixel_stride;
    }
  };

  std::string ToString(const GemmKernel& kernel, ActivationForm form) const;
  ptrdiff_t StrideOfRun(size_t run) const;
  Run MakeRun(size_t run, Random& random) const;
  // The inputs that the runs name, as [m][num_runs * k] of q.
  std::vector<int8_t> Gather(const std::vector<Run>& runs) const;
  // Fills in the residual's values and writes them to `first`.
  void MakeResidual(Random& random, ActivationForm form, ptrdiff_t pixel_stride,
                    uint8_t* first, reference::Residual& residual,
                    GemmCall& call) const;

  size_t m_ = 1;
  size_t n_ = 1;
  size_t k_ = 1;
  size_t num_runs_ = 1;
  bool mixed_strides_ = false;
  bool has_pixel_stride_ = false;
  ptrdiff_t pixel_stride_ = 0;
  size_t output_gap_ = 0;
  size_t misalignment_ = 0;
  bool extreme_biases_ = false;
  bool has_residual_ = false;
  bool in_place_ = false;
  size_t residual_gap_ = 0;
  reference::Residual residual_;
  LayerOptions layer_;
};

}  // namespace octet

#endif  // OCTET_TESTS_KERNELS_GEMM_TESTER_H_
