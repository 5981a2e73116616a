// What heads found, drawn into the picture.

#ifndef OCTET_ENGINE_HEADS_DRAW_H_
#define OCTET_ENGINE_HEADS_DRAW_H_

#include <string>
#include <vector>

#include "engine/heads/classify_pixels.h"
#include "engine/heads/find_boxes.h"
#include "engine/image/picture.h"
#include "engine/image/preprocess.h"

namespace octet {

// The box, in pixels of the picture, cut off at its edges.
Box InPicture(const Box& box, const Placement& placement, PixelSize picture);

// The class's name and its score, or the class's number where it has no name.
std::string Caption(const HeadInfo& head, const Box& box);

// Frames around boxes (in pixels of the picture), a colour a class, with their
// captions; characters beyond ASCII are left out of these.
// REQUIRES: a picture of three channels.
void DrawBoxes(const HeadInfo& head, const std::vector<Box>& boxes,
               Picture* picture);

// The colour of its class over each pixel, half transparent; class 0 and what
// the network did not see stay as they are. `input` is the size of the
// network's input. REQUIRES: a picture of three channels.
void DrawClasses(const ClassMap& map, const Placement& placement,
                 PixelSize input, Picture* picture);

}  // namespace octet

#endif  // OCTET_ENGINE_HEADS_DRAW_H_
