// Inputs of a network that nobody has to supply.

#ifndef OCTET_ENGINE_COMMAND_RANDOM_INPUTS_H_
#define OCTET_ENGINE_COMMAND_RANDOM_INPUTS_H_

#include <cstdint>

#include "octet/session.h"
#include "octet/status.h"

namespace octet::command {

// Sets every input to random values: INT8 to any q, FLOAT32 to multiples of
// 2^-6 in [-2, 2), integers to 0 ... 127 and BOOL to 0 or 1. A seed gives the
// same values on every machine.
Status SetRandomInputs(uint32_t seed, Session& session);

}  // namespace octet::command

#endif  // OCTET_ENGINE_COMMAND_RANDOM_INPUTS_H_
