// A network with rounding TFLITE in every operator that has it, like a
// quantized TFLite classifier, and the same computed by tests/reference.
//
//   picture {1, 9, 8, 3} ─ conv 3x3 ─┬─ depthwise 3x3 ─┐
//                                    └─────────────────┴ add ─ average pool
//     ─ requantize ─ mean ─ reshape ─ fully connected ─ softmax {1, 6}

#ifndef OCTET_TESTS_ENGINE_TFLITE_NETWORK_H_
#define OCTET_TESTS_ENGINE_TFLITE_NETWORK_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "tests/engine/model_builder.h"
#include "tests/random.h"
#include "tests/reference/tflite.h"

namespace octet {

// Operators of TfliteNetwork, in their order.
enum TfliteNetworkOperator : size_t {
  kTfliteConvAt,
  kTfliteDepthwiseAt,
  kTfliteAddAt,
  kTfliteAveragePoolAt,
  kTfliteRequantizeAt,
  kTfliteMeanAt,
  kTfliteReshapeAt,
  kTfliteFullyConnectedAt,
  kTfliteSoftmaxAt,
};

// picture: values of the input; expected (optional) gets those of the output.
ModelBuilder TfliteNetwork(const std::vector<int8_t>& picture,
                           std::vector<int8_t>* expected);
inline const Shape kTflitePicture = {1, 9, 8, 3};

std::unique_ptr<schema::TfliteRequantizationT> ToSchema(
    const reference::TfliteScales& scales);

// A layer with weights -128 ... 127, and scales that spread its outputs.
struct TfliteLayer {
  reference::WeightedLayer layer;
  reference::TfliteScales scales;
};
TfliteLayer RandomTfliteLayer(const Shape& weights, int input_zero_point,
                              int weight_zero_point, bool per_channel,
                              Random& random);

// Appends layers; weights with a zero point are per tensor.
int AppendTfliteConv(ModelBuilder& builder, const TfliteLayer& layer,
                     const Window2dParams& window, int groups, int input,
                     const Shape& output);
int AppendTfliteFullyConnected(ModelBuilder& builder, const TfliteLayer& layer,
                               int input, const Shape& output);

}  // namespace octet

#endif  // OCTET_TESTS_ENGINE_TFLITE_NETWORK_H_
