#include "engine/command/run_report.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <numeric>
#include <vector>

#include "engine/command/input_shapes.h"
#include "engine/command/json_text.h"
#include "engine/heads/classify_pixels.h"
#include "engine/heads/draw.h"
#include "engine/heads/find_boxes.h"
#include "engine/heads/read_text.h"
#include "engine/image/preprocess.h"

namespace octet::command {
namespace {

// The picture and where it stands in the input.
struct Scene {
  PixelSize input;    // of the network
  PixelSize picture;  // the input's where there is none
  Placement placement;
};

// A picture of three channels.
Picture InColor(const Picture& picture) {
  if (picture.channels == 3) return picture;
  Picture result{picture.height, picture.width, 3, {}};
  for (const uint8_t value : picture.pixels) {
    result.pixels.insert(result.pixels.end(), 3, value);
  }
  return result;
}

Result<Scene> MakeScene(const Session& session,
                        const std::optional<Picture>& picture) {
  const std::vector<PreprocessingInfo>& all = session.model().preprocessing();
  const size_t index = all.empty() ? 0 : static_cast<size_t>(all[0].input);
  const Shape shape = session.inputs()[index].shape;
  if (shape.rank != 4 || shape[0] != 1) {
    return InvalidArgument(
        "a head is of one picture, the input has the shape " +
        shape.ToString());
  }
  Scene scene;
  scene.input = {shape[1], shape[2]};
  scene.picture = scene.input;
  if (picture.has_value() && !all.empty()) {
    scene.picture = {picture->height, picture->width};
    scene.placement = PlacementOf(picture->height, picture->width,
                                  PreprocessingAtSize(all[0], session));
  }
  return scene;
}

std::string NameOf(const HeadInfo& head, int class_index) {
  const size_t index = static_cast<size_t>(class_index);
  return index < head.names.size() ? head.names[index] : std::string();
}

template <typename... Values>
std::string Format(const char* format, Values... values) {
  char text[160];
  std::snprintf(text, sizeof(text), format, values...);
  return text;
}

// JSON has no infinities and no NaN.
std::string JsonNumber(const char* format, double value) {
  return std::isfinite(value) ? Format(format, value) : "null";
}

// Opens an object of a list with its class and name.
std::string ClassObject(int class_index, const std::string& name) {
  return Format("\n  {\"class\": %d, \"name\": ", class_index) +
         JsonString(name);
}

Status ReportBoxes(const HeadInfo& head,
                   const std::vector<OutputValues>& outputs, const Scene& scene,
                   RunReport* report) {
  OCTET_ASSIGN_OR_RETURN(std::vector<Box> boxes,
                         FindBoxes(head, outputs, scene.input));
  const char* separator = "";
  report->json += R"({"kind": "detection", "boxes": [)";
  for (Box& box : boxes) {
    box = InPicture(box, scene.placement, scene.picture);
    const std::string corners =
        Format("%.1f %.1f %.1f %.1f", double{box.x1}, double{box.y1},
               double{box.x2}, double{box.y2});
    report->text += corners + "  " + Caption(head, box) + "\n";
    report->json += separator;
    report->json +=
        ClassObject(box.class_index, NameOf(head, box.class_index)) +
        Format(
            ", \"score\": %.4f, \"x1\": %.1f, \"y1\": %.1f, \"x2\": %.1f, "
            "\"y2\": %.1f}",
            double{box.score}, double{box.x1}, double{box.y1}, double{box.x2},
            double{box.y2});
    separator = ",";
  }
  report->json += "]}";
  if (!report->drawing.pixels.empty()) {
    DrawBoxes(head, boxes, &report->drawing);
  }
  return OkStatus();
}

Status ReportClasses(const HeadInfo& head,
                     const std::vector<OutputValues>& outputs,
                     const Scene& scene, RunReport* report) {
  OCTET_ASSIGN_OR_RETURN(const ClassMap map, ClassifyPixels(head, outputs));
  std::map<int, size_t> counts;
  for (const int index : map.classes) ++counts[index];
  const char* separator = "";
  report->json += Format(
      "{\"kind\": \"segmentation\", \"height\": %d, \"width\": %d, "
      "\"classes\": [",
      map.height, map.width);
  for (const auto& [index, count] : counts) {
    const double share = double(count) / double(map.classes.size());
    const std::string name = NameOf(head, index);
    report->text +=
        Format("%6.2f %%  %5d  ", 100.0 * share, index) + name + "\n";
    report->json += separator;
    report->json +=
        ClassObject(index, name) + Format(", \"share\": %.6f}", share);
    separator = ",";
  }
  report->json += "]}";
  if (!report->drawing.pixels.empty()) {
    DrawClasses(map, scene.placement, scene.input, &report->drawing);
  }
  return OkStatus();
}

void ReportText(const HeadInfo& head, const std::vector<OutputValues>& outputs,
                RunReport* report) {
  const TextLine line = ReadText(head, outputs);
  report->text += Format("%.3f  ", double{line.score}) + line.text + "\n";
  report->json += R"({"kind": "text", "text": )" + JsonString(line.text) +
                  ", \"score\": " + JsonNumber("%.4f", double{line.score}) +
                  "}";
}

}  // namespace

Result<RunReport> ReportTop(const Session& session, int top) {
  const std::vector<TensorInfo> outputs = session.outputs();
  std::vector<float> scores(outputs[0].NumElements());
  OCTET_RETURN_IF_ERROR(session.GetOutput(0, scores.data(), scores.size()));
  const std::vector<std::string>& labels = session.model().labels();
  std::vector<size_t> order(scores.size());
  std::iota(order.begin(), order.end(), size_t{0});
  const size_t count = std::min(static_cast<size_t>(top), order.size());
  std::partial_sort(
      order.begin(), order.begin() + static_cast<ptrdiff_t>(count), order.end(),
      [&](size_t a, size_t b) {
        return scores[a] != scores[b] ? scores[a] > scores[b] : a < b;
      });
  RunReport report;
  const char* separator = "";
  report.json = R"([{"kind": "classes", "classes": [)";
  for (size_t i = 0; i < count; ++i) {
    const size_t index = order[i];
    const double score = double{scores[index]};
    const std::string label = index < labels.size() ? labels[index] : "";
    report.text += Format("%10.4f  %5zu  ", score, index) + label + "\n";
    report.json += separator;
    report.json += ClassObject(static_cast<int>(index), label) +
                   ", \"score\": " + JsonNumber("%.7g", score) + "}";
    separator = ",";
  }
  report.json += "]}]\n";
  return report;
}

Result<RunReport> ReportHeads(const Session& session,
                              const std::optional<Picture>& picture) {
  OCTET_ASSIGN_OR_RETURN(const std::vector<OutputValues> outputs,
                         ReadOutputs(session));
  OCTET_ASSIGN_OR_RETURN(const Scene scene, MakeScene(session, picture));
  RunReport report;
  if (picture.has_value()) report.drawing = InColor(*picture);
  const char* separator = "";
  for (const HeadInfo& head : session.model().heads()) {
    report.json += separator;
    switch (head.kind) {
      case HeadKind::kDetection:
        OCTET_RETURN_IF_ERROR(ReportBoxes(head, outputs, scene, &report));
        break;
      case HeadKind::kSegmentation:
        OCTET_RETURN_IF_ERROR(ReportClasses(head, outputs, scene, &report));
        break;
      case HeadKind::kText:
        ReportText(head, outputs, &report);
        break;
    }
    separator = ",\n ";
  }
  report.json = "[" + report.json + "]\n";
  return report;
}

}  // namespace octet::command
