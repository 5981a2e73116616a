// NonMaxSuppression. The standard's output has a row for each box that is left;
// the graph's has as many rows as there can be, of -1 behind the last box.

#include <algorithm>
#include <string>

#include "converter/onnx/operator_imports.h"
#include "schema/shape_inference.h"

namespace octet::converter {
namespace {

// A scalar input that the model may leave out.
Result<float> ScalarOr(NodeContext& node, int i, const char* what,
                       float fallback) {
  if (!node.HasInput(i)) return fallback;
  return node.ScalarInput(i, what);
}

}  // namespace

Status ImportNonMaxSuppression(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId boxes, node.Input(0));
  OCTET_ASSIGN_OR_RETURN(const ValueId scores, node.Input(1));
  const Shape of_boxes = node.shape(boxes), of_scores = node.shape(scores);
  if (of_boxes.rank != 3 || of_scores.rank != 3) {
    return InvalidModel("boxes and scores must have 3 dimensions");
  }
  NonMaxSuppression suppression;
  OCTET_ASSIGN_OR_RETURN(const int64_t center,
                         node.attributes().GetInt("center_point_box", 0));
  suppression.center_point_box = center != 0;
  OCTET_ASSIGN_OR_RETURN(const float most,
                         ScalarOr(node, 2, "max_output_boxes_per_class", 0));
  if (!(most >= 1)) {
    return Unsupported("max_output_boxes_per_class must be 1 or more");
  }
  suppression.max_boxes_per_class =
      static_cast<int32_t>(std::min(most, static_cast<float>(of_boxes[1])));
  OCTET_ASSIGN_OR_RETURN(suppression.iou_threshold,
                         ScalarOr(node, 3, "iou_threshold", 0));
  if (node.HasInput(4)) {
    OCTET_ASSIGN_OR_RETURN(suppression.score_threshold,
                           node.ScalarInput(4, "score_threshold"));
  }
  const int64_t rows =
      int64_t{of_scores[0]} * of_scores[1] * suppression.max_boxes_per_class;
  if (rows > kMaxElements / 3) {
    return ResourceExhausted("there could be " + std::to_string(rows) +
                             " boxes");
  }
  suppression.rows = static_cast<int32_t>(rows);
  OCTET_ASSIGN_OR_RETURN(const ValueId chosen,
                         node.Emit(suppression, {boxes, scores}));
  return node.Return(chosen);
}

}  // namespace octet::converter
