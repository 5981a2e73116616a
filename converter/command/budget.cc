#include "converter/command/budget.h"

#include <algorithm>
#include <cstdio>

namespace octet::converter {
namespace {

// Tried where the user has left the default; clips outliers of activations.
constexpr char kOtherMethod[] = "mse";
constexpr char kCostliestMethod[] = "auto";
constexpr double kEnoughSqnr = 20.0;
constexpr double kEnoughAgreement = 95.0;

}  // namespace

std::vector<Rung> BudgetLadder(const Rung& first, bool method_is_chosen) {
  std::vector<Rung> ladder = {first};
  const auto add = [&](const Rung& rung) {
    if (!(rung == ladder.back())) ladder.push_back(rung);
  };
  if (!method_is_chosen) {
    add({kOtherMethod, first.repairs});
  }
  Rung rung = first;
  rung.repairs.equalize = true;
  add(rung);
  rung.repairs.bias = true;
  add(rung);
  rung.repairs.rounding = true;
  add(rung);
  if (!method_is_chosen) {
    rung.method = kCostliestMethod;
    add(rung);
  }
  return ladder;
}

std::vector<size_t> FloatRungs(size_t layers) {
  std::vector<size_t> counts;
  const size_t most = (layers + 3) / 4;
  for (size_t count = 1; count < most; count *= 2) counts.push_back(count);
  if (most > 0) counts.push_back(most);
  return counts;
}

std::string JoinNames(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    if (!text.empty()) text += ',';
    text += name;
  }
  return text;
}

Result<bool> FitsBudget(const Evaluation& evaluation, double max_drop) {
  if (!evaluation.agreement.has_value()) {
    return InvalidArgument(
        "--max-drop needs a model whose first output is one row of scores");
  }
  const double disagreement = 100.0 - *evaluation.agreement;
  if (disagreement <= max_drop) return true;
  if (!evaluation.drop.has_value()) return false;
  if (evaluation.drop->points > max_drop) return false;
  if (evaluation.drop->standard_error <= max_drop) return true;
  return evaluation.sqnr_db >= kEnoughSqnr ||
         *evaluation.agreement >= kEnoughAgreement;
}

std::string FormatRung(const Rung& rung, const Evaluation& evaluation) {
  std::string drop = "no labels";
  char text[256];
  if (evaluation.drop.has_value()) {
    std::snprintf(text, sizeof(text), "drop %6.2f +- %.2f points",
                  evaluation.drop->points, evaluation.drop->standard_error);
    drop = text;
  }
  std::snprintf(text, sizeof(text), ": %s, agreement %.2f %%, SQNR %.2f dB",
                drop.c_str(), evaluation.agreement.value_or(0.0),
                evaluation.sqnr_db);
  std::string line =
      "--method " + rung.method + " --repair " + ToString(rung.repairs);
  if (!rung.float_nodes.empty()) {
    line += " --float-nodes " + JoinNames(rung.float_nodes);
  }
  return line + text;
}

std::string NameCulprits(const Evaluation& evaluation, size_t count) {
  std::vector<LayerError> layers = evaluation.layers;
  std::stable_sort(layers.begin(), layers.end(),
                   [](const LayerError& a, const LayerError& b) {
                     return a.sqnr_db < b.sqnr_db;
                   });
  layers.resize(std::min(count, layers.size()));
  std::string text;
  for (const LayerError& layer : layers) {
    char figure[32];
    std::snprintf(figure, sizeof(figure), " (%.1f dB)", layer.sqnr_db);
    if (!text.empty()) text += ", ";
    text += "'" + layer.name + "'" + figure;
  }
  return text;
}

}  // namespace octet::converter
