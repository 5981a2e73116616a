// octet_model_bench: a network in Octet and in other engines, side by side.
//
//   octet_model_bench MODEL.onnx MODEL.octet [--ort-model MODEL.qdq.onnx
//       --ort-modules node_modules] [--isa avx2 ...] [--threads 1 2]
//       [--seconds 3] [--json FILE]
//
// One run of one process, all in turn, pinned to as many CPUs as threads, so
// that a change of the machine's speed meets all alike. MODEL.octet and
// MODEL.qdq.onnx must come from MODEL.onnx; the outputs' distance from FP32 is
// printed to show that they do. The input is random, the same for all.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "bench/comparison.h"
#include "bench/machine.h"
#include "bench/octet_contestant.h"
#include "bench/ort_contestant.h"
#include "bench/xnnpack_contestant.h"
#include "converter/onnx/import.h"
#include "converter/passes/pass_list.h"
#include "kernels/dispatch.h"
#include "octet/model.h"

namespace octet::bench {
namespace {

// pthreadpool's threads spin for some 10 ms after their work, others less.
constexpr int kPauseOfThreads = 60;

struct Options {
  std::string onnx_path;
  std::string octet_path;
  std::string ort_model_path;
  std::string ort_modules;
  std::vector<std::string> isas;
  std::vector<int> threads = {1};
  double seconds = 3.0;
  std::string json_path;
};

// What all contestants get.
struct Network {
  converter::Graph graph;
  std::shared_ptr<const Model> model;
  Shape input_shape;
  std::vector<float> input;
};

// As bench/networks draws its samples.
std::vector<float> RandomInput(const Shape& shape) {
  std::mt19937 random(1);
  std::uniform_real_distribution<float> uniform(-2.0f, 2.0f);
  std::vector<float> values(static_cast<size_t>(shape.NumElements()));
  for (float& value : values) value = uniform(random);
  return values;
}

Result<Network> Load(const Options& options) {
  Network network;
  OCTET_ASSIGN_OR_RETURN(network.graph,
                         converter::ImportOnnx(options.onnx_path, {}));
  OCTET_RETURN_IF_ERROR(converter::RunPasses(network.graph));
  OCTET_ASSIGN_OR_RETURN(network.model, Model::Load(options.octet_path));
  const std::vector<TensorInfo>& inputs = network.model->inputs();
  if (inputs.size() != 1 || inputs[0].shape.rank != 4) {
    return Unsupported(options.octet_path +
                       ": only networks with one picture as input are timed");
  }
  network.input_shape = inputs[0].shape;
  network.input = RandomInput(network.input_shape);
  return network;
}

// Those that this CPU has, without the portable one where there is another.
std::vector<std::string> VectorIsas() {
  size_t count = 0;
  const IsaEntry* isas = IsaList(&count);
  std::vector<std::string> names;
  for (size_t i = 0; i < count; ++i) {
    const std::string name = isas[i].table->isa;
    if (!isas[i].cpu_supports() || (name == "scalar" && !names.empty())) {
      continue;
    }
    names.push_back(name);
  }
  return names;
}

class Contest {
 public:
  Contest(const Options& options, const Network& network, int threads)
      : options_(options), network_(network), threads_(threads) {
    comparison_.model =
        std::filesystem::path(options.octet_path).stem().string();
    comparison_.threads = threads;
  }

  Status Run() {
    OCTET_RETURN_IF_ERROR(PinToCpus(threads_));
    OCTET_RETURN_IF_ERROR(AddOctet());
    OCTET_RETURN_IF_ERROR(AddOrt());
    OCTET_RETURN_IF_ERROR(AddXnnpack());
    std::vector<Contestant*> contestants;
    std::vector<Times*> times;
    for (size_t i = 0; i < contestants_.size(); ++i) {
      contestants.push_back(contestants_[i].get());
      times.push_back(&comparison_.entries[i].times);
    }
    OCTET_RETURN_IF_ERROR(TakeTurns(options_.seconds,
                                    threads_ > 1 ? kPauseOfThreads : 0,
                                    contestants, times));
    return CompareOutputs();
  }

  const Comparison& comparison() const { return comparison_; }

 private:
  void Add(std::string name, std::string isa,
           std::unique_ptr<Contestant> contestant) {
    comparison_.entries.push_back({std::move(name), std::move(isa), {}, {}});
    contestants_.push_back(std::move(contestant));
  }

  Status AddOctet() {
    for (const std::string& isa : options_.isas) {
      OCTET_ASSIGN_OR_RETURN(
          std::unique_ptr<Contestant> octet,
          MakeOctetContestant(network_.model, isa, threads_, network_.input));
      Add("Octet", isa, std::move(octet));
    }
    return OkStatus();
  }

  Status AddOrt() {
    if (options_.ort_model_path.empty()) return OkStatus();
    std::string version;
    OCTET_ASSIGN_OR_RETURN(
        std::unique_ptr<Contestant> ort,
        MakeOrtContestant(
            {options_.ort_modules, options_.ort_model_path, threads_},
            network_.input_shape, network_.input, &version));
    Add("ONNX Runtime " + version + " int8", "", std::move(ort));
    return OkStatus();
  }

  Status AddXnnpack() {
    OCTET_ASSIGN_OR_RETURN(
        std::unique_ptr<Contestant> network,
        MakeXnnpackNetwork(network_.graph, threads_, network_.input));
    float_network_ = network.get();
    Add("XNNPACK FP32", "", std::move(network));
    OCTET_ASSIGN_OR_RETURN(std::unique_ptr<Contestant> float_layers,
                           MakeXnnpackFloatLayers(network_.graph, threads_));
    Add("XNNPACK FP32, layers alone", "", std::move(float_layers));
    OCTET_ASSIGN_OR_RETURN(std::unique_ptr<Contestant> int8_layers,
                           MakeXnnpackInt8Layers(network_.graph, threads_));
    Add("XNNPACK qc8, layers alone", "", std::move(int8_layers));
    return OkStatus();
  }

  Status CompareOutputs() {
    OCTET_ASSIGN_OR_RETURN(const std::vector<float> reference,
                           float_network_->Output());
    for (size_t i = 0; i < contestants_.size(); ++i) {
      if (contestants_[i].get() == float_network_) continue;
      OCTET_ASSIGN_OR_RETURN(const std::vector<float> output,
                             contestants_[i]->Output());
      comparison_.entries[i].sqnr_db = Sqnr(reference, output);
    }
    return OkStatus();
  }

  const Options& options_;
  const Network& network_;
  const int threads_;
  Comparison comparison_;
  std::vector<std::unique_ptr<Contestant>> contestants_;  // one an entry
  Contestant* float_network_ = nullptr;
};

Status WriteJson(const std::string& path, const nlohmann::ordered_json& rows) {
  std::ofstream file(path);
  file << rows.dump(2) << "\n";
  if (!file.flush()) return IoError("cannot write " + path);
  return OkStatus();
}

Status Bench(Options options) {
  if (options.isas.empty()) options.isas = VectorIsas();
  OCTET_ASSIGN_OR_RETURN(const Network network, Load(options));
  auto rows = nlohmann::ordered_json::array();
  for (const int threads : options.threads) {
    Contest contest(options, network, threads);
    OCTET_RETURN_IF_ERROR(contest.Run());
    PrintTable(contest.comparison());
    for (auto& row : ToRows(contest.comparison())) rows.push_back(row);
  }
  if (options.json_path.empty()) return OkStatus();
  return WriteJson(options.json_path, rows);
}

int Main(int argc, char** argv) {
  Options options;
  CLI::App app("A network in Octet and in other engines, in turn");
  app.add_option("onnx", options.onnx_path, "the FP32 network")->required();
  app.add_option("octet", options.octet_path, "the same, converted")
      ->required();
  CLI::Option* modules =
      app.add_option("--ort-modules", options.ort_modules,
                     "the node_modules folder with onnxruntime-node");
  app.add_option("--ort-model", options.ort_model_path,
                 "the same, quantized for ONNX Runtime")
      ->needs(modules);
  app.add_option("--isa", options.isas,
                 "instruction sets of Octet; default: all that are not scalar");
  app.add_option("--threads", options.threads, "numbers of threads, in turn")
      ->check(CLI::PositiveNumber);
  app.add_option("--seconds", options.seconds, "for each engine")
      ->check(CLI::PositiveNumber);
  app.add_option("--json", options.json_path, "write the rows here too");
  CLI11_PARSE(app, argc, argv);
  const Status status = Bench(std::move(options));
  if (status.ok()) return 0;
  std::fprintf(stderr, "octet_model_bench: %s\n", status.message().c_str());
  return 1;
}

}  // namespace
}  // namespace octet::bench

int main(int argc, char** argv) { return octet::bench::Main(argc, argv); }
