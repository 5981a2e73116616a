// Inputs of a network that nobody has to supply.

#ifndef OCTET_ENGINE_COMMAND_RANDOM_INPUTS_H_
#define OCTET_ENGINE_COMMAND_RANDOM_INPUTS_H_

#include <cstdint>

#include "octet/session.h"
#include "octet/status.h"

namespace octet::command {

// Sets every input to random int8 values. A seed gives the same values on every
// machine.
Status SetRandomInputs(uint32_t seed, Session& session);

}  // namespace octet::command

#endif  // OCTET_ENGINE_COMMAND_RANDOM_INPUTS_H_
