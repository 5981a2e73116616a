// What int8 cannot express.

#ifndef OCTET_CONVERTER_QUANTIZE_INT8_OBSTACLE_H_
#define OCTET_CONVERTER_QUANTIZE_INT8_OBSTACLE_H_

#include <string>

#include "converter/ir/graph.h"

namespace octet::converter {

// Whether each input may be a constant that stands for an activation.
bool TakesInt8Constants(const Operator& op);

// Why `node`, as the passes leave it, cannot run in INT8; empty: it can.
std::string FindInt8Obstacle(const Graph& graph, const Node& node);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_QUANTIZE_INT8_OBSTACLE_H_
