// `octet`: runs, times, checks and describes .octet files.

#include <string>
#include <vector>

#include "engine/command/arguments.h"
#include "engine/command/commands.h"
#include "engine/image/temporary_files.h"
#include "octet/session.h"

namespace octet::command {
namespace {

Argument ModelArgument(std::string* path) {
  return {"model", "", "the .octet file", SetText(path), true};
}

Argument IsaOption(std::string* isa) {
  return {"--isa", "NAME",
          "instruction set (octet isas); default: OCTET_ISA or the best",
          SetText(isa)};
}

Argument ThreadsOption(int* num_threads) {
  return {"--threads", "N", "threads (1); auto: as many as pay off",
          [num_threads](const std::string& text) {
            if (text != "auto") return SetInteger(0, num_threads)(text);
            *num_threads = kAutoThreads;
            return OkStatus();
          }};
}

Argument ShapeOption(std::vector<std::string>* shapes) {
  return {"--shape", "NAME=SIZES",
          "another shape of an input, where the model lets it vary: "
          "input=1,320,320,3",
          AppendText(shapes)};
}

Subcommand RunSubcommand(RunOptions* options) {
  return {
      "run",
      "Run a model on one input",
      {ModelArgument(&options->model_path),
       {"picture", "", "JPEG, PNG, WebP, BMP", SetText(&options->picture_path)},
       {"--input", "FILE", "a .npy, NHWC; once for each input, in their order",
        AppendText(&options->input_paths)},
       {"--output", "FILE",
        "write an output to this .npy, as float32; once for each",
        AppendText(&options->output_paths)},
       {"--draw", "FILE",
        "write the picture with boxes or masks to this .png, where the model "
        "has a head (octet-convert --head)",
        SetText(&options->draw_path)},
       {"--json", "FILE", "write what was found to this file",
        SetText(&options->json_path)},
       {"--top", "N", "how many classes to print (5)",
        SetInteger(1, &options->top)},
       ShapeOption(&options->shapes),
       ThreadsOption(&options->num_threads),
       IsaOption(&options->isa)},
      [options] { return Run(*options); },
      [options] {
        return options->picture_path.empty() || options->input_paths.empty()
                   ? OkStatus()
                   : InvalidArgument(
                         "a picture ('" + options->picture_path +
                         "') and --input exclude each other; --input "
                         "takes one file, and is given once for each");
      }};
}

Subcommand InspectSubcommand(InspectOptions* options) {
  return {"inspect",
          "Show what a file holds",
          {ModelArgument(&options->model_path),
           {"--plan", "", "kernels and memory of a session on this CPU",
            SetTrue(&options->plan)},
           IsaOption(&options->isa)},
          [options] { return Inspect(*options); },
          {}};
}

Subcommand BenchSubcommand(BenchOptions* options) {
  return {
      "bench",
      "Time a model",
      {ModelArgument(&options->model_path),
       {"--seconds", "X", "how long to measure (2)",
        SetPositive(&options->seconds)},
       {"--per-op", "", "a row an operator", SetTrue(&options->per_operator)},
       {"--json", "", "print JSON", SetTrue(&options->json)},
       ShapeOption(&options->shapes),
       ThreadsOption(&options->num_threads),
       IsaOption(&options->isa)},
      [options] { return Bench(*options); },
      {}};
}

Subcommand SelfTestSubcommand(SelfTestOptions* options) {
  return {
      "selftest",
      "Run a model on every instruction set of this CPU: all must agree, "
      "and with MODEL.outputs.sha256, where there is one",
      {ModelArgument(&options->model_path),
       {"--store", "", "write MODEL.outputs.sha256", SetTrue(&options->store)}},
      [options] { return SelfTest(*options); },
      {}};
}

int Main(int argc, char** argv) {
  RemoveTemporaryFilesOnInterrupt();
  RunOptions run;
  InspectOptions inspect;
  BenchOptions bench;
  SelfTestOptions self_test;
  const Program program{
      "octet",
      "Runs, times, checks and describes INT8 models (.octet)",
      {RunSubcommand(&run),
       InspectSubcommand(&inspect),
       BenchSubcommand(&bench),
       SelfTestSubcommand(&self_test),
       {"isas", "List the instruction sets", {}, Isas, {}}}};
  return RunProgram(program, {argv + 1, argv + argc});
}

}  // namespace
}  // namespace octet::command

int main(int argc, char** argv) { return octet::command::Main(argc, argv); }
