// Runs a pooling function once and compares it with the reference:
//
//   PoolingTester().channels(17).window(3, 2).output_width(5).step(2)
//       .TestMax(function, form);
//
// Windows lie at any strides of memory: cell(x, ky, kx, c) is the byte at
// x * output_step + ky * cell_stride_h + kx * cell_stride_w + c.

#ifndef OCTET_TESTS_KERNELS_POOLING_TESTER_H_
#define OCTET_TESTS_KERNELS_POOLING_TESTER_H_

#include <cstddef>
#include <string>

#include "kernels/pooling.h"
#include "tests/kernels/guarded_buffer.h"
#include "tests/kernels/output_check.h"
#include "tests/reference/layers.h"

namespace octet {

class PoolingTester {
 public:
  PoolingTester& channels(size_t value);
  PoolingTester& window(size_t h, size_t w);
  PoolingTester& output_width(size_t value);
  // Pixels from window to window.
  PoolingTester& step(size_t value);
  // Pixels from cell to cell of a window.
  PoolingTester& dilation(size_t value);
  // All cells of all windows are the same pixel: for huge windows.
  PoolingTester& single_cell();
  // Bytes between the channels of one pixel and those of the next, in the
  // input and in the output.
  PoolingTester& gap(size_t value);
  PoolingTester& misalignment(size_t value);
  // Strides are negated: cells and windows follow toward lower addresses.
  PoolingTester& backward();
  // All cells are q.
  PoolingTester& value(int q);

  PoolingTester& zero_point(int value);
  PoolingTester& output_zero_point(int value);
  PoolingTester& clamp(int min, int max);
  // By default the ones that make an average.
  PoolingTester& multiplier(int value);
  PoolingTester& shift(int value);

  void TestMax(PoolFunction function, ActivationForm form,
               OutputStatistics* statistics = nullptr) const;
  void TestAverage(PoolFunction function, ActivationForm form,
                   OutputStatistics* statistics = nullptr) const;

 private:
  // Where cells lie: the distances in bytes, and the bytes they span.
  struct Strides {
    ptrdiff_t row, column, step;
    size_t span;
  };
  // The picture {output_width, window_h, window_w, channels} of all windows.
  using Windows = reference::Tensor;

  std::string ToString(const char* what, ActivationForm form) const;
  Strides ComputeStrides() const;
  uint8_t* FirstCell(const GuardedBuffer& buffer) const;
  GuardedBuffer MakeInput(Random& random) const;
  Windows Gather(const GuardedBuffer& buffer) const;
  // Fits multiplier and shift to 1 / count.
  void FitRequantization(int* multiplier, int* shift) const;
  void Run(PoolFunction function, ActivationForm form,
           const std::string& description, OutputStatistics* statistics,
           bool average) const;

  size_t channels_ = 1;
  size_t window_h_ = 1, window_w_ = 1;
  size_t output_width_ = 1;
  size_t step_ = 1;
  size_t dilation_ = 1;
  bool single_cell_ = false;
  size_t gap_ = 0;
  size_t misalignment_ = 0;
  bool backward_ = false;
  bool has_value_ = false;
  int value_ = 0;
  int zero_point_ = -3;
  reference::OutputParams output_ = {5, -128, 127};
  int multiplier_ = -1;
  int shift_ = -100;
};

}  // namespace octet

#endif  // OCTET_TESTS_KERNELS_POOLING_TESTER_H_
