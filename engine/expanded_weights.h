// ExpandedWeights: the weights of a network as int8, while a plan is made.

#ifndef OCTET_ENGINE_EXPANDED_WEIGHTS_H_
#define OCTET_ENGINE_EXPANDED_WEIGHTS_H_

#include <cstdint>
#include <vector>

#include "engine/block.h"
#include "engine/network.h"
#include "octet/status.h"

namespace octet {

// Weights that the file holds as int8 are read where they lie; packed ones are
// expanded into memory of the allocator, which goes back with the object.
class ExpandedWeights {
 public:
  // Errors: kResourceExhausted. Once.
  Status Expand(const Network& network, Allocator* allocator);

  // REQUIRES: a constant of type INT8.
  const int8_t* values(int tensor) const {
    return values_[static_cast<size_t>(tensor)];
  }

 private:
  Block block_;
  std::vector<const int8_t*> values_;  // by tensor; null: no INT8 constant
};

}  // namespace octet

#endif  // OCTET_ENGINE_EXPANDED_WEIGHTS_H_
