#include "engine/operators/strided_copy.h"

#include <cstring>

#include "engine/operators/split.h"

namespace octet {
namespace {

// REQUIRES: memory aligned for T.
template <typename T>
void CopyElements(const void* from, int64_t step, int64_t n, void* to) {
  const T* values = static_cast<const T*>(from);
  T* copies = static_cast<T*>(to);
  for (int64_t i = 0; i < n; ++i) copies[i] = values[i * step];
}

}  // namespace

StridedCopy::StridedCopy(const PrepareContext& context, const Node& node,
                         const RowLayout& layout, int64_t begin)
    : input_(node.inputs[0]),
      output_(node.output),
      layout_(MergeDimensions(layout)),
      begin_(begin),
      element_(context.network.output(node).element_size()) {
  plan_.kernel = "copy";
  plan_.num_parts =
      NumParts(context, context.network.output(node).NumBytes() * kWorkPerByte,
               layout_.rows());
}

void StridedCopy::Run(const RunContext& context, int part) const {
  const Range rows = PartOf(layout_.rows(), part, plan_.num_parts);
  const int64_t row_bytes = layout_.row() * element_;
  const uint8_t* input = context.tensors[input_] + begin_ * element_;
  uint8_t* output = context.tensors[output_] + rows.begin * row_bytes;
  RowWalk walk(layout_, rows.begin);
  for (int64_t row = rows.begin; row < rows.end; ++row) {
    CopyRow(input + walk.at(0) * element_, output);
    walk.Next();
    output += row_bytes;
  }
}

void StridedCopy::CopyRow(const uint8_t* from, uint8_t* to) const {
  const int64_t n = layout_.row();
  const int64_t step = layout_.step(0);
  if (step == 1) {
    std::memcpy(to, from, static_cast<size_t>(n * element_));
  } else if (element_ == 1) {
    CopyElements<uint8_t>(from, step, n, to);
  } else if (element_ == 4) {
    CopyElements<uint32_t>(from, step, n, to);
  } else {
    CopyElements<uint64_t>(from, step, n, to);
  }
}

}  // namespace octet
