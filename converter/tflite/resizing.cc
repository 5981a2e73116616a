// RESIZE_BILINEAR, RESIZE_NEAREST_NEIGHBOR.

#include "converter/tflite/operator_imports.h"

namespace octet::converter {
namespace {

using schema::ResizeCoordinates;
using schema::ResizeMode;
using schema::ResizeNearest;

// `options` of either operator; the sizes are the file's.
template <typename Options>
Status ReturnResize(OperatorContext& op, const Options& options,
                    Resize resize) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, op.Input(0));
  const Shape& from = op.shape(input);
  resize.shape = op.output_tensor(0).shape;
  if (from.rank != 4 || resize.shape.rank != 4) {
    return InvalidModel("the picture " + from.ToString() +
                        " must have 4 dimensions");
  }
  if (options.align_corners() && options.half_pixel_centers()) {
    return InvalidModel("has both aligned corners and centres of half pixels");
  }
  for (int axis = 0; axis < 4; ++axis) {
    resize.scales[size_t(axis)] =
        static_cast<float>(resize.shape[axis]) / static_cast<float>(from[axis]);
  }
  resize.coordinates =
      options.align_corners()        ? ResizeCoordinates::ALIGN_CORNERS
      : options.half_pixel_centers() ? ResizeCoordinates::HALF_PIXEL
                                     : ResizeCoordinates::ASYMMETRIC;
  return op.Return(std::move(resize), {input});
}

}  // namespace

Status ImportTfliteResizeBilinear(OperatorContext& op) {
  OCTET_ASSIGN_OR_RETURN(const auto* options,
                         op.RequireOptions<tflite::ResizeBilinearOptions>());
  Resize resize;
  resize.mode = ResizeMode::LINEAR;
  return ReturnResize(op, *options, resize);
}

// The cell in which the output's position lies; with aligned corners the
// nearest one, the upper one of two.
Status ImportTfliteResizeNearestNeighbor(OperatorContext& op) {
  OCTET_ASSIGN_OR_RETURN(
      const auto* options,
      op.RequireOptions<tflite::ResizeNearestNeighborOptions>());
  Resize resize;
  resize.mode = ResizeMode::NEAREST;
  const bool is_floor =
      !options->align_corners() && !options->half_pixel_centers();
  resize.nearest =
      is_floor ? ResizeNearest::FLOOR : ResizeNearest::ROUND_PREFER_CEIL;
  return ReturnResize(op, *options, resize);
}

}  // namespace octet::converter
