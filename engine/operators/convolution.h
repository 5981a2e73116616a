// Convolution: Conv2d and FullyConnected as an implicit GEMM.
//
// No im2col copy: the kernel reads runs (kernels/gemm.h) straight from the
// picture. Of each output row, whole tiles of pixels whose kernel does not
// cross the left or right edge are direct; a kernel row above or below the
// picture is a run that stands still on a row of zero points. The pixels that
// are left, at the edges and in incomplete tiles, are gathered: their inputs
// are copied to patches until a tile is full, across rows.
//
//     x:  | gathered | direct tile | direct tile | gathered |

#ifndef OCTET_ENGINE_OPERATORS_CONVOLUTION_H_
#define OCTET_ENGINE_OPERATORS_CONVOLUTION_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "engine/operators/gemm_layer.h"
#include "engine/operators/operator.h"
#include "schema/operators.h"

namespace octet {

struct ConvolutionGeometry {
  int64_t batch, height, width, channels;
  int64_t output_height, output_width, output_channels;
  int64_t groups;
  Window2dParams window;
  int64_t merged_groups = 1;  // of the file's, in each of these groups

  int64_t pixels() const { return batch * output_height * output_width; }
  int64_t group_channels() const { return channels / groups; }
};

class Convolution : public FusibleOperator {
 public:
  // The tensors of `node` are input, output and, if it has a fourth input, the
  // residual; `weights` and `second_pass` are read by Pack.
  Convolution(const PrepareContext& context, const Node& node,
              const ConvolutionGeometry& geometry, const LayerWeights& weights,
              const OutputStage& stage, const GemmResidual& residual,
              const SecondPass& second_pass);

  // What `weights` of the constructor points to, if it is not the file.
  void KeepWeights(std::vector<int8_t> weights) {
    kept_weights_ = std::move(weights);
  }

  void SetOutputStride(int64_t stride) override { output_stride_ = stride; }
  void SetInputStride(size_t, int64_t stride) override {
    input_stride_ = stride;
  }
  void SetOutputTable(const OutputTable& table) override {
    layer_.SetOutputTable(table);
    plan_.kernel += " + lookup";
  }
  void Pack(uint8_t* memory) override;
  void Run(const RunContext& context, int part) const override;

 private:
  struct Task;
  struct RowPosition;

  GemmLayerShape LayerShape() const;
  void LayOutScratch();

  RowPosition PositionOf(int64_t row) const;
  void RunPixels(Task& task) const;
  void RunRow(Task& task, int64_t row, Range columns) const;
  int64_t RunInner(Task& task, const RowPosition& row, Range columns,
                   bool alone) const;
  void RunDirect(Task& task, const RowPosition& row, int64_t x,
                 int64_t m) const;
  void Gather(Task& task, const RowPosition& row, int64_t x) const;
  void CopyPatch(const Task& task, const RowPosition& row, int64_t x,
                 uint8_t* patch) const;
  uint8_t* CopyRowOfCells(const uint8_t* from, int64_t column,
                          uint8_t* patch) const;
  uint8_t* CopyCells(const uint8_t* from, int64_t column, uint8_t* patch) const;
  void FlushGathered(Task& task) const;

  ConvolutionGeometry geometry_;
  int input_, output_;    // tensors
  int residual_;          // or kNoTensor
  int64_t input_stride_;  // bytes from pixel to pixel
  // A run is a whole kernel row; otherwise it is one tap.
  bool row_runs_;
  // Columns whose kernel lies between the left and the right edge.
  Range inner_;
  uint8_t zero_byte_;  // the input's zero point as it lies in memory
  GemmLayer layer_;
  int64_t output_stride_;             // bytes from pixel to pixel
  std::vector<int8_t> kept_weights_;  // until Pack
  int64_t patch_bytes_;
  // Where the parts of a part's scratch begin; the runs are first.
  uint64_t patches_at_ = 0, pixels_at_ = 0, tile_at_ = 0, workspace_at_ = 0;
  const uint8_t* zero_row_ = nullptr;
};

}  // namespace octet

#endif  // OCTET_ENGINE_OPERATORS_CONVOLUTION_H_
