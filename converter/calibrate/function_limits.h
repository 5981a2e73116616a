// The part of an activation's range that the functions behind it tell apart.

#ifndef OCTET_CONVERTER_CALIBRATE_FUNCTION_LIMITS_H_
#define OCTET_CONVERTER_CALIBRATE_FUNCTION_LIMITS_H_

#include <vector>

#include "converter/calibrate/range.h"
#include "converter/ir/graph.h"

namespace octet::converter {

// By value: whether functions (Unary) and nothing else read it.
std::vector<bool> FindValuesOfFunctions(const Graph& graph);

// `seen`: the smallest and the largest value of every activation. The result is
// the same but for FindValuesOfFunctions: beyond the
// narrower range of such a value, each function changes by no more than half a
// step of its 8-bit output. HardSwish is 0 below -3, SiLU nearly so below -8;
// int8 numbers spent there are lost to the rest. Ranges that would hardly
// become narrower stay.
Ranges LimitsOfFunctions(const Graph& graph, const Ranges& seen);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_CALIBRATE_FUNCTION_LIMITS_H_
