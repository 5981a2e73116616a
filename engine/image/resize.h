// Resizing and cropping of pictures, the same bytes on every CPU.

#ifndef OCTET_ENGINE_IMAGE_RESIZE_H_
#define OCTET_ENGINE_IMAGE_RESIZE_H_

#include "engine/image/picture.h"
#include "octet/status.h"

namespace octet {

// Resizes to height x width by bilinear interpolation; where the picture
// shrinks, the filter is widened to cover all pixels (antialiasing). Along an
// axis, with ratio = old size / new size and s = max(ratio, 1), output o is the
// mean of the pixels i weighted by
//
//   max(0, 1 - |i + 0.5 - center| / s)     with center = (o + 0.5) * ratio
//
// Widths first, then heights; weights have 22 binary places and each of the
// two steps rounds to 8 bits. That is the definition of Pillow's
// Image.resize(..., BILINEAR), with which most models were trained and
// measured. An axis that keeps its size is not touched.
//
// Error: the size breaks CheckPictureSize.
Result<Picture> ResizePicture(const Picture& picture, int height, int width);

// The height x width pixels in the middle; where an odd number of rows or
// columns is cut off, one more at the bottom or right. Error: the picture is
// smaller.
Result<Picture> CropCenter(const Picture& picture, int height, int width);

}  // namespace octet

#endif  // OCTET_ENGINE_IMAGE_RESIZE_H_
