// Pool2d: the walk over the windows that MaxPool2d and AveragePool2d share.

#ifndef OCTET_ENGINE_OPERATORS_POOL2D_H_
#define OCTET_ENGINE_OPERATORS_POOL2D_H_

#include <cstdint>
#include <vector>

#include "engine/operators/checks.h"
#include "engine/operators/operator.h"
#include "engine/operators/pool_spans.h"
#include "engine/operators/split.h"
#include "kernels/pooling.h"
#include "octet/status.h"

namespace octet {

// The window over a picture of shape {n, h, w, c}: the file's, but as large as
// the picture where the options (MaxPool2d, AveragePool2d) say so.
// REQUIRES: verified.
template <typename Options>
Window2dParams PoolWindowOf(const Options& options, const Shape& picture) {
  Window2dParams window = WindowOf(*options.window());
  if (options.whole_height()) window.kernel_h = picture[1];
  if (options.whole_width()) window.kernel_w = picture[2];
  return window;
}

// OK if the window of a node's options is there and, where it is to be the
// whole picture, can be and has the size of the file's picture.
Status CheckWholeWindow(const Network& network, const Node& node,
                        const schema::Window2d* window, WholeAxes whole);

// The window of a node with such options; its values are not checked further:
// shape inference does.
template <typename Options>
Result<Window2dParams> ReadPoolWindow(const Network& network,
                                      const Node& node) {
  const Options& options = node.options<Options>();
  OCTET_RETURN_IF_ERROR(
      CheckWholeWindow(network, node, options.window(),
                       {options.whole_height(), options.whole_width()}));
  return PoolWindowOf(options, network.input(node, 0).shape);
}

// The shapes and clamp of a pooling operator.
Status VerifyPool2d(const Network& network, const Node& node,
                    const Result<Window2dParams>& window,
                    const schema::Clamp* clamp);

class Pool2d : public FusibleOperator {
 public:
  Pool2d(const PrepareContext& context, const Node& node,
         const Window2dParams& window, const OutputStage& stage,
         PoolFunction function);

  void SetOutputStride(int64_t stride) override { output_stride_ = stride; }
  void Run(const RunContext& context, int part) const override;

 protected:
  // Sets what an average needs for windows of `cells` cells in the picture.
  virtual void SetScale(int64_t cells, PoolArgs* args) const = 0;

 private:
  void RunRow(const RunContext& context, int64_t row, Range channels) const;

  Window2dParams window_;
  int64_t height_, width_, channels_, output_height_, output_width_, rows_;
  int input_, output_;
  int64_t output_stride_;  // bytes from pixel to pixel
  OutputStage stage_;
  ActivationForm form_;
  PoolFunction function_;
  std::vector<PoolSpan> columns_;
  std::vector<PoolSpan> row_spans_;
  bool channels_divided_ = false;
};

}  // namespace octet

#endif  // OCTET_ENGINE_OPERATORS_POOL2D_H_
