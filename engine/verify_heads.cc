#include <cmath>
#include <string>
#include <utility>

#include "engine/verify.h"

namespace octet {
namespace {

constexpr int32_t kMaxStride = 1 << 16;

// Fields first ... first + count - 1 along `axis` of an output.
Status CheckFields(const Network& network, uint32_t output, int32_t axis,
                   int64_t first, int64_t count) {
  if (output >= network.outputs.size()) {
    return InvalidModel("output " + std::to_string(output) + " does not exist");
  }
  const Shape& shape = network.tensor(network.outputs[output]).shape;
  if (axis < 0 || axis >= shape.rank) {
    return InvalidModel("dimension " + std::to_string(axis) +
                        " of an output of shape " + shape.ToString() +
                        " does not exist");
  }
  if (first < 0 || count < 1 || first + count > shape[axis]) {
    return InvalidModel(std::to_string(count) + " fields from field " +
                        std::to_string(first) + " on, of " +
                        std::to_string(shape[axis]));
  }
  return OkStatus();
}

bool IsShare(float value) { return value >= 0.0f && value <= 1.0f; }

bool IsPositive(float value) { return std::isfinite(value) && value > 0.0f; }

bool AreNumbersValid(const schema::Boxes& boxes) {
  return IsPositive(boxes.center_variance()) &&
         IsPositive(boxes.size_variance()) &&
         IsPositive(boxes.objectness_exponent()) &&
         IsPositive(boxes.class_exponent()) && IsShare(boxes.max_overlap());
}

Result<BoxGrid> ReadGrid(const schema::BoxGrid& record, BoxCoding coding) {
  BoxGrid grid;
  grid.stride = record.stride();
  if (grid.stride < 1 || grid.stride > kMaxStride) {
    return InvalidModel("a grid has a stride of " +
                        std::to_string(grid.stride));
  }
  if (record.sizes() != nullptr) {
    grid.sizes.assign(record.sizes()->begin(), record.sizes()->end());
  }
  const bool needs_sizes = coding == BoxCoding::kAnchors;
  if (grid.sizes.size() % 2 != 0 || grid.sizes.empty() == needs_sizes) {
    return InvalidModel("a grid has " + std::to_string(grid.sizes.size()) +
                        " sizes of anchors");
  }
  for (const float size : grid.sizes) {
    if (!IsPositive(size)) return InvalidModel("an anchor has no size");
  }
  return grid;
}

Status ReadGrids(const schema::Boxes& record, BoxesInfo* boxes) {
  if (record.grids() != nullptr) {
    for (const schema::BoxGrid* grid : *record.grids()) {
      OCTET_ASSIGN_OR_RETURN(BoxGrid info, ReadGrid(*grid, boxes->coding));
      boxes->grids.push_back(std::move(info));
    }
  }
  if (boxes->grids.empty() == (boxes->coding >= BoxCoding::kGridExp)) {
    return InvalidModel("there are " + std::to_string(boxes->grids.size()) +
                        " grids");
  }
  return OkStatus();
}

Result<BoxesInfo> ReadBoxes(const schema::Boxes& record,
                            const schema::Head& head, const Network& network) {
  if (record.coding() > schema::BoxCoding::MAX ||
      record.coding() < schema::BoxCoding::MIN ||
      record.function() > schema::ScoreFunction::MAX ||
      record.function() < schema::ScoreFunction::MIN) {
    return Unsupported("its boxes are of a kind unknown to this version");
  }
  OCTET_RETURN_IF_ERROR(
      CheckFields(network, record.output(), record.axis(), record.first(), 4));
  OCTET_RETURN_IF_ERROR(CheckFields(network, head.output(), head.axis(),
                                    record.first_class(),
                                    record.num_classes()));
  if (record.objectness() != -1) {
    OCTET_RETURN_IF_ERROR(CheckFields(network, head.output(), head.axis(),
                                      record.objectness(), 1));
  }
  if (!AreNumbersValid(record)) {
    return InvalidModel("a number of its boxes is out of range");
  }
  BoxesInfo boxes;
  boxes.output = static_cast<int>(record.output());
  boxes.axis = record.axis();
  boxes.first = record.first();
  boxes.coding = static_cast<BoxCoding>(record.coding());
  boxes.relative = record.relative();
  boxes.center_variance = record.center_variance();
  boxes.size_variance = record.size_variance();
  boxes.objectness = record.objectness();
  boxes.first_class = record.first_class();
  boxes.num_classes = record.num_classes();
  boxes.function = static_cast<ScoreFunction>(record.function());
  boxes.objectness_exponent = record.objectness_exponent();
  boxes.class_exponent = record.class_exponent();
  boxes.max_overlap = record.max_overlap();
  OCTET_RETURN_IF_ERROR(ReadGrids(record, &boxes));
  return boxes;
}

Result<HeadInfo> ReadHead(const schema::Head& record, const Network& network,
                          TextBudget* budget) {
  if (record.kind() < schema::HeadKind::MIN ||
      record.kind() > schema::HeadKind::MAX) {
    return Unsupported("it is of a kind unknown to this version");
  }
  OCTET_RETURN_IF_ERROR(
      CheckFields(network, record.output(), record.axis(), 0, 1));
  HeadInfo head;
  head.kind = static_cast<HeadKind>(record.kind());
  head.output = static_cast<int>(record.output());
  head.axis = record.axis();
  head.threshold = record.threshold();
  if (!std::isfinite(head.threshold)) {
    return InvalidModel("its threshold is not finite");
  }
  OCTET_RETURN_IF_ERROR(budget->CopyAll(record.names(), &head.names));
  if (head.kind != HeadKind::kDetection) return head;
  if (record.boxes() == nullptr) return InvalidModel("it has no boxes");
  OCTET_ASSIGN_OR_RETURN(head.boxes,
                         ReadBoxes(*record.boxes(), record, network));
  return head;
}

}  // namespace

Result<std::vector<HeadInfo>> VerifyHeads(const schema::Model& model,
                                          const Network& network,
                                          TextBudget* budget) {
  std::vector<HeadInfo> heads;
  if (model.heads() == nullptr) return heads;
  for (const schema::Head* record : *model.heads()) {
    Result<HeadInfo> head = ReadHead(*record, network, budget);
    if (!head.ok()) {
      return head.status().WithContext("head " + std::to_string(heads.size()));
    }
    heads.push_back(*std::move(head));
  }
  return heads;
}

}  // namespace octet
