// A network with every operator of the format, and every field of metadata,
// for tests of files and sessions.
//
//   picture {1, 8, 8, 3} ─ conv 3x3 ─┬─ depthwise 3x3 ─┐
//                                    └─────────────────┴ add ─ max pool ─┐
//     ┌──────────────────────────────────────────────────────────────────┘
//     ├─ lookup ─────┐
//     └─ slice ─ pad ┴ concat ─ transpose ─ requantize ─ average pool
//          ─ reshape ─ fully connected + constant ─ softmax {1, 5}

#ifndef OCTET_TESTS_ENGINE_SMALL_NETWORK_H_
#define OCTET_TESTS_ENGINE_SMALL_NETWORK_H_

#include "tests/engine/model_builder.h"

namespace octet {

// Operators of SmallNetwork, in their order.
enum SmallNetworkOperator : size_t {
  kConvAt,
  kDepthwiseAt,
  kAddAt,
  kMaxPoolAt,
  kLookupAt,
  kSliceAt,
  kPadAt,
  kConcatAt,
  kTransposeAt,
  kRequantizeAt,
  kAveragePoolAt,
  kReshapeAt,
  kFullyConnectedAt,
  kSoftmaxAt,
};

// channels: of the convolutions. More make the network larger, so that a
// session divides its work.
ModelBuilder SmallNetwork(int32_t channels = 8, int32_t picture_size = 8);

}  // namespace octet

#endif  // OCTET_TESTS_ENGINE_SMALL_NETWORK_H_
