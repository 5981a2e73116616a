// Runs a depthwise_conv kernel once and compares it with the reference:
//
//   DepthwiseConvTester().channels(17).kernel(3, 3).stride(2, 2)
//       .output_rows(2).output_width(9).Test(kernel, form);
//
// Weights are packed by the production packer. Each input row is memory of its
// own, with pages around it that cannot be read.

#ifndef OCTET_TESTS_KERNELS_DEPTHWISE_CONV_TESTER_H_
#define OCTET_TESTS_KERNELS_DEPTHWISE_CONV_TESTER_H_

#include <cstddef>
#include <string>
#include <vector>

#include "kernels/depthwise_conv.h"
#include "tests/kernels/guarded_buffer.h"
#include "tests/kernels/layer_data.h"
#include "tests/kernels/output_check.h"

namespace octet {

class DepthwiseConvTester {
 public:
  DepthwiseConvTester& channels(size_t value);
  DepthwiseConvTester& kernel(size_t h, size_t w);
  DepthwiseConvTester& stride(size_t h, size_t w);
  DepthwiseConvTester& dilation(size_t h, size_t w);
  DepthwiseConvTester& output_rows(size_t value);
  DepthwiseConvTester& output_width(size_t value);
  // Bytes between the channels of one pixel and those of the next.
  DepthwiseConvTester& pixel_gap(size_t value);
  DepthwiseConvTester& output_gap(size_t value);
  // Input pixels follow each other toward lower addresses.
  DepthwiseConvTester& backward();
  // The leftmost tap of output column 0 lies in this column, which may be
  // negative, of `columns` that there are. Only for kernels that pad.
  DepthwiseConvTester& pad(ptrdiff_t first_column, size_t columns);
  // The first and the last input row are rows of zero points, at one address.
  DepthwiseConvTester& padded_rows();
  DepthwiseConvTester& misalignment(size_t value);

  DepthwiseConvTester& zero_point(int value);
  DepthwiseConvTester& output_zero_point(int value);
  DepthwiseConvTester& clamp(int min, int max);
  DepthwiseConvTester& shift_range(int min, int max);
  DepthwiseConvTester& multiplier(int value);
  DepthwiseConvTester& per_tensor();
  DepthwiseConvTester& extreme_values();
  // Accumulators at the limits of int32.
  DepthwiseConvTester& extreme_biases();

  // The outputs are added to `statistics` if it is not null.
  void Test(const DepthwiseConvKernel& kernel, ActivationForm form,
            OutputStatistics* statistics = nullptr) const;

 private:
  std::string ToString(const DepthwiseConvKernel& kernel,
                       ActivationForm form) const;
  size_t InputRows() const;
  // Columns that taps reach, and columns in memory.
  size_t ReachedColumns() const;
  size_t InputWidth() const;
  ptrdiff_t PixelStride() const;
  OutputLayout Layout() const;
  // The byte of channel 0 of pixel 0.
  uint8_t* FirstPixel(const GuardedBuffer& row) const;
  std::vector<GuardedBuffer> MakeRows(Random& random) const;
  // Which of the rows' buffers is input row y.
  size_t BufferOfRow(size_t y) const;
  // The picture that the rows hold, of q.
  reference::Tensor Gather(const std::vector<GuardedBuffer>& rows) const;
  void Call(const DepthwiseConvKernel& kernel, ActivationForm form,
            const reference::WeightedLayer& layer,
            const std::vector<GuardedBuffer>& rows, void* output) const;

  size_t channels_ = 1;
  size_t kernel_h_ = 1, kernel_w_ = 1;
  size_t stride_h_ = 1, stride_w_ = 1;
  size_t dilation_h_ = 1, dilation_w_ = 1;
  size_t output_rows_ = 1;
  size_t output_width_ = 1;
  bool pads_ = false;
  ptrdiff_t first_column_ = 0;
  size_t columns_ = 0;
  size_t pixel_gap_ = 0;
  size_t output_gap_ = 0;
  bool backward_ = false;
  bool padded_rows_ = false;
  size_t misalignment_ = 0;
  bool extreme_biases_ = false;
  LayerOptions layer_;
};

}  // namespace octet

#endif  // OCTET_TESTS_KERNELS_DEPTHWISE_CONV_TESTER_H_
