// From a picture to the numbers that a network expects. The converter
// calibrates and evaluates with this code and `octet run` feeds the device with
// it, so that both see the same numbers.

#ifndef OCTET_ENGINE_IMAGE_PREPROCESS_H_
#define OCTET_ENGINE_IMAGE_PREPROCESS_H_

#include <vector>

#include "engine/image/picture.h"
#include "octet/model.h"
#include "octet/status.h"

namespace octet {

// Channels of the network's input: 1 for kGray, otherwise 3.
int NumChannels(ColorOrder color_order);

// OK if the sizes are positive and within CheckPictureSize, resize_shorter is
// large enough to crop height x width, and mean and std have one finite value a
// channel or one for all, std not 0. Where they are empty, mean counts as 0 and
// std as 1.
Status CheckPreprocessing(const PreprocessingInfo& info);

// The values of one picture, {height, width, NumChannels()}. In this order:
//   1. resize: kNone (the picture must be height x width), kStretch to height x
//      width, kShorter: the shorter side to resize_shorter, the longer one to
//      floor(resize_shorter * longer / shorter), or kFit: one side to height or
//      width, the other to floor(its size * the same factor), at least 1, and
//      the rest of height x width filled;
//   2. crop the middle, height x width;
//   3. order the colours: a gray picture counts as three equal channels; kGray
//      is Rec. 601 luma, 0.299 red + 0.587 green + 0.114 blue (16-bit fixed
//      point, rounded to a whole number as Pillow does);
//   4. value = (pixel - mean[c]) / std[c], where c counts the channels in the
//      network's order (kBgr: blue is 0).
// Errors: as CheckPreprocessing, or the picture has another size than kNone or
// the crop asks for.
Result<std::vector<float>> Preprocess(const Picture& picture,
                                      const PreprocessingInfo& info);

// Where Preprocess puts a picture: the point (x, y) of the input, in pixels,
// shows the point (x * scale_x + left, y * scale_y + top) of the picture.
struct Placement {
  double scale_x = 1.0, scale_y = 1.0;
  double left = 0.0, top = 0.0;
};

// REQUIRES: Preprocess takes pictures of height x width with `info`.
Placement PlacementOf(int height, int width, const PreprocessingInfo& info);

}  // namespace octet

#endif  // OCTET_ENGINE_IMAGE_PREPROCESS_H_
