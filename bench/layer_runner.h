// Runs the kernels of one instruction set over a whole layer, as the engine
// does: tiles of mr pixels or max_rows rows, all channels. The input is padded
// in memory, so that every pixel is an interior one.

#ifndef OCTET_BENCH_LAYER_RUNNER_H_
#define OCTET_BENCH_LAYER_RUNNER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bench/layer_shape.h"
#include "kernels/dispatch.h"

namespace octet::bench {

// Bytes that begin at a multiple of 64, with the slack that kernels may read.
class AlignedBytes {
 public:
  explicit AlignedBytes(size_t size);
  uint8_t* data() { return data_; }

 private:
  std::vector<uint8_t> storage_;
  uint8_t* data_;
};

// The values of weights matter to gemm kernels with int16_sums alone.
enum class WeightValues {
  kNormal,  // a standard deviation of 32 within +-127
  kSmall,   // +-32: no int16 sum can saturate
};

class LayerRunner {
 public:
  // Random inputs and weights; kernels as a plan led by `table` chooses them.
  static std::unique_ptr<LayerRunner> Create(const LayerShape& shape,
                                             const KernelTable* table,
                                             WeightValues values);
  virtual ~LayerRunner() = default;

  // One pass over the layer.
  virtual void Run() = 0;

  // "avx2 6x16"
  const std::string& kernel_name() const { return kernel_name_; }

 protected:
  LayerRunner(const LayerShape& shape, const KernelTable* table);

  const LayerShape shape_;
  const KernelSet set_;
  std::string kernel_name_;
  size_t row_bytes_;  // of the padded input
  AlignedBytes input_;
  AlignedBytes output_;
};

}  // namespace octet::bench

#endif  // OCTET_BENCH_LAYER_RUNNER_H_
