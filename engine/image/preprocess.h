// From a picture to the numbers that a network expects. The converter
// calibrates and evaluates with this code and `octet run` feeds the device with
// it, so that both see the same numbers.

#ifndef OCTET_ENGINE_IMAGE_PREPROCESS_H_
#define OCTET_ENGINE_IMAGE_PREPROCESS_H_

#include <vector>

#include "engine/image/picture.h"
#include "octet/status.h"
#include "schema/octet_generated.h"

namespace octet {

// The contents of table Preprocessing in schema/octet.fbs.
struct PreprocessParams {
  // Of the network's input, in pixels.
  int height = 0;
  int width = 0;
  schema::Resize resize = schema::Resize::NONE;
  // In pixels; for Resize::SHORTER.
  int resize_shorter = 0;
  schema::ColorOrder color_order = schema::ColorOrder::RGB;
  // One for each channel of the network's input, in its order (BGR: blue
  // first; GRAY: the first alone), in units of a pixel's 0...255.
  float mean[3] = {0.0f, 0.0f, 0.0f};
  float std[3] = {1.0f, 1.0f, 1.0f};

  // 1 for GRAY, otherwise 3.
  int num_channels() const {
    return color_order == schema::ColorOrder::GRAY ? 1 : 3;
  }
};

// OK if the sizes are positive and within CheckPictureSize, resize_shorter is
// large enough to crop height x width, and every std is finite and not 0.
Status CheckPreprocessParams(const PreprocessParams& params);

// The values of one picture, {height, width, num_channels}. In this order:
//   1. resize: NONE (the picture must be height x width), STRETCH to height x
//      width, or SHORTER: the shorter side to resize_shorter, the longer one
//      to floor(resize_shorter * longer / shorter);
//   2. crop the middle, height x width;
//   3. order the colours: a gray picture counts as three equal channels; GRAY
//      is Rec. 601 luma, 0.299 red + 0.587 green + 0.114 blue (16-bit fixed
//      point, rounded to a whole number as Pillow does);
//   4. value = (pixel - mean[c]) / std[c].
// Errors: as CheckPreprocessParams, or the picture has another size than NONE
// or the crop asks for.
Result<std::vector<float>> Preprocess(const Picture& picture,
                                      const PreprocessParams& params);

}  // namespace octet

#endif  // OCTET_ENGINE_IMAGE_PREPROCESS_H_
