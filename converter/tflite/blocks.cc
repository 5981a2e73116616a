// DEPTH_TO_SPACE, SPACE_TO_DEPTH, SPACE_TO_BATCH_ND, BATCH_TO_SPACE_ND: blocks
// of a picture change places with channels or with the batch.

#include <string>
#include <utility>

#include "converter/tflite/operator_imports.h"
#include "schema/shape_inference.h"

namespace octet::converter {
namespace {

Result<ValueId> ReadPicture(OperatorContext& op, int32_t block) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, op.Input(0));
  if (op.shape(input).rank != 4 || block < 1 || block > kMaxElements) {
    return InvalidModel("the input " + op.shape(input).ToString() +
                        " must have 4 dimensions, and the block 1 or more");
  }
  return input;
}

// `input` as `split`, with its dimensions permuted, as `joined`.
Result<ValueId> EmitRearranged(OperatorContext& op, ValueId input,
                               const Shape& split, const TransposeParams& order,
                               const Shape& joined) {
  OCTET_ASSIGN_OR_RETURN(ValueId x,
                         op.Emit(Reshape{split}, {input}, input, "/blocks"));
  OCTET_ASSIGN_OR_RETURN(x, op.Emit(Transpose{order}, {x}, input, "/moved"));
  return op.Emit(Reshape{joined}, {x}, input, "/joined");
}

struct Blocks {
  int32_t h = 1, w = 1;
  // Pads or crops of height, then of width.
  int32_t top = 0, bottom = 0, left = 0, right = 0;
};

// Of pictures: two numbers, and four.
Result<Blocks> ReadBlocks(OperatorContext& op) {
  OCTET_ASSIGN_OR_RETURN(const std::vector<int64_t> sizes,
                         op.Integers(1, "the block"));
  OCTET_ASSIGN_OR_RETURN(const std::vector<int64_t> edges,
                         op.Integers(2, "the pads or crops"));
  if (sizes.size() != 2 || edges.size() != 4) {
    return Unsupported("blocks are supported over height and width alone");
  }
  for (const int64_t value : {sizes[0], sizes[1], edges[0] + 1, edges[1] + 1,
                              edges[2] + 1, edges[3] + 1}) {
    if (value < 1 || value > kMaxElements) {
      return InvalidModel("a block, pad or crop is out of range");
    }
  }
  const auto narrow = [](int64_t x) { return static_cast<int32_t>(x); };
  return Blocks{narrow(sizes[0]), narrow(sizes[1]), narrow(edges[0]),
                narrow(edges[1]), narrow(edges[2]), narrow(edges[3])};
}

Status CheckDivides(int64_t size, int64_t block) {
  if (size % block == 0) return OkStatus();
  return InvalidModel("a dimension of " + std::to_string(size) +
                      " does not divide by the block");
}

}  // namespace

Status ImportTfliteDepthToSpace(OperatorContext& op) {
  OCTET_ASSIGN_OR_RETURN(const auto* options,
                         op.RequireOptions<tflite::DepthToSpaceOptions>());
  const int32_t b = options->block_size();
  OCTET_ASSIGN_OR_RETURN(const ValueId input, ReadPicture(op, b));
  const Shape s = op.shape(input);
  OCTET_RETURN_IF_ERROR(CheckDivides(s[3], int64_t{b} * b));
  const int32_t c = s[3] / (b * b);
  OCTET_ASSIGN_OR_RETURN(
      const ValueId x,
      EmitRearranged(op, input, Shape{s[0], s[1], s[2], b, b, c},
                     TransposeParams{{0, 1, 3, 2, 4, 5}},
                     Shape{s[0], s[1] * b, s[2] * b, c}));
  return op.Return(Identity(), {x});
}

Status ImportTfliteSpaceToDepth(OperatorContext& op) {
  OCTET_ASSIGN_OR_RETURN(const auto* options,
                         op.RequireOptions<tflite::SpaceToDepthOptions>());
  const int32_t b = options->block_size();
  OCTET_ASSIGN_OR_RETURN(const ValueId input, ReadPicture(op, b));
  const Shape s = op.shape(input);
  OCTET_RETURN_IF_ERROR(CheckDivides(s[1], b));
  OCTET_RETURN_IF_ERROR(CheckDivides(s[2], b));
  const int32_t h = s[1] / b, w = s[2] / b;
  OCTET_ASSIGN_OR_RETURN(
      const ValueId x, EmitRearranged(op, input, Shape{s[0], h, b, w, b, s[3]},
                                      TransposeParams{{0, 1, 3, 2, 4, 5}},
                                      Shape{s[0], h, w, b * b * s[3]}));
  return op.Return(Identity(), {x});
}

// {n, h bh, w bw, c} -> {bh bw n, h, w, c}, padded with zeros first.
Status ImportTfliteSpaceToBatch(OperatorContext& op) {
  OCTET_ASSIGN_OR_RETURN(const Blocks b, ReadBlocks(op));
  OCTET_ASSIGN_OR_RETURN(ValueId x, ReadPicture(op, 1));
  Pad pad;
  pad.params.begin[1] = b.top;
  pad.params.end[1] = b.bottom;
  pad.params.begin[2] = b.left;
  pad.params.end[2] = b.right;
  OCTET_ASSIGN_OR_RETURN(x, op.Emit(pad, {x}, x, "/padded"));
  const Shape s = op.shape(x);
  OCTET_RETURN_IF_ERROR(CheckDivides(s[1], b.h));
  OCTET_RETURN_IF_ERROR(CheckDivides(s[2], b.w));
  const int32_t h = s[1] / b.h, w = s[2] / b.w;
  OCTET_ASSIGN_OR_RETURN(
      x, EmitRearranged(op, x, Shape{s[0], h, b.h, w, b.w, s[3]},
                        TransposeParams{{2, 4, 0, 1, 3, 5}},
                        Shape{b.h * b.w * s[0], h, w, s[3]}));
  return op.Return(Identity(), {x});
}

// The inverse; the edges are cut off behind.
Status ImportTfliteBatchToSpace(OperatorContext& op) {
  OCTET_ASSIGN_OR_RETURN(const Blocks b, ReadBlocks(op));
  OCTET_ASSIGN_OR_RETURN(ValueId x, ReadPicture(op, 1));
  const Shape s = op.shape(x);
  OCTET_RETURN_IF_ERROR(CheckDivides(s[0], int64_t{b.h} * b.w));
  const int32_t n = s[0] / (b.h * b.w);
  OCTET_ASSIGN_OR_RETURN(
      x, EmitRearranged(op, x, Shape{b.h, b.w, n, s[1], s[2], s[3]},
                        TransposeParams{{2, 3, 0, 4, 1, 5}},
                        Shape{n, s[1] * b.h, s[2] * b.w, s[3]}));
  const Shape full = op.shape(x);
  Slice crop;
  crop.params.begin[1] = b.top;
  crop.params.begin[2] = b.left;
  crop.params.size[0] = full[0];
  crop.params.size[1] = full[1] - b.top - b.bottom;
  crop.params.size[2] = full[2] - b.left - b.right;
  crop.params.size[3] = full[3];
  if (b.top + b.bottom > 0) crop.params.cut[1] = b.bottom;
  if (b.left + b.right > 0) crop.params.cut[2] = b.right;
  return op.Return(crop, {x});
}

}  // namespace octet::converter
