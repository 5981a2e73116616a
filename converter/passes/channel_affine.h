// The operators that compute y = scale[c] * x + bias[c] with c along one axis:
// BatchNormalization, Add and Mul by a constant.

#ifndef OCTET_CONVERTER_PASSES_CHANNEL_AFFINE_H_
#define OCTET_CONVERTER_PASSES_CHANNEL_AFFINE_H_

#include <optional>
#include <vector>

#include "converter/ir/graph.h"

namespace octet::converter {

struct ChannelAffine {
  int axis = 0;
  // One entry an index along `axis`. In double, so that folding it into
  // weights rounds once.
  std::vector<double> scale;
  std::vector<double> bias;
  FloatClamp clamp;  // applied to y
};

// What `node` computes of its first input, or nothing where it is no such
// operator: another one, two computed inputs, or a constant that varies along
// more than one axis.
std::optional<ChannelAffine> FindChannelAffine(const Graph& graph,
                                               const Node& node);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_PASSES_CHANNEL_AFFINE_H_
