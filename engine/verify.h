// From untrusted bytes to a Network that nothing can trip over.
//
// FlatBuffers' verifier proves that every offset, vector and string lies inside
// the buffer. Everything else that a hostile or damaged file could break is
// checked here and by the verify function of each operator (operators/): an
// operator that is made from a verified network cannot fail, read or write
// outside its tensors, or overflow an accumulator.

#ifndef OCTET_ENGINE_VERIFY_H_
#define OCTET_ENGINE_VERIFY_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/network.h"
#include "engine/text_budget.h"
#include "octet/model.h"
#include "octet/status.h"
#include "schema/octet_generated.h"

namespace octet {

// The version of the format that this reader knows.
inline constexpr uint32_t kFormatVersion = 1;

// What a session holds at most in activations and scratch, and in packed
// weights: 2 GiB each.
inline constexpr uint64_t kMaxSessionBytes = uint64_t{1} << 31;

// The root of the file, all of whose offsets are in bounds. `data` is aligned
// to 16 and outlives the result.
Result<const schema::Model*> VerifyStructure(const uint8_t* data, size_t size);

// Tensors, inputs, outputs and operators. `data` and `size` are the file's.
Result<Network> VerifyNetwork(const schema::Model& model, const uint8_t* data,
                              size_t size);

// What applications read beside the network.
struct Metadata {
  std::string name;
  std::vector<PreprocessingInfo> preprocessing;
  std::vector<std::string> labels;
  std::vector<HeadInfo> heads;
  ProvenanceInfo provenance;
};

// Every index into outputs, dimensions and fields is in bounds, every number
// finite. Names are counted in `budget`.
Result<std::vector<HeadInfo>> VerifyHeads(const schema::Model& model,
                                          const Network& network,
                                          TextBudget* budget);

// `size` is the file's.
Result<Metadata> VerifyMetadata(const schema::Model& model,
                                const Network& network, size_t size);

}  // namespace octet

#endif  // OCTET_ENGINE_VERIFY_H_
