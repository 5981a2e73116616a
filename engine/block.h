// Block: memory from an allocator.

#ifndef OCTET_ENGINE_BLOCK_H_
#define OCTET_ENGINE_BLOCK_H_

#include <cstddef>
#include <cstdint>

#include "octet/allocator.h"

namespace octet {

class Block {
 public:
  Block() = default;
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;
  ~Block();
  // Once, aligned to kBlockAlignment. False if there is not enough. bytes > 0.
  bool Allocate(Allocator* allocator, uint64_t bytes);
  uint8_t* data() const { return data_; }

 private:
  Allocator* allocator_ = nullptr;
  uint8_t* data_ = nullptr;
  size_t bytes_ = 0;
};

}  // namespace octet

#endif  // OCTET_ENGINE_BLOCK_H_
