// Segmentation: from an output to a class for each pixel.

#ifndef OCTET_ENGINE_HEADS_CLASSIFY_PIXELS_H_
#define OCTET_ENGINE_HEADS_CLASSIFY_PIXELS_H_

#include <vector>

#include "engine/heads/fields.h"
#include "octet/head.h"
#include "octet/status.h"

namespace octet {

// height x width classes, row after row. It covers the input, whatever its
// size.
struct ClassMap {
  int height = 0;
  int width = 0;
  std::vector<int> classes;
};

// The class with the largest value at each pixel, the first of equal ones; with
// one channel, 1 where it reaches head.threshold and 0 elsewhere.
// kInvalidModel: the output is no picture of one or more channels.
// REQUIRES: `head` is a segmentation of the model that made the outputs.
Result<ClassMap> ClassifyPixels(const HeadInfo& head,
                                const std::vector<OutputValues>& outputs);

}  // namespace octet

#endif  // OCTET_ENGINE_HEADS_CLASSIFY_PIXELS_H_
