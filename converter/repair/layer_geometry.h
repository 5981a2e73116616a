// Conv2d and FullyConnected seen alike: for each cell of the output, each group
// multiplies a row of inputs by its channels' weights.

#ifndef OCTET_CONVERTER_REPAIR_LAYER_GEOMETRY_H_
#define OCTET_CONVERTER_REPAIR_LAYER_GEOMETRY_H_

#include <cstddef>
#include <cstdint>

#include "converter/ir/graph.h"
#include "converter/quantize/quantization_params.h"

namespace octet::converter {

class LayerGeometry {
 public:
  // REQUIRES: IsWeightedLayer(node.op), weights constant; `graph` outlives it.
  LayerGeometry(const Graph& graph, const Node& node);

  size_t cells() const { return cells_; }  // of the output, a sample
  size_t groups() const { return groups_; }
  size_t inputs() const { return inputs_; }    // weights an output channel
  size_t outputs() const { return outputs_; }  // channels a group

  // Writes the `inputs()` values that `group` reads for `cell`, in the order of
  // the weights, as real numbers. `input` is the layer's input in int8; padding
  // is 0.
  void ReadInputs(const int8_t* input, const ActivationParams& params,
                  size_t cell, size_t group, float* row) const;

 private:
  const Conv2d* conv_ = nullptr;  // null: FullyConnected
  Shape input_shape_;
  Shape output_shape_;
  size_t cells_ = 0;
  size_t groups_ = 1;
  size_t inputs_ = 0;
  size_t outputs_ = 0;
};

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_REPAIR_LAYER_GEOMETRY_H_
