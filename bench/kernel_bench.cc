// octet_kernel_bench: every kernel table of this machine on the layers of
// bench/shapes, beside the measured peak of its instruction form.
//
//   octet_kernel_bench [--benchmark_filter=avx2/mobilenet] [--json=FILE]
//                      [--small-weights] [SHAPES.txt ...]
//
// Without a file: all of bench/shapes. Times are CPU seconds, which other
// programs disturb least. --small-weights: as octet-convert --avx2-safe-weights
// makes them. Google Benchmark's options hold; --json=FILE writes
// the rows of KernelRates::ToJson. The peak is measured again before and after
// each repetition of a layer: on many machines the CPU's speed changes with
// their load, and a share is one of the speed at that time.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "bench/instruction_peak.h"
#include "bench/kernel_report.h"
#include "bench/layer_runner.h"
#include "bench/layer_shape.h"
#include "kernels/dispatch.h"

namespace octet::bench {
namespace {

// Many short repetitions: the fastest one tells what the kernel can do even
// where other programs share the machine.
constexpr double kSecondsARepetition = 0.004;
constexpr int kRepetitions = 21;

void SetCounters(double macs, benchmark::State& state) {
  state.counters[KernelReport::kMacs] = macs;
  state.counters["GMAC/s"] = benchmark::Counter(
      macs * 1e-9, benchmark::Counter::kIsIterationInvariantRate);
}

void MeasurePeak(benchmark::State& state, const InstructionPeak& peak) {
  constexpr size_t kTimes = 10000;
  double macs = 0;
  for (auto _ : state) macs = peak.run(kTimes);
  SetCounters(macs, state);
  state.SetLabel(peak.form);
}

const InstructionPeak* PeakOf(const std::string& isa) {
  size_t count = 0;
  const InstructionPeak* peaks = InstructionPeaks(&count);
  for (size_t i = 0; i < count; ++i) {
    if (isa == peaks[i].isa) return &peaks[i];
  }
  return nullptr;
}

// The better of a few measurements, about 50 us each: one may be interrupted.
double PeakNow(const InstructionPeak& peak) {
  using Clock = std::chrono::steady_clock;
  constexpr size_t kTimes = 20000;
  constexpr int kTries = 3;
  double best = 0;
  for (int i = 0; i < kTries; ++i) {
    const Clock::time_point start = Clock::now();
    const double macs = peak.run(kTimes);
    const std::chrono::duration<double> time = Clock::now() - start;
    best = std::max(best, macs / time.count());
  }
  return best;
}

void MeasureLayer(benchmark::State& state, const LayerShape& shape,
                  const KernelTable* table, WeightValues values) {
  const std::unique_ptr<LayerRunner> layer =
      LayerRunner::Create(shape, table, values);
  const InstructionPeak* peak = PeakOf(table->isa);
  layer->Run();
  const double before = peak == nullptr ? 0 : PeakNow(*peak);
  for (auto _ : state) layer->Run();
  SetCounters(shape.macs(), state);
  if (peak != nullptr) {
    state.counters[KernelReport::kPeak] = std::max(before, PeakNow(*peak));
  }
  state.SetLabel(layer->kernel_name());
}

template <typename Function>
void Register(const std::string& name, Function function) {
  benchmark::RegisterBenchmark(name.c_str(), function)
      ->MinTime(kSecondsARepetition)
      ->Repetitions(kRepetitions);
}

void RegisterPeak(const std::string& isa) {
  const InstructionPeak* peak = PeakOf(isa);
  if (peak == nullptr) return;
  Register(isa + "/peak",
           [peak](benchmark::State& state) { MeasurePeak(state, *peak); });
}

void RegisterAll(const std::vector<LayerShape>& layers, WeightValues values) {
  size_t count = 0;
  const IsaEntry* isas = IsaList(&count);
  for (size_t i = 0; i < count; ++i) {
    if (!isas[i].cpu_supports()) continue;
    const KernelTable* table = isas[i].table;
    RegisterPeak(table->isa);
    for (const LayerShape& layer : layers) {
      Register(std::string(table->isa) + "/" + layer.network + "/" + layer.name,
               [layer, table, values](benchmark::State& state) {
                 MeasureLayer(state, layer, table, values);
               });
    }
  }
}

std::vector<std::string> DefaultFiles() {
  std::vector<std::string> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(OCTET_SOURCE_DIR "/bench/shapes")) {
    files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// The FILE of --json=FILE, taken out of the arguments; "" if it is not there.
std::string TakeJsonPath(std::vector<std::string>* arguments) {
  const std::string option = "--json=";
  std::string path;
  for (const std::string& argument : *arguments) {
    if (argument.rfind(option, 0) == 0) path = argument.substr(option.size());
  }
  std::erase(*arguments, option + path);
  return path;
}

int Main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  std::vector<std::string> files(argv + 1, argv + argc);
  const std::string json_path = TakeJsonPath(&files);
  const bool small = std::erase(files, "--small-weights") > 0;
  if (files.empty()) files = DefaultFiles();
  std::vector<LayerShape> layers;
  for (const std::string& file : files) {
    std::string error;
    if (!ReadLayerShapes(file, &layers, &error)) {
      std::fprintf(stderr, "octet_kernel_bench: %s\n", error.c_str());
      return 2;
    }
  }
  RegisterAll(layers, small ? WeightValues::kSmall : WeightValues::kNormal);
  KernelReport report(layers);
  benchmark::RunSpecifiedBenchmarks(&report);
  if (json_path.empty()) return 0;
  std::ofstream json(json_path);
  json << report.rates().ToJson() << "\n";
  if (json.flush()) return 0;
  std::fprintf(stderr, "octet_kernel_bench: cannot write %s\n",
               json_path.c_str());
  return 1;
}

}  // namespace
}  // namespace octet::bench

int main(int argc, char** argv) { return octet::bench::Main(argc, argv); }
