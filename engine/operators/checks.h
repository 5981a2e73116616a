// Checks and conversions that several operators share.

#ifndef OCTET_ENGINE_OPERATORS_CHECKS_H_
#define OCTET_ENGINE_OPERATORS_CHECKS_H_

#include <cstdint>
#include <string>

#include "engine/network.h"
#include "kernels/dispatch.h"
#include "kernels/float/float_clamp.h"
#include "octet/status.h"
#include "schema/operators.h"

namespace octet {

// Null is an error, too, here and below.
Status CheckClamp(const schema::Clamp* clamp);

// Of a FLOAT32 output; may be null.
Status CheckFloatClamp(const schema::FloatClamp* clamp);
FloatClamp FloatClampOf(const schema::FloatClamp* clamp);

// `count` entries, or one for all; multiplier and shift in their ranges.
Status CheckRequantization(const schema::Requantization* requantization,
                           int64_t count);

// F of a sum: 0 ... 6.
Status CheckFractionBits(int32_t fraction_bits);

// The window's values are not checked: shape inference does.
Result<Window2dParams> ReadWindow(const schema::Window2d* window);

// OK if `inferred` is a shape and the output's.
Status CheckOutputShape(const Network& network, const Node& node,
                        const Result<Shape>& inferred);

// All inputs have the output's scale and zero point.
Status CheckSameQuantization(const Network& network, const Node& node);

// Input `input` has the output's type, scale and zero point.
Status CheckSameValues(const Network& network, const Node& node, size_t input);

// "tensor 'x' (#3) must be BOOL, not FLOAT32", unless it is one of `types`, a
// set of TypeBit.
Status CheckTensorType(const Network& network, int tensor, unsigned types);

// REQUIRES: both verified.
OutputStage StageOf(const Tensor& output, const schema::Clamp& clamp);

// REQUIRES: verified.
Window2dParams WindowOf(const schema::Window2d& window);

// The entry of a per-channel array that may have one entry for all.
template <typename T>
T EntryOf(const flatbuffers::Vector<T>& values, uint32_t index) {
  return values.Get(values.size() == 1 ? 0 : index);
}

// "avx2 add": which of a plan's tables is the first that `serves`.
template <typename Serves>
std::string FirstServing(const KernelSet& kernels, Serves serves,
                         const char* family) {
  size_t count = 0;
  const IsaEntry* list = IsaList(&count);
  bool reached = false;
  for (size_t i = 0; i < count; ++i) {
    reached = reached || list[i].table == kernels.leading;
    if (reached && serves(*list[i].table)) {
      return std::string(list[i].table->isa) + " " + family;
    }
  }
  return family;
}

// Which table a function of a plan's kernels comes from.
template <typename Function>
std::string KernelName(const KernelSet& kernels, Function KernelTable::*entry,
                       Function function, const char* family) {
  return FirstServing(
      kernels,
      [&](const KernelTable& table) { return table.*entry == function; },
      family);
}

}  // namespace octet

#endif  // OCTET_ENGINE_OPERATORS_CHECKS_H_
