// Runs a winograd_conv kernel once and compares it with the reference, which
// convolves each tile as a picture of 4x4 cells:
//
//   WinogradConvTester().tiles(7).c(17).n(35).pixels(2, 1).Test(kernel, form);
//
// Weights are packed by the production packer. Cells lie in any order, some
// tiles share theirs, and behind the last one is memory that cannot be read.

#ifndef OCTET_TESTS_KERNELS_WINOGRAD_CONV_TESTER_H_
#define OCTET_TESTS_KERNELS_WINOGRAD_CONV_TESTER_H_

#include <cstddef>
#include <string>
#include <vector>

#include "kernels/winograd_conv.h"
#include "tests/kernels/guarded_buffer.h"
#include "tests/kernels/layer_data.h"
#include "tests/kernels/output_check.h"

namespace octet {

class WinogradConvTester {
 public:
  WinogradConvTester& tiles(size_t value);
  WinogradConvTester& c(size_t value);
  WinogradConvTester& n(size_t value);
  // Rows and columns that exist of each tile's output: 1 or 2.
  WinogradConvTester& pixels(size_t rows, size_t columns);
  // Bytes behind the channels of a cell, and of an output pixel.
  WinogradConvTester& cell_gap(size_t value);
  WinogradConvTester& output_gap(size_t value);
  WinogradConvTester& misalignment(size_t value);

  WinogradConvTester& zero_point(int value);
  WinogradConvTester& output_zero_point(int value);
  WinogradConvTester& clamp(int min, int max);
  WinogradConvTester& shift_range(int min, int max);
  WinogradConvTester& per_tensor();
  WinogradConvTester& extreme_values();
  // An activation is added, with scales of 2^-fraction_bits steps.
  WinogradConvTester& residual(int fraction_bits);
  // Biases with which accumulators reach the bound of WinogradConvFits.
  WinogradConvTester& extreme_biases();

  // The outputs are added to `statistics` if it is not null.
  void Test(const WinogradConvKernel& kernel, ActivationForm form,
            OutputStatistics* statistics = nullptr) const;

 private:
  std::string ToString(const WinogradConvKernel& kernel,
                       ActivationForm form) const;
  // The cells of all tiles: which one of the buffer each is.
  std::vector<size_t> DrawCells(Random& random) const;
  size_t CellAt(size_t cell) const;
  // The tiles as pictures {tiles, 4, 4, c} of q.
  reference::Tensor Gather(const GuardedBuffer& buffer,
                           const std::vector<size_t>& cells) const;
  void FitBiases(reference::WeightedLayer& layer) const;
  OutputLayout Layout() const;
  // Random values for every pixel of the reference's output.
  reference::Residual DrawResidual(Random& random) const;
  // The same in memory, where the output's pixels would lie.
  GuardedBuffer PlaceResidual(const reference::Residual& residual,
                              ActivationForm form, Random& random) const;
  // Those of the reference's 2x2 pixels that the tiles have.
  std::vector<int8_t> Existing(const std::vector<int8_t>& output) const;
  void Call(const WinogradConvKernel& kernel, ActivationForm form,
            const reference::WeightedLayer& layer, const GuardedBuffer& buffer,
            const std::vector<size_t>& cells,
            const reference::Residual& residual, const uint8_t* residual_bytes,
            void* output) const;

  size_t tiles_ = 1;
  size_t c_ = 1;
  size_t n_ = 1;
  size_t rows_ = 2, columns_ = 2;
  size_t cell_gap_ = 0;
  size_t output_gap_ = 0;
  size_t misalignment_ = 0;
  bool has_residual_ = false;
  bool extreme_biases_ = false;
  LayerOptions layer_;
};

}  // namespace octet

#endif  // OCTET_TESTS_KERNELS_WINOGRAD_CONV_TESTER_H_
