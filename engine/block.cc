#include "engine/block.h"

#include "engine/operators/operator.h"

namespace octet {

Block::~Block() {
  if (data_ != nullptr) allocator_->Free(data_, bytes_, kBlockAlignment);
}

bool Block::Allocate(Allocator* allocator, uint64_t bytes) {
  allocator_ = allocator;
  bytes_ = static_cast<size_t>(bytes);
  data_ = static_cast<uint8_t*>(allocator->Allocate(bytes_, kBlockAlignment));
  return data_ != nullptr;
}

}  // namespace octet
