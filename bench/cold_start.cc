// octet_cold_start: from a model's file to its first output, in a fresh
// process, and the memory that takes.
//
//   octet_cold_start MODEL.octet [--isa avx2] [--threads 1] [--runs 15]
//                    [--json FILE]
//
// Starts itself anew for each run. The file is in the system's page cache from
// the second run on; the minimum is such a run.

#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/line_process.h"
#include "bench/machine.h"
#include "bench/times.h"
#include "octet/model.h"
#include "octet/session.h"

namespace octet::bench {
namespace {

using Json = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

struct Options {
  std::string model_path;
  std::string isa;
  int threads = 1;
  int runs = 15;
  bool once = false;
  std::string json_path;
};

double MillisecondsSince(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start)
      .count();
}

// Resident memory of this process, in bytes.
size_t ResidentBytes() {
  size_t pages = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> pages >> resident;
  return resident * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

// What the child does: one line of JSON.
Status RunOnce(const Options& options) {
  const size_t resident_before = ResidentBytes();
  const auto start = Clock::now();
  OCTET_ASSIGN_OR_RETURN(std::shared_ptr<const Model> model,
                         Model::Load(options.model_path));
  OCTET_ASSIGN_OR_RETURN(std::unique_ptr<Session> session,
                         Session::Create(model, {.num_threads = options.threads,
                                                 .isa = options.isa}));
  const double load_ms = MillisecondsSince(start);
  for (size_t i = 0; i < model->inputs().size(); ++i) {
    const std::vector<float> values(model->inputs()[i].NumElements(), 0.5f);
    OCTET_RETURN_IF_ERROR(
        session->SetInput(static_cast<int>(i), values.data(), values.size()));
  }
  OCTET_RETURN_IF_ERROR(session->Run());
  std::vector<float> scores(model->outputs()[0].NumElements());
  OCTET_RETURN_IF_ERROR(session->GetOutput(0, scores.data(), scores.size()));
  const double total_ms = MillisecondsSince(start);
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  const MemoryUse memory = session->memory_use();
  const Json line = {{"isa", session->isa()},
                     {"load_ms", load_ms},
                     {"load_and_first_run_ms", total_ms},
                     {"resident_before", resident_before},
                     {"resident", ResidentBytes()},
                     {"peak_resident", size_t(usage.ru_maxrss) * 1024},
                     {"arena", memory.arena},
                     {"packed_weights", memory.packed_weights}};
  std::printf("%s\n", line.dump().c_str());
  return OkStatus();
}

double Megabytes(const Json& bytes) {
  return static_cast<double>(bytes.get<size_t>()) / 1e6;
}

Status Bench(const Options& options) {
  OCTET_RETURN_IF_ERROR(PinToCpus(options.threads));
  Times load, total;
  Json last;
  for (int i = 0; i < options.runs; ++i) {
    std::vector<std::string> arguments = {"/proc/self/exe", options.model_path,
                                          "--once", "--threads",
                                          std::to_string(options.threads)};
    if (!options.isa.empty()) {
      arguments.insert(arguments.end(), {"--isa", options.isa});
    }
    OCTET_ASSIGN_OR_RETURN(std::unique_ptr<LineProcess> child,
                           LineProcess::Start(arguments));
    OCTET_ASSIGN_OR_RETURN(const std::string line, child->Ask(""));
    last = Json::parse(line);
    load.Add(last["load_ms"]);
    total.Add(last["load_and_first_run_ms"]);
  }
  const std::string name =
      std::filesystem::path(options.model_path).stem().string();
  std::printf("%-14s %-10s load %6.2f ms, and first run %6.2f ms (median ",
              name.c_str(), last["isa"].get<std::string>().c_str(), load.Min(),
              total.Min());
  std::printf("%6.2f); RSS %5.1f MB, peak %5.1f; arena + packed %5.1f\n",
              total.Median(), Megabytes(last["resident"]),
              Megabytes(last["peak_resident"]),
              Megabytes(last["arena"]) + Megabytes(last["packed_weights"]));
  if (options.json_path.empty()) return OkStatus();
  const Json row = {{"model", name},
                    {"isa", last["isa"]},
                    {"threads", options.threads},
                    {"load_ms", load.Min()},
                    {"load_and_first_run_ms", total.Min()},
                    {"resident_before_mb", Megabytes(last["resident_before"])},
                    {"resident_mb", Megabytes(last["resident"])},
                    {"peak_resident_mb", Megabytes(last["peak_resident"])},
                    {"arena_mb", Megabytes(last["arena"])},
                    {"packed_mb", Megabytes(last["packed_weights"])}};
  std::ofstream file(options.json_path);
  file << Json::array({row}).dump(2) << "\n";
  if (!file.flush()) return IoError("cannot write " + options.json_path);
  return OkStatus();
}

int Main(int argc, char** argv) {
  Options options;
  CLI::App app("From a model's file to its first output, in a fresh process");
  app.add_option("model", options.model_path, "the .octet file")->required();
  app.add_option("--isa", options.isa, "force an instruction set");
  app.add_option("--threads", options.threads)->check(CLI::PositiveNumber);
  app.add_option("--runs", options.runs, "fresh processes")
      ->check(CLI::PositiveNumber);
  app.add_flag("--once", options.once, "one run, in this process, as JSON");
  app.add_option("--json", options.json_path, "write the row here too");
  CLI11_PARSE(app, argc, argv);
  const Status status = options.once ? RunOnce(options) : Bench(options);
  if (status.ok()) return 0;
  std::fprintf(stderr, "octet_cold_start: %s\n", status.message().c_str());
  return 1;
}

}  // namespace
}  // namespace octet::bench

int main(int argc, char** argv) { return octet::bench::Main(argc, argv); }
