// Detection: from the outputs to the objects in the picture.

#ifndef OCTET_ENGINE_HEADS_FIND_BOXES_H_
#define OCTET_ENGINE_HEADS_FIND_BOXES_H_

#include <vector>

#include "engine/heads/fields.h"
#include "octet/head.h"
#include "octet/status.h"

namespace octet {

// x1 <= x2 and y1 <= y2; in pixels, of the input or of the picture.
struct Box {
  int class_index = 0;
  float score = 0.0f;
  float x1 = 0.0f, y1 = 0.0f, x2 = 0.0f, y2 = 0.0f;
};

struct PixelSize {
  int height = 0;
  int width = 0;
};

// The boxes of a model's outputs with a score of head.threshold or more, the
// best first, without those that overlap a better one of their class by more
// than max_overlap. In pixels of the input, whose size is `input`; they may
// reach out of it. Formulas: schema/octet.fbs, table Boxes.
// kInvalidModel: the outputs have another number of candidates than the grids.
// REQUIRES: `head` is a detection of the model that made the outputs.
Result<std::vector<Box>> FindBoxes(const HeadInfo& head,
                                   const std::vector<OutputValues>& outputs,
                                   PixelSize input);

// Area in common / area of both together; 0 where both are empty.
float IntersectionOverUnion(const Box& a, const Box& b);

}  // namespace octet

#endif  // OCTET_ENGINE_HEADS_FIND_BOXES_H_
