#include "engine/heads/find_boxes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace octet {
namespace {

float Sigmoid(float x) { return 1.0f / (1.0f + std::exp(-x)); }

// Where a candidate lies: a cell of a grid, and of ANCHORS its size.
struct Place {
  float x = 0.0f, y = 0.0f;  // the cell's, in cells
  float stride = 1.0f;
  float width = 0.0f, height = 0.0f;  // the anchor's, in pixels
};

void AddCell(const BoxGrid& grid, int x, int y, std::vector<Place>* places) {
  Place place{float(x), float(y), float(grid.stride)};
  if (grid.sizes.empty()) places->push_back(place);
  for (size_t i = 0; i + 1 < grid.sizes.size(); i += 2) {
    place.width = grid.sizes[i];
    place.height = grid.sizes[i + 1];
    places->push_back(place);
  }
}

// One place a candidate; none where there are no grids.
Result<std::vector<Place>> PlacesOf(const std::vector<BoxGrid>& grids,
                                    size_t num_candidates, PixelSize input) {
  std::vector<Place> places;
  if (grids.empty()) return places;
  for (const BoxGrid& grid : grids) {
    const int rows = (input.height + grid.stride - 1) / grid.stride;
    const int columns = (input.width + grid.stride - 1) / grid.stride;
    for (int y = 0; y < rows && places.size() <= num_candidates; ++y) {
      for (int x = 0; x < columns; ++x) AddCell(grid, x, y, &places);
    }
  }
  if (places.size() == num_candidates) return places;
  return InvalidModel("the head's grids have other numbers of boxes for " +
                      std::to_string(input.width) + " x " +
                      std::to_string(input.height) + " pixels than the " +
                      std::to_string(num_candidates) + " of the output");
}

Box Centered(float x, float y, float width, float height) {
  Box box;
  box.x1 = x - width / 2;
  box.y1 = y - height / 2;
  box.x2 = x + width / 2;
  box.y2 = y + height / 2;
  return box;
}

// Whole boxes, without a place.
Box DecodeWhole(const BoxesInfo& boxes, std::array<float, 4> v,
                PixelSize input) {
  const bool y_first = boxes.coding == BoxCoding::kCornersYFirst;
  if (y_first) v = {v[1], v[0], v[3], v[2]};
  if (boxes.relative) {
    v = {v[0] * float(input.width), v[1] * float(input.height),
         v[2] * float(input.width), v[3] * float(input.height)};
  }
  if (boxes.coding == BoxCoding::kCenterSize) {
    return Centered(v[0], v[1], v[2], v[3]);
  }
  Box box;
  box.x1 = v[0];
  box.y1 = v[1];
  box.x2 = v[2];
  box.y2 = v[3];
  return box;
}

Box DecodePlaced(const BoxesInfo& boxes, const std::array<float, 4>& v,
                 const Place& place, PixelSize input) {
  switch (boxes.coding) {
    case BoxCoding::kGridExp:
      return Centered(
          (place.x + v[0]) * place.stride, (place.y + v[1]) * place.stride,
          std::exp(v[2]) * place.stride, std::exp(v[3]) * place.stride);
    case BoxCoding::kGridTanh:
      return Centered((place.x + std::tanh(v[0])) * place.stride,
                      (place.y + std::tanh(v[1])) * place.stride,
                      Sigmoid(v[2]) * float(input.width),
                      Sigmoid(v[3]) * float(input.height));
    default:
      return Centered((place.x + 0.5f) * place.stride +
                          boxes.center_variance * v[0] * place.width,
                      (place.y + 0.5f) * place.stride +
                          boxes.center_variance * v[1] * place.height,
                      place.width * std::exp(boxes.size_variance * v[2]),
                      place.height * std::exp(boxes.size_variance * v[3]));
  }
}

// Scores of candidates.
class Scorer {
 public:
  Scorer(const BoxesInfo& boxes, const Fields& fields)
      : boxes_(boxes), fields_(fields) {}

  // Class and score of a candidate's best class.
  Box Score(size_t candidate) const {
    const size_t first = size_t(boxes_.first_class);
    size_t best = 0;
    for (size_t c = 1; c < size_t(boxes_.num_classes); ++c) {
      if (fields_.At(candidate, first + c) >
          fields_.At(candidate, first + best)) {
        best = c;
      }
    }
    Box box;
    box.class_index = int(best);
    box.score = Power(OfClass(candidate, first + best), boxes_.class_exponent) *
                Power(Objectness(candidate), boxes_.objectness_exponent);
    return box;
  }

 private:
  // The same for an exponent of 1; a score below 0 counts as 0.
  static float Power(float x, float exponent) {
    return exponent == 1.0f ? x : std::pow(std::max(x, 0.0f), exponent);
  }

  float Objectness(size_t candidate) const {
    if (boxes_.objectness < 0) return 1.0f;
    const float value = fields_.At(candidate, size_t(boxes_.objectness));
    return boxes_.function == ScoreFunction::kIdentity ? value : Sigmoid(value);
  }

  // `field` has the largest value of all classes.
  float OfClass(size_t candidate, size_t field) const {
    const float value = fields_.At(candidate, field);
    switch (boxes_.function) {
      case ScoreFunction::kIdentity:
        return value;
      case ScoreFunction::kSigmoid:
        return Sigmoid(value);
      case ScoreFunction::kSoftmax:
        break;
    }
    // Whatever stands before the classes is a background's.
    const size_t end = size_t(boxes_.first_class + boxes_.num_classes);
    const size_t begin =
        boxes_.first_class > 0 ? size_t(boxes_.first_class) - 1 : size_t{0};
    float sum = 0.0f;
    for (size_t i = begin; i < end; ++i) {
      sum += std::exp(fields_.At(candidate, i) - value);
    }
    return 1.0f / sum;
  }

  const BoxesInfo& boxes_;
  const Fields& fields_;
};

float Area(const Box& box) { return (box.x2 - box.x1) * (box.y2 - box.y1); }

// Without those that overlap a better one of their class by more.
std::vector<Box> Suppress(std::vector<Box> boxes, float max_overlap) {
  std::stable_sort(boxes.begin(), boxes.end(), [](const Box& a, const Box& b) {
    return a.score > b.score;
  });
  std::vector<Box> kept;
  for (const Box& box : boxes) {
    const auto covers = [&](const Box& better) {
      return better.class_index == box.class_index &&
             IntersectionOverUnion(better, box) > max_overlap;
    };
    if (std::none_of(kept.begin(), kept.end(), covers)) kept.push_back(box);
  }
  return kept;
}

bool IsBox(const Box& box) {
  return box.x1 <= box.x2 && box.y1 <= box.y2 && std::isfinite(Area(box));
}

}  // namespace

float IntersectionOverUnion(const Box& a, const Box& b) {
  const float width = std::min(a.x2, b.x2) - std::max(a.x1, b.x1);
  const float height = std::min(a.y2, b.y2) - std::max(a.y1, b.y1);
  if (width <= 0.0f || height <= 0.0f) return 0.0f;
  const float common = width * height;
  return common / (Area(a) + Area(b) - common);
}

Result<std::vector<Box>> FindBoxes(const HeadInfo& head,
                                   const std::vector<OutputValues>& outputs,
                                   PixelSize input) {
  const BoxesInfo& info = head.boxes;
  const Fields scores(outputs[size_t(head.output)], head.axis);
  const Fields coordinates(outputs[size_t(info.output)], info.axis);
  const size_t count = scores.num_candidates();
  if (coordinates.num_candidates() != count) {
    return InvalidModel(
        "the head has " + std::to_string(count) + " scores for " +
        std::to_string(coordinates.num_candidates()) + " boxes");
  }
  OCTET_ASSIGN_OR_RETURN(const std::vector<Place> places,
                         PlacesOf(info.grids, count, input));
  const Scorer scorer(info, scores);
  std::vector<Box> found;
  for (size_t i = 0; i < count; ++i) {
    const Box scored = scorer.Score(i);
    if (!(scored.score >= head.threshold)) continue;
    std::array<float, 4> v;
    for (size_t k = 0; k < 4; ++k) {
      v[k] = coordinates.At(i, size_t(info.first) + k);
    }
    Box box = places.empty() ? DecodeWhole(info, v, input)
                             : DecodePlaced(info, v, places[i], input);
    if (!IsBox(box)) continue;
    box.class_index = scored.class_index;
    box.score = scored.score;
    found.push_back(box);
  }
  return Suppress(std::move(found), info.max_overlap);
}

}  // namespace octet
