// The same layer in XNNPACK: int8 with a scale for each channel.

#ifndef OCTET_BENCH_ARM_XNNPACK_LAYER_H_
#define OCTET_BENCH_ARM_XNNPACK_LAYER_H_

#include <memory>

#include "bench/layer_shape.h"

namespace octet::bench {

class XnnpackLayer {
 public:
  // Null if XNNPACK refuses the layer.
  static std::unique_ptr<XnnpackLayer> Create(const LayerShape& shape);
  virtual ~XnnpackLayer() = default;

  // One pass over the layer, on the calling thread.
  virtual void Run() = 0;
};

}  // namespace octet::bench

#endif  // OCTET_BENCH_ARM_XNNPACK_LAYER_H_
