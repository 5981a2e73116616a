#include "converter/explain/report.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "converter/explain/page.h"
#include "converter/explain/picture_png.h"
#include "converter/export/export_model.h"

namespace octet::converter {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kFormat = 1;

Json Finite(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json Optional(const std::optional<double>& value) {
  return value.has_value() ? Json(*value) : Json(nullptr);
}

Json ToJson(const LayerExplanation& layer) {
  const bool is_float = layer.scale == 0.0;
  Json shape = Json::array();
  for (int i = 0; i < layer.shape.rank; ++i) shape.push_back(layer.shape[i]);
  return {
      {"name", layer.name},
      {"type", layer.type},
      {"output", layer.output},
      {"shape", shape},
      {"parameters", layer.parameters},
      {"multiply_accumulates", layer.multiply_accumulates},
      {"weights", layer.weights.empty() ? Json(nullptr) : Json(layer.weights)},
      {"alone_sqnr_db", Finite(layer.alone.sqnr_db)},
      {"alone_weights_share", Optional(layer.alone.weights_share)},
      {"sqnr_db", Finite(layer.sqnr_db)},
      {"scale", is_float ? Json(nullptr) : Json(layer.scale)},
      {"zero_point", is_float ? Json(nullptr) : Json(layer.zero_point)},
      {"lowest", Finite(layer.lowest)},
      {"highest", Finite(layer.highest)},
      {"saturated", layer.saturated},
      {"channels", layer.channels},
      {"constant_channels", layer.constant_channels},
      {"constant_channels_fp32", layer.constant_channels_fp32},
      {"widened_channels", layer.widened_channels},
      {"dead_channels", layer.dead_channels}};
}

Json ToJson(const ConcatExplanation& concat) {
  Json inputs = Json::array();
  for (const ConcatInput& input : concat.inputs) {
    inputs.push_back({{"value", input.value},
                      {"lowest", input.lowest},
                      {"highest", input.highest},
                      {"steps", input.steps}});
  }
  return {{"name", concat.name},
          {"lowest", concat.lowest},
          {"highest", concat.highest},
          {"inputs", inputs}};
}

Json ClassOrNull(int index) { return index < 0 ? Json(nullptr) : Json(index); }

Json ToJson(const SampleExplanation& sample) {
  return {{"index", sample.index},
          {"name", sample.name},
          {"label", ClassOrNull(sample.label)},
          {"sqnr_db", Finite(sample.sqnr_db)},
          {"fp32_class", ClassOrNull(sample.fp32_class)},
          {"int8_class", ClassOrNull(sample.int8_class)},
          {"picture",
           sample.png.empty() ? Json(nullptr) : Json(PngDataUri(sample.png))}};
}

Json ToJson(const Evaluation* evaluation) {
  if (evaluation == nullptr) return nullptr;
  Json json = {{"samples", evaluation->samples},
               {"sqnr_db", Finite(evaluation->sqnr_db)},
               {"agreement", Optional(evaluation->agreement)}};
  const auto add = [&](const std::string& network,
                       const std::optional<Classification>& figures) {
    json[network + "_top1"] = figures ? Json(figures->top1) : Json(nullptr);
    json[network + "_top5"] = figures ? Json(figures->top5) : Json(nullptr);
  };
  add("fp32", evaluation->fp32);
  add("int8", evaluation->int8);
  return json;
}

template <typename T>
Json ToJson(const std::vector<T>& entries) {
  Json json = Json::array();
  for (const T& entry : entries) json.push_back(ToJson(entry));
  return json;
}

void ReplaceAll(std::string& text, const std::string& from,
                const std::string& to) {
  for (size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

}  // namespace

std::string ReportToJson(const Explanation& explanation,
                         const Evaluation* evaluation,
                         const HistogramReport& histograms,
                         const ReportContext& context) {
  Json json;
  json["format"] = kFormat;
  json["model"] = explanation.model;
  json["source"] = context.source;
  json["converter"] = ConverterVersion();
  json["method"] = context.method;
  json["options"] = context.options;
  json["calibration_samples"] = context.calibration_samples;
  json["measured_on_calibration"] = context.measured_on_calibration;
  json["samples"] = explanation.samples;
  json["parameters"] = explanation.parameters;
  json["multiply_accumulates"] = explanation.multiply_accumulates;
  json["file_bytes"] = explanation.file_bytes;
  json["outputs"] = {
      {"sqnr_db", Finite(explanation.outputs.sqnr_db)},
      {"weights_share", Optional(explanation.outputs.weights_share)}};
  json["evaluation"] = ToJson(evaluation);
  json["layers"] = ToJson(explanation.layers);
  json["concats"] = ToJson(explanation.concats);
  json["raised_adds"] = explanation.raised_adds;
  json["activations"] = histograms.tensors();
  json["class_names"] = explanation.class_names;
  json["worst_samples"] = ToJson(explanation.worst_samples);
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string ReportToHtml(const std::string& json) {
  // Outside of strings JSON has none of these, so the text stays the same JSON.
  std::string data = json;
  ReplaceAll(data, "&", "\\u0026");
  ReplaceAll(data, "<", "\\u003c");
  ReplaceAll(data, ">", "\\u003e");
  // The data last: nothing in it is a place of the page.
  std::string page = kPageHtml;
  ReplaceAll(page, "{{style}}", kPageStyle);
  ReplaceAll(page, "{{script}}", kPageScript);
  const std::string place = "{{data}}";
  return page.replace(page.find(place), place.size(), data);
}

}  // namespace octet::converter
