#include "engine/expanded_weights.h"

#include <string>

#include "engine/operators/operator.h"
#include "engine/verify.h"

namespace octet {

Status ExpandedWeights::Expand(const Network& network, Allocator* allocator) {
  uint64_t bytes = 0;
  for (const Tensor& tensor : network.tensors) {
    if (tensor.codes == nullptr) continue;
    bytes += AlignBlock(static_cast<uint64_t>(tensor.NumElements()));
  }
  if (bytes > kMaxSessionBytes ||
      (bytes > 0 && !block_.Allocate(allocator, bytes))) {
    return ResourceExhausted("there is no memory for " + std::to_string(bytes) +
                             " bytes of weights that the file holds packed");
  }
  uint8_t* place = block_.data();
  for (const Tensor& tensor : network.tensors) {
    if (tensor.codes == nullptr) {
      values_.push_back(reinterpret_cast<const int8_t*>(tensor.data));
      continue;
    }
    const int64_t count = tensor.NumElements();
    int8_t* values = reinterpret_cast<int8_t*>(place);
    UnpackWeights(*tensor.codes, tensor.data, 0, count, values);
    values_.push_back(values);
    place += AlignBlock(static_cast<uint64_t>(count));
  }
  return OkStatus();
}

}  // namespace octet
