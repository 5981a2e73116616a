#include "converter/command/head_option.h"

#include <cmath>
#include <fstream>
#include <limits>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

namespace octet::converter {
namespace {

using Json = nlohmann::json;

// In the form of a file. Figures are those of the published networks' own
// post-processing.
const std::map<std::string, const char*>& Descriptions() {
  static const std::map<std::string, const char*> descriptions = {
      {"yolox", R"({"kind": "detection", "boxes": {
          "coding": "grid_exp", "grids": [8, 16, 32],
          "objectness": 4, "first_class": 5}})"},
      {"yolov5", R"({"kind": "detection", "boxes": {
          "coding": "center_size", "objectness": 4, "first_class": 5}})"},
      {"yolov8", R"({"kind": "detection", "axis": 1, "boxes": {
          "coding": "center_size", "axis": 1, "first_class": 4}})"},
      {"fastestdet", R"({"kind": "detection", "threshold": 0.65, "boxes": {
          "first": 1, "coding": "grid_tanh", "grids": [16],
          "objectness": 0, "first_class": 5, "objectness_exponent": 0.6,
          "class_exponent": 0.4, "max_overlap": 0.45}})"},
      {"ultraface", R"({"kind": "detection", "output": "scores",
          "threshold": 0.7, "boxes": {
          "output": "boxes", "coding": "anchors", "first_class": 1,
          "max_overlap": 0.3, "grids": [
            {"stride": 8, "sizes": [10, 10, 16, 16, 24, 24]},
            {"stride": 16, "sizes": [32, 32, 48, 48]},
            {"stride": 32, "sizes": [64, 64, 96, 96]},
            {"stride": 64, "sizes": [128, 128, 192, 192, 256, 256]}]}})"},
      {"segmentation", R"({"kind": "segmentation"})"},
      {"ctc", R"({"kind": "text"})"},
      {"ppocr", R"({"kind": "text", "space": true})"},
  };
  return descriptions;
}

template <typename Enum>
using Names = std::map<std::string, Enum>;

const Names<schema::HeadKind> kKinds = {
    {"detection", schema::HeadKind::DETECTION},
    {"segmentation", schema::HeadKind::SEGMENTATION},
    {"text", schema::HeadKind::TEXT}};
const Names<schema::BoxCoding> kCodings = {
    {"corners", schema::BoxCoding::CORNERS},
    {"corners_y_first", schema::BoxCoding::CORNERS_Y_FIRST},
    {"center_size", schema::BoxCoding::CENTER_SIZE},
    {"grid_exp", schema::BoxCoding::GRID_EXP},
    {"grid_tanh", schema::BoxCoding::GRID_TANH},
    {"anchors", schema::BoxCoding::ANCHORS}};
const Names<schema::ScoreFunction> kFunctions = {
    {"identity", schema::ScoreFunction::IDENTITY},
    {"sigmoid", schema::ScoreFunction::SIGMOID},
    {"softmax", schema::ScoreFunction::SOFTMAX}};

// Reads the keys of one object, each once; Finish refuses all others.
class Reader {
 public:
  explicit Reader(const Json& json) : json_(json) {}

  bool Has(const char* key) const { return json_.contains(key); }

  const Json* Find(const char* key) {
    known_.insert(key);
    const auto found = json_.find(key);
    return found == json_.end() ? nullptr : &*found;
  }

  template <typename Enum>
  Status Read(const char* key, const Names<Enum>& names, Enum* value) {
    const Json* found = Find(key);
    if (found == nullptr) return OkStatus();
    if (found->is_string()) {
      const auto entry = names.find(found->get<std::string>());
      if (entry != names.end()) {
        *value = entry->second;
        return OkStatus();
      }
    }
    std::string list;
    for (const auto& [name, unused] : names) list += " " + name;
    return InvalidArgument(std::string("'") + key + "' is one of:" + list);
  }

  // A whole number of at least `minimum`.
  Status Read(const char* key, int32_t minimum, int32_t* value) {
    const Json* found = Find(key);
    if (found == nullptr) return OkStatus();
    if (!found->is_number_integer() || found->get<int64_t>() < minimum ||
        found->get<int64_t>() > std::numeric_limits<int32_t>::max()) {
      return InvalidArgument(std::string("'") + key +
                             "' is a whole number of at least " +
                             std::to_string(minimum));
    }
    *value = found->get<int32_t>();
    return OkStatus();
  }

  Status Read(const char* key, float* value) {
    const Json* found = Find(key);
    if (found == nullptr) return OkStatus();
    if (!found->is_number() || !std::isfinite(found->get<float>())) {
      return InvalidArgument(std::string("'") + key + "' is a number");
    }
    *value = found->get<float>();
    return OkStatus();
  }

  Status Read(const char* key, bool* value) {
    const Json* found = Find(key);
    if (found == nullptr) return OkStatus();
    if (!found->is_boolean()) {
      return InvalidArgument(std::string("'") + key + "' is true or false");
    }
    *value = found->get<bool>();
    return OkStatus();
  }

  Status Finish() const {
    for (const auto& [key, unused] : json_.items()) {
      if (!known_.contains(key)) {
        return InvalidArgument("'" + key + "' is not known");
      }
    }
    return OkStatus();
  }

 private:
  const Json& json_;
  std::set<std::string> known_;
};

// "output": an output's name or its number; 0 where it is not given.
Status ReadOutput(Reader& reader, const std::vector<OutputSpec>& outputs,
                  uint32_t* output) {
  const Json* found = reader.Find("output");
  if (found == nullptr) return OkStatus();
  for (size_t i = 0; i < outputs.size(); ++i) {
    const bool same =
        found->is_string()
            ? found->get<std::string>() == outputs[i].name
            : found->is_number_unsigned() && found->get<uint64_t>() == i;
    if (same) {
      *output = static_cast<uint32_t>(i);
      return OkStatus();
    }
  }
  std::string names;
  for (const OutputSpec& spec : outputs) names += " " + spec.name;
  return InvalidArgument("'output': " + found->dump() +
                         " is none of the outputs:" + names);
}

// The dimension of an output that counts fields: given, or the last one that
// has `fields`, or, where their number is not known (0), the last one.
Status FindAxis(Reader& reader, const OutputSpec& output, int64_t fields,
                int32_t* axis) {
  const Shape& shape = output.shape;
  const std::string where =
      "output '" + output.name + "' of shape " + shape.ToString();
  if (shape.rank == 0) return InvalidArgument(where + " has no fields");
  *axis = -1;
  OCTET_RETURN_IF_ERROR(reader.Read("axis", 0, axis));
  if (*axis >= shape.rank) {
    return InvalidArgument("'axis': " + where + " has fewer dimensions");
  }
  if (*axis >= 0) return OkStatus();
  for (int i = shape.rank - 1; i >= 0 && *axis < 0; --i) {
    if (fields != 0 && shape[i] == fields) *axis = i;
  }
  if (*axis >= 0) return OkStatus();
  if (fields != 0) {
    return InvalidArgument(where + " has no dimension of " +
                           std::to_string(fields) + " classes or fields");
  }
  if (shape.rank > 3) {
    return InvalidArgument("which dimension of " + where +
                           " counts classes? Pass --class-names, or 'classes' "
                           "in the head's description");
  }
  *axis = shape.rank - 1;
  return OkStatus();
}

// A stride alone, or {"stride": 8, "sizes": [w, h, ...]}.
Result<std::unique_ptr<schema::BoxGridT>> ParseGrid(const Json& json) {
  auto grid = std::make_unique<schema::BoxGridT>();
  const Json object = json.is_object() ? json : Json{{"stride", json}};
  Reader reader(object);
  OCTET_RETURN_IF_ERROR(reader.Read("stride", 1, &grid->stride));
  if (const Json* sizes = reader.Find("sizes")) {
    if (!sizes->is_array()) return InvalidArgument("'sizes' is a list");
    for (const Json& size : *sizes) {
      if (!size.is_number()) return InvalidArgument("'sizes' are numbers");
      grid->sizes.push_back(size.get<float>());
    }
  }
  OCTET_RETURN_IF_ERROR(reader.Finish());
  return grid;
}

Status ParseGrids(Reader& reader, schema::BoxesT& boxes) {
  const Json* grids = reader.Find("grids");
  if (grids == nullptr) return OkStatus();
  if (!grids->is_array()) return InvalidArgument("'grids' is a list");
  for (const Json& json : *grids) {
    OCTET_ASSIGN_OR_RETURN(auto grid, ParseGrid(json));
    boxes.grids.push_back(std::move(grid));
  }
  return OkStatus();
}

// All but where fields lie.
Status ParseBoxes(Reader& reader, const std::vector<OutputSpec>& outputs,
                  schema::BoxesT& boxes) {
  OCTET_RETURN_IF_ERROR(ReadOutput(reader, outputs, &boxes.output));
  OCTET_RETURN_IF_ERROR(reader.Read("first", 0, &boxes.first));
  OCTET_RETURN_IF_ERROR(reader.Read("coding", kCodings, &boxes.coding));
  OCTET_RETURN_IF_ERROR(reader.Read("relative", &boxes.relative));
  OCTET_RETURN_IF_ERROR(reader.Read("center_variance", &boxes.center_variance));
  OCTET_RETURN_IF_ERROR(reader.Read("size_variance", &boxes.size_variance));
  OCTET_RETURN_IF_ERROR(reader.Read("objectness", -1, &boxes.objectness));
  OCTET_RETURN_IF_ERROR(reader.Read("first_class", 0, &boxes.first_class));
  OCTET_RETURN_IF_ERROR(reader.Read("function", kFunctions, &boxes.function));
  OCTET_RETURN_IF_ERROR(
      reader.Read("objectness_exponent", &boxes.objectness_exponent));
  OCTET_RETURN_IF_ERROR(reader.Read("class_exponent", &boxes.class_exponent));
  OCTET_RETURN_IF_ERROR(reader.Read("max_overlap", &boxes.max_overlap));
  return ParseGrids(reader, boxes);
}

// `classes`: 0 where their number is not known.
Status ParseDetection(Reader& reader, const std::vector<OutputSpec>& outputs,
                      int32_t classes, schema::HeadT& head) {
  const Json* json = reader.Find("boxes");
  if (json == nullptr || !json->is_object()) {
    return InvalidArgument("'boxes' is missing");
  }
  head.boxes = std::make_unique<schema::BoxesT>();
  schema::BoxesT& boxes = *head.boxes;
  Reader inner(*json);
  OCTET_RETURN_IF_ERROR(ParseBoxes(inner, outputs, boxes));
  const int64_t fields =
      classes == 0 ? 0 : int64_t{boxes.first_class} + classes;
  OCTET_RETURN_IF_ERROR(
      FindAxis(reader, outputs[head.output], fields, &head.axis));
  if (boxes.output != head.output) {
    OCTET_RETURN_IF_ERROR(
        FindAxis(inner, outputs[boxes.output], 4, &boxes.axis));
  } else {
    boxes.axis = head.axis;
    inner.Find("axis");
  }
  boxes.num_classes = outputs[head.output].shape[head.axis] - boxes.first_class;
  if (classes != 0 && classes != boxes.num_classes) {
    return InvalidArgument("there are " + std::to_string(classes) +
                           " classes, but " +
                           std::to_string(boxes.num_classes) + " fields");
  }
  return inner.Finish();
}

Result<schema::HeadT> ParseHead(const Json& json,
                                std::vector<std::string> names,
                                const std::vector<OutputSpec>& outputs) {
  schema::HeadT head;
  Reader reader(json);
  OCTET_RETURN_IF_ERROR(reader.Read("kind", kKinds, &head.kind));
  OCTET_RETURN_IF_ERROR(ReadOutput(reader, outputs, &head.output));
  OCTET_RETURN_IF_ERROR(reader.Read("threshold", &head.threshold));
  int32_t classes = 0;
  OCTET_RETURN_IF_ERROR(reader.Read("classes", 1, &classes));
  bool space = false;
  OCTET_RETURN_IF_ERROR(reader.Read("space", &space));
  if (space) names.push_back(" ");
  if (head.kind != schema::HeadKind::TEXT && classes == 0) {
    classes = static_cast<int32_t>(names.size());
  }
  if (head.kind == schema::HeadKind::DETECTION) {
    OCTET_RETURN_IF_ERROR(ParseDetection(reader, outputs, classes, head));
  } else {
    OCTET_RETURN_IF_ERROR(
        FindAxis(reader, outputs[head.output], classes, &head.axis));
  }
  OCTET_RETURN_IF_ERROR(reader.Finish());
  const int32_t size = outputs[head.output].shape[head.axis];
  if (head.kind == schema::HeadKind::TEXT &&
      names.size() + 1 > static_cast<size_t>(size)) {
    return InvalidArgument(std::to_string(names.size()) +
                           " symbols, but scores for " +
                           std::to_string(size - 1));
  }
  head.names = std::move(names);
  return head;
}

Result<Json> ReadDescription(const std::string& head) {
  const auto known = Descriptions().find(head);
  if (known != Descriptions().end()) return Json::parse(known->second);
  std::ifstream file(head);
  if (!file) {
    return NotFound("it is neither a file nor a known head:" + KnownHeads());
  }
  Json json = Json::parse(file, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return InvalidArgument("expected a JSON object");
  return json;
}

}  // namespace

std::string KnownHeads() {
  std::string list;
  for (const auto& [name, unused] : Descriptions()) list += " " + name;
  return list;
}

Result<schema::HeadT> MakeHead(const std::string& head,
                               std::vector<std::string> names,
                               const std::vector<OutputSpec>& outputs) {
  const std::string context = "--head " + head;
  const Result<Json> json = ReadDescription(head);
  if (!json.ok()) return json.status().WithContext(context);
  Result<schema::HeadT> result = ParseHead(*json, std::move(names), outputs);
  if (!result.ok()) return result.status().WithContext(context);
  return result;
}

}  // namespace octet::converter
