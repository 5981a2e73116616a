// `octet-convert stats MODEL`: how large a network is, a layer a row.

#ifndef OCTET_CONVERTER_COMMAND_STATS_H_
#define OCTET_CONVERTER_COMMAND_STATS_H_

#include <string>

#include "converter/ir/graph.h"

namespace octet::converter {

// A row for each node of `graph` that has parameters or operations, and the
// totals. `graph` is as the importer leaves it, before BatchNormalization is
// folded.
std::string FormatStats(const Graph& graph);

// The command; argv[0] is "stats". Returns the exit code.
int StatsCommand(int argc, char** argv);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_COMMAND_STATS_H_
