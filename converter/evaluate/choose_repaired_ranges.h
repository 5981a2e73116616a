// The method `auto` for a network whose layers are repaired afterwards.

#ifndef OCTET_CONVERTER_EVALUATE_CHOOSE_REPAIRED_RANGES_H_
#define OCTET_CONVERTER_EVALUATE_CHOOSE_REPAIRED_RANGES_H_

#include <cstddef>
#include <functional>
#include <vector>

#include "converter/evaluate/choose_ranges.h"

namespace octet::converter {

// The repairs of the network with these ranges.
using RepairFunction =
    std::function<Result<LayerRepairs>(const Ranges& ranges)>;

// As ChooseRanges, for a network that `repair` works on afterwards. In one that
// is not repaired, a range that cuts values can win because it makes up for an
// error that the repair takes away, and the repaired network is worse for it.
// So ranges are searched twice, in the plain network and in the one that is
// repaired for candidates[0]; of the two results and candidates[0] those win
// with which the network is best behind its own repair. `options.quantize` has
// no repairs.
Result<ChosenRanges> ChooseRepairedRanges(const Graph& graph,
                                          const std::vector<Ranges>& candidates,
                                          size_t sample_count,
                                          const SampleReader& read_sample,
                                          const ChooseRangesOptions& options,
                                          const RepairFunction& repair,
                                          const ProgressFunction& progress);

// Whether the network with these repairs is at least as good on the samples
// as the one without, by the SQNR of the outputs.
Result<bool> IsRepairWorthwhile(const Graph& graph, const Ranges& ranges,
                                const LayerRepairs& repairs,
                                size_t sample_count,
                                const SampleReader& read_sample,
                                const ChooseRangesOptions& options);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_EVALUATE_CHOOSE_REPAIRED_RANGES_H_
