#include "engine/command/random_inputs.h"

#include <random>
#include <vector>

namespace octet::command {

Status SetRandomInputs(uint32_t seed, Session& session) {
  // The standard defines its numbers, unlike those of distributions.
  std::mt19937 random(seed);
  for (size_t i = 0; i < session.model().inputs().size(); ++i) {
    std::vector<int8_t> values(session.model().inputs()[i].NumElements());
    for (int8_t& value : values) value = static_cast<int8_t>(random());
    OCTET_RETURN_IF_ERROR(
        session.SetInput(static_cast<int>(i), values.data(), values.size()));
  }
  return OkStatus();
}

}  // namespace octet::command
