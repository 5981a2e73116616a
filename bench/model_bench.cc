// Times a network in INT8 (Octet) and in FP32 (XNNPACK) side by side: one run
// of one program, the two in turn, so that a change of the machine's speed
// meets both.
//
//   octet_model_bench MODEL.onnx MODEL.octet [--isa avx2] [--threads 1]
//                     [--seconds 5] [--json FILE]
//
// MODEL.octet must come from MODEL.onnx. Inputs are random, the same for both.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "converter/float/float_executor.h"
#include "converter/onnx/import.h"
#include "converter/passes/pass_list.h"
#include "octet/model.h"
#include "octet/session.h"

namespace octet {
namespace {

struct Options {
  std::string onnx_path;
  std::string octet_path;
  std::string isa;
  int threads = 1;
  double seconds = 5.0;
  std::string json_path;
};

// Run times of one side, in milliseconds.
class Times {
 public:
  template <typename Function>
  void Measure(Function function) {
    const auto start = std::chrono::steady_clock::now();
    function();
    const std::chrono::duration<double, std::milli> elapsed =
        std::chrono::steady_clock::now() - start;
    milliseconds_.push_back(elapsed.count());
  }
  double Min() const {
    return *std::min_element(milliseconds_.begin(), milliseconds_.end());
  }
  double Median() const {
    std::vector<double> sorted = milliseconds_;
    std::sort(sorted.begin(), sorted.end());
    return sorted[sorted.size() / 2];
  }
  size_t count() const { return milliseconds_.size(); }

 private:
  std::vector<double> milliseconds_;
};

std::vector<std::vector<float>> RandomInputs(const Model& model) {
  std::mt19937 random(1);
  std::uniform_real_distribution<float> uniform(-1.0f, 1.0f);
  std::vector<std::vector<float>> inputs;
  for (const TensorInfo& info : model.inputs()) {
    std::vector<float> values(info.NumElements());
    for (float& value : values) value = uniform(random);
    inputs.push_back(std::move(values));
  }
  return inputs;
}

Status WriteJson(const Options& options, const std::string& isa,
                 const Times& ours, const Times& peer) {
  nlohmann::ordered_json row;
  row["model"] = options.onnx_path;
  row["peer"] = "XNNPACK FP32";
  row["threads"] = options.threads;
  row["isa"] = isa;
  row["ours_ms"] = ours.Min();
  row["peer_ms"] = peer.Min();
  row["ratio"] = peer.Min() / ours.Min();
  std::ofstream file(options.json_path);
  file << nlohmann::ordered_json::array({row}).dump(2) << "\n";
  if (!file.flush()) return IoError("cannot write " + options.json_path);
  return OkStatus();
}

Status Bench(const Options& options) {
  OCTET_ASSIGN_OR_RETURN(converter::Graph graph,
                         converter::ImportOnnx(options.onnx_path, {}));
  OCTET_RETURN_IF_ERROR(converter::RunPasses(graph));
  OCTET_ASSIGN_OR_RETURN(
      std::unique_ptr<converter::FloatExecutor> executor,
      converter::FloatExecutor::Create(graph, {.threads = options.threads}));
  OCTET_ASSIGN_OR_RETURN(std::shared_ptr<const Model> model,
                         Model::Load(options.octet_path));
  OCTET_ASSIGN_OR_RETURN(std::unique_ptr<Session> session,
                         Session::Create(model, {.num_threads = options.threads,
                                                 .isa = options.isa}));
  const std::vector<std::vector<float>> inputs = RandomInputs(*model);
  for (size_t i = 0; i < inputs.size(); ++i) {
    OCTET_RETURN_IF_ERROR(session->SetInput(
        static_cast<int>(i), inputs[i].data(), inputs[i].size()));
  }
  // The first run of each touches memory for the first time.
  OCTET_RETURN_IF_ERROR(session->Run());
  OCTET_RETURN_IF_ERROR(executor->Run(inputs));

  Times ours, peer;
  Status status;
  const auto end = std::chrono::steady_clock::now() +
                   std::chrono::duration<double>(options.seconds);
  while (status.ok() && std::chrono::steady_clock::now() < end) {
    ours.Measure([&] { status = session->Run(); });
    if (!status.ok()) break;
    peer.Measure([&] { status = executor->Run(inputs); });
  }
  OCTET_RETURN_IF_ERROR(status);

  std::printf("%-22s %10s %10s\n", "", "min ms", "median ms");
  std::printf("Octet INT8, %-10s %10.3f %10.3f\n", session->isa().c_str(),
              ours.Min(), ours.Median());
  std::printf("%-22s %10.3f %10.3f\n", "XNNPACK FP32", peer.Min(),
              peer.Median());
  std::printf("%-22s %10.2f %10.2f   (%zu runs each, %d thread%s)\n", "ratio",
              peer.Min() / ours.Min(), peer.Median() / ours.Median(),
              ours.count(), options.threads, options.threads == 1 ? "" : "s");
  if (options.json_path.empty()) return OkStatus();
  return WriteJson(options, session->isa(), ours, peer);
}

}  // namespace
}  // namespace octet

int main(int argc, char** argv) {
  octet::Options options;
  CLI::App app("INT8 in Octet against FP32 in XNNPACK, in one run");
  app.add_option("onnx", options.onnx_path, "the FP32 network")->required();
  app.add_option("octet", options.octet_path, "the same, converted")
      ->required();
  app.add_option("--isa", options.isa, "force an instruction set");
  app.add_option("--threads", options.threads, "of each side");
  app.add_option("--seconds", options.seconds, "how long to measure");
  app.add_option("--json", options.json_path, "write the row here too");
  CLI11_PARSE(app, argc, argv);
  const octet::Status status = octet::Bench(options);
  if (status.ok()) return 0;
  std::fprintf(stderr, "octet_model_bench: %s\n", status.message().c_str());
  return 1;
}
