#include "converter/command/stats.h"

#include <CLI/CLI.hpp>
#include <cinttypes>
#include <cstdio>
#include <set>
#include <vector>

#include "converter/command/read_model.h"
#include "converter/ir/operation_counts.h"

namespace octet::converter {
namespace {

struct Counts {
  int64_t parameters = 0;
  int64_t multiply_accumulates = 0;
  int64_t thop = 0;
};

void AppendRow(std::string& text, const std::string& name,
               const std::string& type, const std::string& output,
               const Counts& counts) {
  char row[160];
  std::snprintf(row, sizeof(row),
                "%-18s %-18s %12" PRId64 " %14" PRId64 " %14" PRId64 "  ",
                type.c_str(), output.c_str(), counts.parameters,
                counts.multiply_accumulates, counts.thop);
  text += row + name + "\n";
}

}  // namespace

std::string FormatStats(const Graph& graph) {
  char head[160];
  std::snprintf(head, sizeof(head), "%-18s %-18s %12s %14s %14s  %s\n", "type",
                "output", "parameters", "MACs", "thop", "name");
  std::string text = head;
  Counts total;
  std::set<ValueId> counted;  // weights that several layers share count once
  for (const Node& node : graph.nodes) {
    Counts counts = {0, MultiplyAccumulates(graph, node),
                     ThopOperations(graph, node)};
    if (node.inputs.size() > 1 && counted.insert(node.inputs[1]).second) {
      counts.parameters = ParameterCount(graph, node);
    }
    total.parameters += counts.parameters;
    total.multiply_accumulates += counts.multiply_accumulates;
    total.thop += counts.thop;
    if (counts.parameters == 0 && counts.thop == 0) continue;
    AppendRow(text, node.name, OperatorName(node.op),
              graph.value(node.output).shape.ToString(), counts);
  }
  AppendRow(text, "", "total", "", total);
  return text;
}

int StatsCommand(int argc, char** argv) {
  CLI::App app(
      "Prints parameters and multiply-accumulates (MACs) of the convolutions "
      "and fully connected layers, and the operations that thop counts",
      "octet-convert stats");
  std::string path;
  std::vector<std::string> shapes;
  app.add_option("model", path, "the model (.onnx, .tflite)")->required();
  app.add_option("--shape", shapes,
                 "fix an input's shape, in the model's own order: "
                 "input=1,3,224,224");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const Result<TfliteImport> source = ReadSourceModel(path, shapes);
  if (!source.ok()) {
    std::fprintf(stderr, "octet-convert: %s\n",
                 source.status().message().c_str());
    return 1;
  }
  std::fputs(FormatStats(source->graph).c_str(), stdout);
  return 0;
}

}  // namespace octet::converter
