// RESIZE_BILINEAR, RESIZE_NEAREST_NEIGHBOR.

#include "converter/ir/shape_arguments.h"
#include "converter/tflite/operator_imports.h"

namespace octet::converter {
namespace {

using schema::ResizeCoordinates;
using schema::ResizeMode;
using schema::ResizeNearest;

// `picture` with the height and width of input 1.
Result<Shape> ResizedShape(const OperatorContext& op, const Shape& picture) {
  OCTET_ASSIGN_OR_RETURN(const std::vector<int64_t> size,
                         op.Integers(1, "the size"));
  if (size.size() != 2) return InvalidModel("the size is not two numbers");
  return ToShape({picture[0], size[0], size[1], picture[3]});
}

// `options` of either operator; the sizes are the file's.
template <typename Options>
Status ReturnResize(OperatorContext& op, const Options& options,
                    Resize resize) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, op.Input(0));
  const Shape from = op.shape(input);
  OCTET_ASSIGN_OR_RETURN(resize.shape, op.OutputShape(ResizedShape(op, from)));
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
