// The subcommands of `octet`. Results go to stdout, diagnostics to stderr; a
// Status that is not OK ends the process with exit code 1.

#ifndef OCTET_ENGINE_COMMAND_COMMANDS_H_
#define OCTET_ENGINE_COMMAND_COMMANDS_H_

#include <string>
#include <vector>

#include "octet/status.h"

namespace octet::command {

struct RunOptions {
  std::string model_path;
  std::string picture_path;               // or
  std::vector<std::string> input_paths;   // .npy, one an input
  std::vector<std::string> output_paths;  // .npy, one an output
  std::vector<std::string> shapes;        // "input=1,320,320,3"
  std::string draw_path;                  // .png
  std::string json_path;
  int top = 5;
  int num_threads = 1;
  std::string isa;
};

// Feeds a picture, preprocessed as the file says, or .npy arrays; prints what
// the file's heads make of the outputs, or, where there are none, the labels of
// the largest scores; or writes the outputs as .npy (float32). Beside any of
// these, draws what heads found into the picture, and writes JSON.
Status Run(const RunOptions& options);

struct InspectOptions {
  std::string model_path;
  bool plan = false;  // what a session on this CPU would do
  std::string isa;
};

// Prints what a file holds: inputs, outputs, preprocessing, provenance.
Status Inspect(const InspectOptions& options);

struct BenchOptions {
  std::string model_path;
  int num_threads = 1;
  std::string isa;
  std::vector<std::string> shapes;
  double seconds = 2.0;
  bool per_operator = false;
  bool json = false;
};

// Times a model on random input: minimum, median and 90th percentile.
Status Bench(const BenchOptions& options);

struct SelfTestOptions {
  std::string model_path;
  bool store = false;  // write MODEL.outputs.sha256
};

// Runs a model on random inputs, the same on every machine, with every
// instruction set that this CPU has, on one thread and on two. Prints the
// SHA-256 of all output bytes of each. Fails where any differ, or where they
// are not what MODEL.outputs.sha256 says, if there is such a file.
Status SelfTest(const SelfTestOptions& options);

// Prints the instruction sets of this build, and which this CPU supports.
Status Isas();

}  // namespace octet::command

#endif  // OCTET_ENGINE_COMMAND_COMMANDS_H_
