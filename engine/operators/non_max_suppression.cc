// NonMaxSuppression: of boxes that overlap, the one with the best score.

#include <algorithm>

#include "engine/operators/checks.h"
#include "engine/operators/float_operators.h"
#include "engine/operators/split.h"
#include "schema/shape_inference.h"

namespace octet {
namespace {

// Corners in order: low_y <= high_y.
struct Box {
  float low_y, low_x, high_y, high_x;

  float Area() const { return (high_y - low_y) * (high_x - low_x); }
};

Box ReadBox(const float* values, bool center) {
  if (center) {  // x y width height
    const float half_w = values[2] / 2.0f;
    const float half_h = values[3] / 2.0f;
    return {values[1] - half_h, values[0] - half_w, values[1] + half_h,
            values[0] + half_w};
  }
  return {std::min(values[0], values[2]), std::min(values[1], values[3]),
          std::max(values[0], values[2]), std::max(values[1], values[3])};
}

// Intersection over union.
float Overlap(const Box& a, const Box& b) {
  const float height =
      std::min(a.high_y, b.high_y) - std::max(a.low_y, b.low_y);
  const float width = std::min(a.high_x, b.high_x) - std::max(a.low_x, b.low_x);
  if (!(height > 0.0f && width > 0.0f)) return 0.0f;
  const float common = height * width;
  return common / (a.Area() + b.Area() - common);
}

class NonMaxSuppression : public Operator {
 public:
  NonMaxSuppression(const PrepareContext& context, const Node& node,
                    const schema::NonMaxSuppression& options)
      : boxes_(node.inputs[0]),
        scores_(node.inputs[1]),
        output_(node.output),
        center_(options.center_point_box()),
        most_(options.max_boxes_per_class()),
        iou_threshold_(options.iou_threshold()),
        use_score_threshold_(options.use_score_threshold()),
        score_threshold_(options.score_threshold()) {
    const Shape& scores = context.network.tensor(scores_).shape;
    batches_ = scores[0];
    classes_ = scores[1];
    n_ = scores[2];
    rows_ = context.network.output(node).shape[0];
    plan_.scratch_bytes =
        AlignBlock(2 * static_cast<uint64_t>(n_) * sizeof(int32_t));
    plan_.kernel = "non-maximum suppression";
  }

  void Run(const RunContext& context, int) const override {
    const float* boxes =
        reinterpret_cast<const float*>(context.tensors[boxes_]);
    const float* scores =
        reinterpret_cast<const float*>(context.tensors[scores_]);
    int64_t* output = reinterpret_cast<int64_t*>(context.tensors[output_]);
    int32_t* order = reinterpret_cast<int32_t*>(context.scratch);
    int32_t* chosen = order + n_;
    int64_t row = 0;
    for (int64_t i = 0; i < batches_ * classes_; ++i) {
      const int64_t batch = i / classes_;
      const int64_t count =
          Choose(boxes + batch * n_ * 4, scores + i * n_, order, chosen);
      for (int64_t j = 0; j < count && row < rows_; ++j, ++row) {
        output[row * 3] = batch;
        output[row * 3 + 1] = i % classes_;
        output[row * 3 + 2] = chosen[j];
      }
    }
    std::fill(output + row * 3, output + rows_ * 3, int64_t{-1});
  }

 private:
  // The boxes of one class, the best first; their number. NaN is no score.
  int64_t Choose(const float* boxes, const float* scores, int32_t* order,
                 int32_t* chosen) const {
    int64_t candidates = 0;
    for (int64_t i = 0; i < n_; ++i) {
      const float score = scores[i];
      const bool counts =
          use_score_threshold_ ? score > score_threshold_ : score == score;
      if (counts) order[candidates++] = static_cast<int32_t>(i);
    }
    std::sort(order, order + candidates, [&](int32_t a, int32_t b) {
      return scores[a] != scores[b] ? scores[a] > scores[b] : a < b;
    });
    int64_t count = 0;
    for (int64_t i = 0; i < candidates && count < most_; ++i) {
      const Box box = ReadBox(boxes + 4 * order[i], center_);
      const bool overlaps =
          std::any_of(chosen, chosen + count, [&](int32_t better) {
            return Overlap(box, ReadBox(boxes + 4 * better, center_)) >
                   iou_threshold_;
          });
      if (!overlaps) chosen[count++] = order[i];
    }
    return count;
  }

  int boxes_, scores_, output_;
  bool center_;
  int64_t most_;
  float iou_threshold_;
  bool use_score_threshold_;
  float score_threshold_;
  int64_t batches_, classes_, n_, rows_;
};

}  // namespace

Status VerifyNonMaxSuppression(const Network& network, const Node& node) {
  constexpr unsigned kFloat = TypeBit(schema::DataType::FLOAT32);
  OCTET_RETURN_IF_ERROR(CheckTensorType(network, node.inputs[1], kFloat));
  OCTET_RETURN_IF_ERROR(
      CheckTensorType(network, node.output, TypeBit(schema::DataType::INT64)));
  const Shape& output = network.output(node).shape;
  if (node.options<schema::NonMaxSuppression>().max_boxes_per_class() < 0) {
    return InvalidModel("max_boxes_per_class must not be negative");
  }
  return CheckOutputShape(
      network, node,
      InferNonMaxSuppressionShape(network.input(node, 0).shape,
                                  network.input(node, 1).shape,
                                  output.rank > 0 ? output[0] : 0));
}

OperatorPointer MakeNonMaxSuppression(const PrepareContext& context,
                                      const Node& node) {
  return std::make_unique<NonMaxSuppression>(
      context, node, node.options<schema::NonMaxSuppression>());
}

}  // namespace octet
