// The budget of --max-drop: which configurations are tried, the cheapest
// first, and when one is good enough.

#ifndef OCTET_CONVERTER_COMMAND_BUDGET_H_
#define OCTET_CONVERTER_COMMAND_BUDGET_H_

#include <cstddef>
#include <string>
#include <vector>

#include "converter/evaluate/evaluate.h"
#include "converter/repair/repair_set.h"
#include "octet/status.h"

namespace octet::converter {

// A configuration of the ladder.
struct Rung {
  std::string method;  // of the activations' ranges
  RepairSet repairs;
  std::vector<std::string> float_nodes = {};  // layers kept in FP32

  friend bool operator==(const Rung&, const Rung&) = default;
};

// From the user's own configuration upwards, each costlier to compute than the
// one before: another method for ranges (only where the user has left the
// default), then equalization, bias correction and rounding, each added to the
// repairs before it, and last, under the same condition, ranges by `auto`.
std::vector<Rung> BudgetLadder(const Rung& first, bool method_is_chosen);

// How many of `layers` layers, the most sensitive ones, are tried in FP32 where
// no rung fits: 1, 2, 4 ... up to a quarter of them.
std::vector<size_t> FloatRungs(size_t layers);

// "a,b,c"
std::string JoinNames(const std::vector<std::string>& names);

// Whether a drop of top-1 is at most `max_drop` points, as far as the samples
// tell:
//
// * without labels, the share of samples with another answer stands for the
//   drop, which it bounds;
// * where the drop's standard error exceeds `max_drop`, a small drop may be
//   luck: the SQNR must reach 20 dB, too, or 95 % of the answers agree.
//
// An error where the model gives no row of scores.
Result<bool> FitsBudget(const Evaluation& evaluation, double max_drop);

// One line: the configuration, its drop and standard error, agreement, SQNR.
std::string FormatRung(const Rung& rung, const Evaluation& evaluation);

// For the message when no rung fits: the `count` layers of lowest SQNR.
std::string NameCulprits(const Evaluation& evaluation, size_t count);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_COMMAND_BUDGET_H_
