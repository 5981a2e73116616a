#include "engine/heads/classify_pixels.h"

namespace octet {
namespace {

int LargestField(const Fields& fields, size_t candidate) {
  size_t best = 0;
  for (size_t c = 1; c < fields.num_fields(); ++c) {
    if (fields.At(candidate, c) > fields.At(candidate, best)) best = c;
  }
  return static_cast<int>(best);
}

// Height and width: the last two dimensions but for `axis`; all before are 1.
bool FindSize(const Shape& shape, int axis, ClassMap* map) {
  int sizes[kMaxRank];
  int count = 0;
  for (int i = 0; i < shape.rank; ++i) {
    if (i != axis) sizes[count++] = shape[i];
  }
  if (count < 2) return false;
  for (int i = 0; i < count - 2; ++i) {
    if (sizes[i] != 1) return false;
  }
  map->height = sizes[count - 2];
  map->width = sizes[count - 1];
  return true;
}

}  // namespace

Result<ClassMap> ClassifyPixels(const HeadInfo& head,
                                const std::vector<OutputValues>& outputs) {
  const OutputValues& output = outputs[static_cast<size_t>(head.output)];
  ClassMap map;
  if (!FindSize(output.shape, head.axis, &map)) {
    return InvalidModel(
        "the head is of one picture, its output has the shape " +
        output.shape.ToString());
  }
  const Fields fields(output, head.axis);
  for (size_t i = 0; i < fields.num_candidates(); ++i) {
    map.classes.push_back(fields.num_fields() > 1
                              ? LargestField(fields, i)
                              : int{fields.At(i, 0) >= head.threshold});
  }
  return map;
}

}  // namespace octet
