#include "converter/command/report.h"

#include <algorithm>
#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

namespace octet::converter {
namespace {

using Json = nlohmann::ordered_json;

__attribute__((format(printf, 1, 2))) std::string Format(const char* format,
                                                         ...) {
  char text[512];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(text, sizeof(text), format, arguments);
  va_end(arguments);
  return text;
}

// JSON has no infinity: an error-free tensor is null.
Json Finite(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json Optional(const std::optional<double>& value) {
  return value.has_value() ? Json(*value) : Json(nullptr);
}

std::vector<LayerError> WorstFirst(std::vector<LayerError> layers) {
  std::stable_sort(layers.begin(), layers.end(),
                   [](const LayerError& a, const LayerError& b) {
                     return a.sqnr_db < b.sqnr_db;
                   });
  return layers;
}

}  // namespace

std::string FormatQuantization(const QuantizationReport& report,
                               std::optional<double> float_share) {
  std::string text;
  for (const QuantizationReport::Layer& layer : report.layers) {
    text += Format("  %s: of %d channels", layer.node.c_str(), layer.channels);
    if (layer.widened_channels > 0) {
      text += Format(" %d with a wider scale, so that their bias fits",
                     layer.widened_channels);
    }
    if (layer.dead_channels > 0) {
      text +=
          Format("%s %d dead (all weights 0)",
                 layer.widened_channels > 0 ? "," : "", layer.dead_channels);
    }
    text += "\n";
  }
  for (const std::string& node : report.raised_adds) {
    text += "  " + node + ": output scale raised to that of its inputs\n";
  }
  if (report.inserted_requantizes > 0) {
    text += Format(
        "  %d requantizations inserted where inputs must share a "
        "scale\n",
        report.inserted_requantizes);
  }
  if (report.fused_residuals > 0) {
    text += Format("  %d Adds fused into the layers in front of them\n",
                   report.fused_residuals);
  }
  if (!report.float_nodes.empty()) {
    text +=
        Format("  %zu nodes in FP32, in %d islands with %d conversions",
               report.float_nodes.size(), report.islands, report.conversions);
    if (float_share.has_value()) {
      text +=
          Format(", %.0f %% of the time on this machine", 100.0 * *float_share);
    }
    text += ":\n";
  }
  for (const QuantizationReport::FloatNode& node : report.float_nodes) {
    text += "    " + node.node + " (" + node.type + "): " + node.reason + "\n";
  }
  return text;
}

std::string FormatEvaluation(const Evaluation& evaluation,
                             size_t worst_layers) {
  std::string text = Format("samples    %zu\n", evaluation.samples);
  if (evaluation.fp32.has_value() && evaluation.int8.has_value()) {
    text += Format("           top-1 %%  top-5 %%\n");
    text += Format("FP32       %7.2f  %7.2f\n", evaluation.fp32->top1,
                   evaluation.fp32->top5);
    text += Format("INT8       %7.2f  %7.2f\n", evaluation.int8->top1,
                   evaluation.int8->top5);
  }
  if (evaluation.agreement.has_value()) {
    text += Format("agreement  %7.2f %%\n", *evaluation.agreement);
  }
  text += Format("SQNR       %7.2f dB\n", evaluation.sqnr_db);
  const std::vector<LayerError> layers = WorstFirst(evaluation.layers);
  const size_t count = std::min(worst_layers, layers.size());
  if (count > 0) text += "worst layers (error of the layer and all before):\n";
  for (size_t i = 0; i < count; ++i) {
    text += Format("  %7.2f dB  %-14s %s\n", layers[i].sqnr_db,
                   layers[i].type.c_str(), layers[i].name.c_str());
  }
  return text;
}

std::string FormatCostOfSafeWeights(const Evaluation& plain,
                                    const Evaluation& safe) {
  std::string text = Format("--avx2-safe-weights: SQNR %.2f -> %.2f dB",
                            plain.sqnr_db, safe.sqnr_db);
  if (plain.agreement.has_value() && safe.agreement.has_value()) {
    text += Format(", agreement %.2f -> %.2f %%", *plain.agreement,
                   *safe.agreement);
  }
  if (plain.int8.has_value() && safe.int8.has_value()) {
    text +=
        Format(", top-1 %.2f -> %.2f %%", plain.int8->top1, safe.int8->top1);
  }
  return text + "\n";
}

std::string EvaluationToJson(const std::string& model,
                             const Evaluation& evaluation,
                             const QuantizationReport& quantization,
                             std::optional<double> float_share) {
  Json json;
  json["model"] = model;
  json["samples"] = evaluation.samples;
  const bool labelled =
      evaluation.fp32.has_value() && evaluation.int8.has_value();
  json["fp32_top1"] = labelled ? Json(evaluation.fp32->top1) : Json(nullptr);
  json["fp32_top5"] = labelled ? Json(evaluation.fp32->top5) : Json(nullptr);
  json["int8_top1"] = labelled ? Json(evaluation.int8->top1) : Json(nullptr);
  json["int8_top5"] = labelled ? Json(evaluation.int8->top5) : Json(nullptr);
  json["agreement"] = Optional(evaluation.agreement);
  json["sqnr_db"] = Finite(evaluation.sqnr_db);
  json["layers"] = Json::array();
  for (const LayerError& layer : evaluation.layers) {
    json["layers"].push_back({{"name", layer.name},
                              {"type", layer.type},
                              {"sqnr_db", Finite(layer.sqnr_db)}});
  }
  json["float_islands"] = quantization.islands;
  json["float_time_percent"] =
      float_share.has_value() ? Json(100.0 * *float_share) : Json(nullptr);
  json["float_nodes"] = Json::array();
  for (const QuantizationReport::FloatNode& node : quantization.float_nodes) {
    json["float_nodes"].push_back(
        {{"name", node.node}, {"type", node.type}, {"reason", node.reason}});
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace octet::converter
