// HeadInfo: what an application makes of a model's outputs: boxes, a class for
// each pixel, or a line of text. The engine does not need it. Formulas are in
// schema/octet.fbs, table Head; `octet run` has them as code (engine/heads/).

#ifndef OCTET_HEAD_H_
#define OCTET_HEAD_H_

#include <cstdint>
#include <string>
#include <vector>

namespace octet {

// The values of these four are those of the file.
enum class HeadKind : uint8_t { kDetection = 0, kSegmentation = 1, kText = 2 };

enum class BoxCoding : uint8_t {
  kCorners = 0,        // x1, y1, x2, y2
  kCornersYFirst = 1,  // y1, x1, y2, x2
  kCenterSize = 2,     // centre x, y, width, height
  kGridExp = 3,        // YOLOX
  kGridTanh = 4,       // FastestDet
  kAnchors = 5,        // SSD
};

enum class ScoreFunction : uint8_t {
  kIdentity = 0,
  kSigmoid = 1,
  kSoftmax = 2
};

struct BoxGrid {
  int32_t stride = 1;        // pixels of the input
  std::vector<float> sizes;  // kAnchors: width, height; width, height; ...
};

// Where boxes and their scores are.
struct BoxesInfo {
  int output = 0;
  int axis = 0;
  int first = 0;
  BoxCoding coding = BoxCoding::kCorners;
  bool relative = false;
  std::vector<BoxGrid> grids;
  float center_variance = 0.1f;
  float size_variance = 0.2f;
  int objectness = -1;
  int first_class = 0;
  int num_classes = 0;
  ScoreFunction function = ScoreFunction::kIdentity;
  float objectness_exponent = 1.0f;
  float class_exponent = 1.0f;
  float max_overlap = 0.5f;
};

struct HeadInfo {
  HeadKind kind = HeadKind::kDetection;
  int output = 0;  // index into Model::outputs()
  int axis = 0;    // the dimension that counts classes, symbols or fields
  // Of class i; of kText, of symbol i + 1.
  std::vector<std::string> names;
  float threshold = 0.5f;
  BoxesInfo boxes;  // kDetection
};

}  // namespace octet

#endif  // OCTET_HEAD_H_
