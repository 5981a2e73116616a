// Another size of a network's inputs, where the file allows one.

#ifndef OCTET_ENGINE_RESIZE_NETWORK_H_
#define OCTET_ENGINE_RESIZE_NETWORK_H_

#include <string>
#include <vector>

#include "engine/network.h"
#include "octet/shape.h"
#include "octet/status.h"

namespace octet {

// "32, 64 ... 320", the sizes of a dimension.
std::string SizesText(const VaryingDimension& varying);

// `network`, which is as in the file, with inputs of these shapes, one for each
// input. Every operator infers its output's shape and is verified with it, as
// when a file is loaded. Errors: kInvalidArgument for shapes that the file does
// not allow, kUnsupported where the network cannot have them.
Result<Network> ResizeNetwork(const Network& network,
                              const std::vector<Shape>& inputs);

}  // namespace octet

#endif  // OCTET_ENGINE_RESIZE_NETWORK_H_
