// `octet`: runs, times, checks and describes .octet files.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <functional>
#include <map>
#include <string>

#include "engine/command/commands.h"
#include "engine/image/temporary_files.h"
#include "octet/session.h"

namespace octet::command {
namespace {

// Exit codes, the same for every command of the project.
constexpr int kDone = 0;
constexpr int kFailed = 1;
constexpr int kUsage = 2;

using Action = std::function<Status()>;

void AddSessionOptions(CLI::App& app, int& num_threads, std::string& isa) {
  app.add_option("--threads", num_threads, "threads; auto: as many as pay off")
      ->transform(
          CLI::Transformer(std::map<std::string, int>{{"auto", kAutoThreads}}))
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--isa", isa,
                 "instruction set (see `octet isas`); default: OCTET_ISA or "
                 "the best");
}

void AddModel(CLI::App& app, std::string& path) {
  app.add_option("model", path, "the .octet file")->required();
}

void AddRun(CLI::App& app, RunOptions& options, Action& action) {
  CLI::App* run = app.add_subcommand("run", "Run a model on one input");
  AddModel(*run, options.model_path);
  CLI::Option* picture =
      run->add_option("picture", options.picture_path, "JPEG, PNG, WebP, BMP");
  run->add_option("--input", options.input_paths,
                  "a .npy for each input, NHWC, in the order of the inputs")
      ->excludes(picture);
  run->add_option("--output", options.output_paths,
                  "write each output to this .npy, as float32");
  run->add_option("--top", options.top, "how many classes to print")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  AddSessionOptions(*run, options.num_threads, options.isa);
  run->callback([&] { action = [&] { return Run(options); }; });
}

void AddInspect(CLI::App& app, InspectOptions& options, Action& action) {
  CLI::App* inspect = app.add_subcommand("inspect", "Show what a file holds");
  AddModel(*inspect, options.model_path);
  inspect->add_flag("--plan", options.plan,
                    "kernels and memory of a session on this CPU");
  inspect->add_option("--isa", options.isa, "instruction set of the plan");
  inspect->callback([&] { action = [&] { return Inspect(options); }; });
}

void AddBench(CLI::App& app, BenchOptions& options, Action& action) {
  CLI::App* bench = app.add_subcommand("bench", "Time a model");
  AddModel(*bench, options.model_path);
  bench->add_option("--seconds", options.seconds, "how long to measure")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  bench->add_flag("--per-op", options.per_operator, "a row an operator");
  bench->add_flag("--json", options.json, "print JSON");
  AddSessionOptions(*bench, options.num_threads, options.isa);
  bench->callback([&] { action = [&] { return Bench(options); }; });
}

void AddSelfTest(CLI::App& app, SelfTestOptions& options, Action& action) {
  CLI::App* test = app.add_subcommand(
      "selftest",
      "Run a model on every instruction set of this CPU; all must agree, with "
      "each other and with MODEL.outputs.sha256 where that file exists");
  AddModel(*test, options.model_path);
  test->add_flag("--store", options.store, "write MODEL.outputs.sha256");
  test->callback([&] { action = [&] { return SelfTest(options); }; });
}

int Main(int argc, char** argv) {
  RemoveTemporaryFilesOnInterrupt();
  CLI::App app("Runs, times, checks and describes INT8 models (.octet)",
               "octet");
  app.require_subcommand(1);
  Action action;
  RunOptions run_options;
  InspectOptions inspect_options;
  BenchOptions bench_options;
  SelfTestOptions self_test_options;
  AddRun(app, run_options, action);
  AddInspect(app, inspect_options, action);
  AddBench(app, bench_options, action);
  AddSelfTest(app, self_test_options, action);
  app.add_subcommand("isas", "List the instruction sets")->callback([&] {
    action = [] { return Isas(); };
  });
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kUsage;
  }
  const Status status = action();
  if (status.ok()) return kDone;
  std::fprintf(stderr, "octet: %s\n", status.message().c_str());
  return kFailed;
}

}  // namespace
}  // namespace octet::command

int main(int argc, char** argv) { return octet::command::Main(argc, argv); }
