#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <vector>

#include "engine/command/commands.h"
#include "engine/command/input_shapes.h"
#include "engine/command/json_text.h"
#include "engine/command/random_inputs.h"
#include "octet/model.h"
#include "octet/session.h"

namespace octet::command {
namespace {

using Clock = std::chrono::steady_clock;

// Times of one thing, in nanoseconds.
struct Samples {
  std::vector<int64_t> nanoseconds;

  // The value below which `share` of the samples lie, in milliseconds.
  // REQUIRES: the samples are sorted.
  double Quantile(double share) const {
    const double last = static_cast<double>(nanoseconds.size() - 1);
    const size_t index = static_cast<size_t>(share * last + 0.5);
    return static_cast<double>(nanoseconds[index]) / 1e6;
  }
  void Sort() { std::sort(nanoseconds.begin(), nanoseconds.end()); }
};

struct Measurement {
  Samples total;
  std::vector<OperatorProfile> operators;  // names, kernels, work
  std::vector<Samples> operator_times;
};

Result<Measurement> Measure(const BenchOptions& options, Session& session) {
  // Warm up for a tenth of the time: caches, clock frequency, branches.
  const auto duration = std::chrono::duration<double>(options.seconds);
  const auto warm = Clock::now() + duration / 10;
  do {
    OCTET_RETURN_IF_ERROR(session.Run());
  } while (Clock::now() < warm);
  Measurement measurement;
  const auto end = Clock::now() + duration;
  do {
    const auto start = Clock::now();
    if (options.per_operator) {
      OCTET_RETURN_IF_ERROR(session.RunProfiled(&measurement.operators));
    } else {
      OCTET_RETURN_IF_ERROR(session.Run());
    }
    measurement.total.nanoseconds.push_back(
        std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() -
                                                             start)
            .count());
    measurement.operator_times.resize(measurement.operators.size());
    for (size_t i = 0; i < measurement.operators.size(); ++i) {
      measurement.operator_times[i].nanoseconds.push_back(
          measurement.operators[i].nanoseconds);
    }
  } while (Clock::now() < end);
  measurement.total.Sort();
  for (Samples& samples : measurement.operator_times) samples.Sort();
  return measurement;
}

// Billions of multiply-accumulates a second.
double GmacsPerSecond(int64_t macs, double milliseconds) {
  return milliseconds > 0 ? static_cast<double>(macs) / milliseconds / 1e6 : 0;
}

void PrintText(const BenchOptions& options, const Session& session,
               const Measurement& measurement) {
  if (options.per_operator) {
    std::printf("   min ms  median ms  GMAC/s  type            kernel\n");
  }
  for (size_t i = 0; i < measurement.operators.size(); ++i) {
    const OperatorProfile& profile = measurement.operators[i];
    const double minimum = measurement.operator_times[i].Quantile(0.0);
    std::printf("%9.4f  %9.4f  %6.1f  %-14s  %-22s %s %s\n", minimum,
                measurement.operator_times[i].Quantile(0.5),
                GmacsPerSecond(profile.macs, minimum), profile.type.c_str(),
                profile.kernel.c_str(), profile.output_shape.ToString().c_str(),
                profile.name.c_str());
  }
  const Samples& total = measurement.total;
  std::printf(
      "min %.3f ms  median %.3f ms  p90 %.3f ms  (%zu runs, %s, %d "
      "thread%s)\n",
      total.Quantile(0.0), total.Quantile(0.5), total.Quantile(0.9),
      total.nanoseconds.size(), session.isa().c_str(), session.num_threads(),
      session.num_threads() == 1 ? "" : "s");
}

// Milliseconds have six digits: the clock counts nanoseconds.
void PrintJson(const Session& session, const Measurement& measurement) {
  const Samples& total = measurement.total;
  std::printf("{\n  \"model\": %s,\n  \"isa\": %s,\n  \"threads\": %d,\n",
              JsonString(session.model().name()).c_str(),
              JsonString(session.isa()).c_str(), session.num_threads());
  std::printf(
      "  \"runs\": %zu,\n  \"min_ms\": %.6f,\n  \"median_ms\": %.6f,\n"
      "  \"p90_ms\": %.6f,\n  \"operators\": [",
      total.nanoseconds.size(), total.Quantile(0.0), total.Quantile(0.5),
      total.Quantile(0.9));
  for (size_t i = 0; i < measurement.operators.size(); ++i) {
    const OperatorProfile& profile = measurement.operators[i];
    const double minimum = measurement.operator_times[i].Quantile(0.0);
    std::printf(
        "%s\n    {\n      \"name\": %s,\n      \"type\": %s,\n"
        "      \"kernel\": %s,\n      \"macs\": %lld,\n"
        "      \"min_ms\": %.6f,\n      \"median_ms\": %.6f,\n"
        "      \"gmacs\": %.6g\n    }",
        i == 0 ? "" : ",", JsonString(profile.name).c_str(),
        JsonString(profile.type).c_str(), JsonString(profile.kernel).c_str(),
        static_cast<long long>(profile.macs), minimum,
        measurement.operator_times[i].Quantile(0.5),
        GmacsPerSecond(profile.macs, minimum));
  }
  std::printf("%s]\n}\n", measurement.operators.empty() ? "" : "\n  ");
}

}  // namespace

Status Bench(const BenchOptions& options) {
  OCTET_ASSIGN_OR_RETURN(std::shared_ptr<const Model> model,
                         Model::Load(options.model_path));
  OCTET_ASSIGN_OR_RETURN(
      const std::unique_ptr<Session> session,
      Session::Create(std::move(model), {.num_threads = options.num_threads,
                                         .isa = options.isa}));
  OCTET_RETURN_IF_ERROR(ResizeInputs(options.shapes, *session));
  OCTET_RETURN_IF_ERROR(SetRandomInputs(1, *session));
  OCTET_ASSIGN_OR_RETURN(const Measurement measurement,
                         Measure(options, *session));
  if (options.json) {
    PrintJson(*session, measurement);
  } else {
    PrintText(options, *session, measurement);
  }
  return OkStatus();
}

}  // namespace octet::command
