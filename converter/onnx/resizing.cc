// Resize and Upsample; DepthToSpace and SpaceToDepth.

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "converter/ir/permutation.h"
#include "converter/ir/shape_arguments.h"
#include "converter/onnx/operator_imports.h"
#include "converter/onnx/window_attributes.h"

namespace octet::converter {
namespace {

using schema::ResizeCoordinates;
using schema::ResizeMode;
using schema::ResizeNearest;
using Floats = std::vector<float>;

template <typename Value>
struct Name {
  const char* name;
  Value value;
};

constexpr Name<ResizeMode> kModes[] = {
    {"nearest", ResizeMode::NEAREST},
    {"linear", ResizeMode::LINEAR},
    {"bilinear", ResizeMode::LINEAR},
    {"cubic", ResizeMode::CUBIC},
};
constexpr Name<ResizeCoordinates> kCoordinates[] = {
    {"half_pixel", ResizeCoordinates::HALF_PIXEL},
    {"half_pixel_symmetric", ResizeCoordinates::HALF_PIXEL_SYMMETRIC},
    {"pytorch_half_pixel", ResizeCoordinates::PYTORCH_HALF_PIXEL},
    {"align_corners", ResizeCoordinates::ALIGN_CORNERS},
    {"asymmetric", ResizeCoordinates::ASYMMETRIC},
    {"tf_crop_and_resize", ResizeCoordinates::TF_CROP_AND_RESIZE},
};
constexpr Name<ResizeNearest> kNearest[] = {
    {"round_prefer_floor", ResizeNearest::ROUND_PREFER_FLOOR},
    {"round_prefer_ceil", ResizeNearest::ROUND_PREFER_CEIL},
    {"floor", ResizeNearest::FLOOR},
    {"ceil", ResizeNearest::CEIL},
};

template <typename Value, size_t count>
Status ReadName(const NodeContext& node, const char* attribute,
                const char* fallback, const Name<Value> (&names)[count],
                Value& value) {
  OCTET_ASSIGN_OR_RETURN(const std::string text,
                         node.attributes().GetString(attribute, fallback));
  for (const Name<Value>& name : names) {
    if (text == name.name) {
      value = name.value;
      return OkStatus();
    }
  }
  return Unsupported(std::string(attribute) + " is '" + text + "'");
}

Status ReadModes(const NodeContext& node, Resize& resize) {
  OCTET_RETURN_IF_ERROR(ReadName(node, "mode", "nearest", kModes, resize.mode));
  // Before opset 11, and Upsample: i / s, rounded down.
  const bool is_old = node.type() == "Upsample" || node.opset() < 11;
  OCTET_RETURN_IF_ERROR(ReadName(node, "coordinate_transformation_mode",
                                 is_old ? "asymmetric" : "half_pixel",
                                 kCoordinates, resize.coordinates));
  OCTET_RETURN_IF_ERROR(ReadName(node, "nearest_mode",
                                 is_old ? "floor" : "round_prefer_floor",
                                 kNearest, resize.nearest));
  const NodeAttributes& attributes = node.attributes();
  OCTET_ASSIGN_OR_RETURN(resize.cubic_coeff_a,
                         attributes.GetFloat("cubic_coeff_a", -0.75f));
  OCTET_ASSIGN_OR_RETURN(resize.extrapolation_value,
                         attributes.GetFloat("extrapolation_value", 0.0f));
  OCTET_ASSIGN_OR_RETURN(const int64_t exclude_outside,
                         attributes.GetInt("exclude_outside", 0));
  OCTET_ASSIGN_OR_RETURN(const int64_t antialias,
                         attributes.GetInt("antialias", 0));
  resize.exclude_outside = exclude_outside != 0;
  resize.antialias = antialias != 0;
  return OkStatus();
}

// Constant floats of input `i`, or nothing where it is absent or empty.
Result<std::optional<Floats>> OptionalFloats(NodeContext& node, int i,
                                             const std::string& what) {
  if (!node.HasInput(i)) return std::optional<Floats>();
  OCTET_ASSIGN_OR_RETURN(const ValueId id, node.Input(i));
  if (node.shape(id).NumElements() == 0) return std::optional<Floats>();
  OCTET_ASSIGN_OR_RETURN(const ValueId constant, node.ConstantInput(i, what));
  return std::optional<Floats>(node.data(constant));
}

// Which input of the node holds what; -1: none.
struct Operands {
  int roi;
  int scales;
  int sizes;
};

Operands FindOperands(const NodeContext& node) {
  if (node.type() == "Upsample" || node.opset() < 11) return {-1, 1, -1};
  return {1, 2, 3};
}

// The axes that scales, sizes and roi speak of.
Result<std::vector<int>> ReadResizedAxes(const NodeContext& node, int rank) {
  std::vector<int64_t> all;
  for (int axis = 0; axis < rank; ++axis) all.push_back(axis);
  OCTET_ASSIGN_OR_RETURN(const std::vector<int64_t> axes,
                         node.attributes().GetInts("axes", all));
  std::vector<int> normalized;
  for (int64_t axis : axes) {
    OCTET_ASSIGN_OR_RETURN(normalized.emplace_back(),
                           NormalizeAxis(axis, rank));
  }
  return normalized;
}

Status CheckCount(const std::string& what, size_t count, size_t wanted) {
  if (count == wanted) return OkStatus();
  return InvalidModel(what + " has " + std::to_string(count) +
                      " values instead of " + std::to_string(wanted));
}

Status SetScales(const Floats& scales, const std::vector<int>& axes,
                 const Shape& shape, Resize& resize) {
  OCTET_RETURN_IF_ERROR(CheckCount("scales", scales.size(), axes.size()));
  for (size_t i = 0; i < axes.size(); ++i) {
    const double size = std::floor(double{scales[i]} * shape[axes[i]]);
    if (!(scales[i] > 0) || !(size >= 1) || size > 0x1p30) {
      return InvalidModel("a scale of " + std::to_string(scales[i]));
    }
    resize.scales[size_t(axes[i])] = scales[i];
    resize.shape[axes[i]] = static_cast<int32_t>(size);
  }
  return OkStatus();
}

// keep_aspect_ratio_policy: all scales become the smallest or the largest.
Status SetSizes(const NodeContext& node, const std::vector<int64_t>& sizes,
                const std::vector<int>& axes, const Shape& shape,
                Resize& resize) {
  OCTET_RETURN_IF_ERROR(CheckCount("sizes", sizes.size(), axes.size()));
  OCTET_ASSIGN_OR_RETURN(
      const std::string policy,
      node.attributes().GetString("keep_aspect_ratio_policy", "stretch"));
  if (policy != "stretch" && policy != "not_larger" &&
      policy != "not_smaller") {
    return InvalidModel("keep_aspect_ratio_policy is '" + policy + "'");
  }
  std::vector<double> scales;
  for (size_t i = 0; i < axes.size(); ++i) {
    if (sizes[i] < 1 || sizes[i] > (int64_t{1} << 30)) {
      return InvalidModel("a size of " + std::to_string(sizes[i]));
    }
    scales.push_back(static_cast<double>(sizes[i]) / shape[axes[i]]);
  }
  if (scales.empty()) return OkStatus();
  const double common = policy == "not_larger"
                            ? *std::min_element(scales.begin(), scales.end())
                            : *std::max_element(scales.begin(), scales.end());
  for (size_t i = 0; i < axes.size(); ++i) {
    const bool stretches = policy == "stretch";
    const double scale = stretches ? scales[i] : common;
    const double size = stretches ? static_cast<double>(sizes[i])
                                  : std::floor(scale * shape[axes[i]] + 0.5);
    resize.scales[size_t(axes[i])] = static_cast<float>(scale);
    resize.shape[axes[i]] = static_cast<int32_t>(size);
  }
  return OkStatus();
}

Status SetRoi(const Floats& roi, const std::vector<int>& axes, Resize& resize) {
  OCTET_RETURN_IF_ERROR(CheckCount("roi", roi.size(), 2 * axes.size()));
  for (size_t i = 0; i < axes.size(); ++i) {
    resize.roi_start[size_t(axes[i])] = roi[i];
    resize.roi_end[size_t(axes[i])] = roi[axes.size() + i];
  }
  return OkStatus();
}

// Scales are the attribute `scales` in Upsample before opset 9.
Result<std::optional<Floats>> ReadScales(NodeContext& node, int input) {
  if (node.attributes().Has("scales")) {
    OCTET_ASSIGN_OR_RETURN(Floats scales,
                           node.attributes().GetFloats("scales", {}));
    return std::optional<Floats>(std::move(scales));
  }
  return OptionalFloats(node, input, "the scales");
}

Result<int32_t> ReadBlockSize(const NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const int64_t size,
                         node.attributes().GetInt("blocksize", 0));
  if (size < 1 || size > 1024) {
    return InvalidModel("blocksize is " + std::to_string(size));
  }
  return static_cast<int32_t>(size);
}

}  // namespace

// Also Upsample.
Status ImportResize(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
  const Shape shape = node.shape(input);
  Resize resize;
  resize.shape = shape;
  OCTET_RETURN_IF_ERROR(ReadModes(node, resize));
  OCTET_ASSIGN_OR_RETURN(const std::vector<int> axes,
                         ReadResizedAxes(node, shape.rank));
  const Operands operands = FindOperands(node);
  OCTET_ASSIGN_OR_RETURN(const auto scales, ReadScales(node, operands.scales));
  if (scales.has_value()) {
    OCTET_RETURN_IF_ERROR(SetScales(*scales, axes, shape, resize));
  } else if (operands.sizes >= 0 && node.HasInput(operands.sizes)) {
    OCTET_ASSIGN_OR_RETURN(const std::vector<int64_t> sizes,
                           node.IntegerInput(operands.sizes, "the sizes"));
    OCTET_RETURN_IF_ERROR(SetSizes(node, sizes, axes, shape, resize));
  } else {
    return InvalidModel("has neither scales nor sizes");
  }
  if (resize.coordinates == ResizeCoordinates::TF_CROP_AND_RESIZE) {
    OCTET_ASSIGN_OR_RETURN(const auto roi,
                           OptionalFloats(node, operands.roi, "the roi"));
    if (!roi.has_value()) return InvalidModel("has no roi");
    OCTET_RETURN_IF_ERROR(SetRoi(*roi, axes, resize));
  }
  OCTET_ASSIGN_OR_RETURN(const ValueId output, node.Emit(resize, {input}));
  return node.Return(output);
}

// A channel becomes a pixel of a block. In NHWC, so that pictures stay NHWC:
// {n, h, w, c b b} -> {n, h, b, w, b, c}.
Status ImportDepthToSpace(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
  const Shape shape = node.shape(input);
  OCTET_RETURN_IF_ERROR(CheckPicture(shape, "DepthToSpace"));
  OCTET_ASSIGN_OR_RETURN(const int32_t b, ReadBlockSize(node));
  OCTET_ASSIGN_OR_RETURN(const std::string mode,
                         node.attributes().GetString("mode", "DCR"));
  if (mode != "DCR" && mode != "CRD") {
    return InvalidModel("mode is '" + mode + "'");
  }
  if (shape[1] % (b * b) != 0) {
    return InvalidModel("the channels do not divide by the block");
  }
  const int32_t n = shape[0], c = shape[1] / (b * b), h = shape[2],
                w = shape[3];
  const bool depth_first = mode == "DCR";
  const Shape split =
      depth_first ? Shape{n, h, w, b, b, c} : Shape{n, h, w, c, b, b};
  const TransposeParams order = depth_first
                                    ? TransposeParams{{0, 1, 3, 2, 4, 5}}
                                    : TransposeParams{{0, 1, 4, 2, 5, 3}};
  OCTET_ASSIGN_OR_RETURN(
      ValueId x, node.EmitTranspose(input, kToChannelsLast, "/to_nhwc"));
  OCTET_ASSIGN_OR_RETURN(x, node.EmitReshape(x, split, "/blocks"));
  OCTET_ASSIGN_OR_RETURN(x, node.EmitTranspose(x, order));
  OCTET_ASSIGN_OR_RETURN(
      x, node.EmitReshape(x, Shape{n, h * b, w * b, c}, "/picture"));
  OCTET_ASSIGN_OR_RETURN(x,
                         node.EmitTranspose(x, kToChannelsFirst, "/to_nchw"));
  return node.Return(x);
}

// The inverse of DepthToSpace with mode DCR.
Status ImportSpaceToDepth(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
  const Shape shape = node.shape(input);
  OCTET_RETURN_IF_ERROR(CheckPicture(shape, "SpaceToDepth"));
  OCTET_ASSIGN_OR_RETURN(const int32_t b, ReadBlockSize(node));
  if (shape[2] % b != 0 || shape[3] % b != 0) {
    return InvalidModel("height and width do not divide by the block");
  }
  const int32_t n = shape[0], c = shape[1], h = shape[2] / b, w = shape[3] / b;
  OCTET_ASSIGN_OR_RETURN(
      ValueId x, node.EmitTranspose(input, kToChannelsLast, "/to_nhwc"));
  OCTET_ASSIGN_OR_RETURN(
      x, node.EmitReshape(x, Shape{n, h, b, w, b, c}, "/blocks"));
  OCTET_ASSIGN_OR_RETURN(
      x, node.EmitTranspose(x, TransposeParams{{0, 1, 3, 2, 4, 5}}));
  OCTET_ASSIGN_OR_RETURN(
      x, node.EmitReshape(x, Shape{n, h, w, b * b * c}, "/picture"));
  OCTET_ASSIGN_OR_RETURN(x,
                         node.EmitTranspose(x, kToChannelsFirst, "/to_nchw"));
  return node.Return(x);
}

}  // namespace octet::converter
