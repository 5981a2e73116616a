// Runs a file's bytes on every instruction set, with several divisions into
// parts, and compares the outputs with expected ones.

#ifndef OCTET_TESTS_ENGINE_RUN_NETWORK_H_
#define OCTET_TESTS_ENGINE_RUN_NETWORK_H_

#include <cstdint>
#include <string>
#include <vector>

#include "octet/allocator.h"
#include "octet/thread_pool.h"
#include "tests/random.h"

namespace octet {

// One after the other, the last part first: what one part left behind cannot
// help another.
class BackwardPool : public ThreadPool {
 public:
  explicit BackwardPool(int num_threads) : num_threads_(num_threads) {}
  int num_threads() const override { return num_threads_; }
  void Run(void (*function)(void* context, int part), void* context,
           int num_parts) override;

 private:
  int num_threads_;
};

// Fills what it gives out, so that results that depend on memory that nobody
// wrote differ from run to run.
class FillingAllocator : public Allocator {
 public:
  explicit FillingAllocator(uint8_t fill) : fill_(fill) {}
  void* Allocate(size_t bytes, size_t alignment) override;
  void Free(void* memory, size_t bytes, size_t alignment) override;

 private:
  uint8_t fill_;
};

std::vector<int8_t> RandomValues(int64_t count, Random& random);

// Loads `bytes`, runs them for each table of the CPU with 1, 2 and 5 parts (as
// small as possible) and fails the test unless every output of every run equals
// `expected`. `description` is shown on failure.
void ExpectOutputs(const std::vector<uint8_t>& bytes,
                   const std::vector<std::vector<int8_t>>& inputs,
                   const std::vector<std::vector<int8_t>>& expected,
                   const std::string& description);

// The same for tensors of any type, whose values are given as bytes.
using Bytes = std::vector<uint8_t>;
void ExpectBytes(const std::vector<uint8_t>& file,
                 const std::vector<Bytes>& inputs,
                 const std::vector<Bytes>& expected,
                 const std::string& description);

// Runs the file in all these ways, fails the test unless all outputs have the
// same bytes, and returns them.
std::vector<Bytes> OutputsEverywhere(const std::vector<uint8_t>& file,
                                     const std::vector<Bytes>& inputs);

template <typename T>
Bytes BytesOf(const std::vector<T>& values) {
  const uint8_t* bytes = reinterpret_cast<const uint8_t*>(values.data());
  return {bytes, bytes + values.size() * sizeof(T)};
}

}  // namespace octet

#endif  // OCTET_TESTS_ENGINE_RUN_NETWORK_H_
