#include "bench/comparison.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <thread>

namespace octet::bench {
namespace {

constexpr double kTurnMilliseconds = 30;
constexpr int kMinRunsOfTurn = 2;

int RunsOfTurn(double milliseconds) {
  return std::max(kMinRunsOfTurn,
                  static_cast<int>(kTurnMilliseconds / milliseconds));
}

void PrintEntry(const Entry& entry) {
  const std::string title =
      entry.isa.empty() ? entry.name : entry.name + " " + entry.isa;
  std::printf("  %-32s %9.3f %9.3f %6zu ", title.c_str(), entry.times.Min(),
              entry.times.Median(), entry.times.count());
  if (entry.sqnr_db.has_value()) {
    std::printf("%8.1f", *entry.sqnr_db);
  } else {
    std::printf("%8s", "");
  }
}

}  // namespace

Status TakeTurns(double seconds, int pause_ms,
                 const std::vector<Contestant*>& contestants,
                 const std::vector<Times*>& times) {
  const double budget_ms =
      1000 * seconds * static_cast<double>(contestants.size());
  std::vector<int> runs(contestants.size(), kMinRunsOfTurn);
  double spent_ms = 0;
  // The first round touches memory for the first time: it does not count.
  for (bool counts = false; spent_ms < budget_ms; counts = true) {
    for (size_t i = 0; i < contestants.size(); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(pause_ms));
      Times warm_up;
      Times* turn = counts ? times[i] : &warm_up;
      const auto start = std::chrono::steady_clock::now();
      OCTET_RETURN_IF_ERROR(contestants[i]->Run(runs[i], turn));
      const std::chrono::duration<double, std::milli> elapsed =
          std::chrono::steady_clock::now() - start;
      if (counts) spent_ms += elapsed.count();
      runs[i] = RunsOfTurn(turn->Min());
    }
  }
  return OkStatus();
}

std::optional<double> Sqnr(const std::vector<float>& reference,
                           const std::vector<float>& output) {
  if (output.empty() || output.size() != reference.size()) return std::nullopt;
  double signal = 0, noise = 0;
  for (size_t i = 0; i < output.size(); ++i) {
    const double difference = double{output[i]} - double{reference[i]};
    signal += double{reference[i]} * double{reference[i]};
    noise += difference * difference;
  }
  return 10 * std::log10(signal / noise);
}

void PrintTable(const Comparison& comparison) {
  std::printf("%s, %d thread%s\n", comparison.model.c_str(), comparison.threads,
              comparison.threads == 1 ? "" : "s");
  std::printf("  %-32s %9s %9s %6s %8s", "", "min ms", "median ms", "runs",
              "SQNR dB");
  for (const Entry& entry : comparison.entries) {
    if (!entry.isa.empty()) std::printf(" %11s", ("/" + entry.isa).c_str());
  }
  std::printf("\n");
  for (const Entry& entry : comparison.entries) {
    PrintEntry(entry);
    for (const Entry& ours : comparison.entries) {
      if (ours.isa.empty() || !entry.isa.empty()) continue;
      std::printf(" %11.2f", entry.times.Min() / ours.times.Min());
    }
    std::printf("\n");
  }
  std::fflush(stdout);
}

nlohmann::ordered_json ToRows(const Comparison& comparison) {
  auto rows = nlohmann::ordered_json::array();
  for (const Entry& ours : comparison.entries) {
    if (ours.isa.empty()) continue;
    for (const Entry& peer : comparison.entries) {
      if (!peer.isa.empty()) continue;
      rows.push_back({{"model", comparison.model},
                      {"peer", peer.name},
                      {"threads", comparison.threads},
                      {"isa", ours.isa},
                      {"ours_ms", ours.times.Min()},
                      {"peer_ms", peer.times.Min()},
                      {"ratio", peer.times.Min() / ours.times.Min()},
                      {"ours_median_ms", ours.times.Median()},
                      {"peer_median_ms", peer.times.Median()}});
    }
  }
  return rows;
}

}  // namespace octet::bench
