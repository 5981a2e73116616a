// FloatGemmLayer: what the FLOAT32 forms of FullyConnected, Conv2d and
// ConvTranspose2d share: packed weights and the walk over tiles of outputs.

#ifndef OCTET_ENGINE_OPERATORS_FLOAT_GEMM_LAYER_H_
#define OCTET_ENGINE_OPERATORS_FLOAT_GEMM_LAYER_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "engine/operators/operator.h"
#include "engine/operators/split.h"
#include "kernels/float/gemm.h"
#include "octet/status.h"

namespace octet {

// FLOAT32 weights and bias {o}, and the clamp.
Status CheckFloatLayer(const Network& network, const Node& node,
                       const schema::FloatClamp* clamp);

class FloatGemmLayer : public Operator {
 public:
  void Pack(uint8_t* memory) override;
  void Run(const RunContext& context, int part) const override;

 protected:
  // Weights {n, taps, k / taps} of each group. Input pixels have groups * k /
  // taps values, output pixels groups * n.
  struct LayerShape {
    int64_t groups, n, taps, channels;
  };
  // Up to kFloatTileRows output pixels, by their index in the output.
  struct Tile {
    size_t num_taps;
    size_t num_rows;
    int64_t pixels[kFloatTileRows];
  };

  FloatGemmLayer(const PrepareContext& context, const Node& node,
                 const LayerShape& shape, const schema::FloatClamp* clamp);
  // Once the derived class knows them.
  void Divide(const PrepareContext& context, int64_t num_tiles);

  // Where the pixels of tile `index` lie and, in taps, the inputs and weights
  // of their taps: kFloatTileRows readable rows each.
  virtual Tile FillTile(int64_t index, const float* input,
                        FloatTap* taps) const = 0;
  const float* zeros() const { return zeros_; }
  const float* weights_of_tap(int64_t tap) const {
    return panels_ + tap * shape_.channels * int64_t{kFloatPanel};
  }
  int64_t input_channels() const { return shape_.groups * shape_.channels; }

 private:
  void RunTile(const Tile& tile, const Range& panels, FloatTap* taps,
               float* output) const;
  int64_t panels_per_group() const {
    return CeilDiv(shape_.n, int64_t{kFloatPanel});
  }
  int64_t panel_floats() const {
    return shape_.taps * shape_.channels * int64_t{kFloatPanel};
  }

  LayerShape shape_;
  FloatClamp clamp_;
  int input_, output_;
  const float* weights_in_file_;
  const float* bias_in_file_;
  int64_t num_tiles_ = 0;
  bool panels_divided_ = false;
  const float* panels_ = nullptr;
  const float* bias_ = nullptr;   // padded to whole panels
  const float* zeros_ = nullptr;  // an input pixel of padding
};

}  // namespace octet

#endif  // OCTET_ENGINE_OPERATORS_FLOAT_GEMM_LAYER_H_
