// What contestants took for one network, as a table and as JSON.

#ifndef OCTET_BENCH_COMPARISON_H_
#define OCTET_BENCH_COMPARISON_H_

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "bench/contestant.h"
#include "bench/times.h"
#include "octet/status.h"

namespace octet::bench {

struct Entry {
  std::string name;  // "Octet", "ONNX Runtime 1.30.0 int8"
  std::string isa;   // of Octet; empty for a peer
  Times times;
  // The output's distance from FP32's, where both are known.
  std::optional<double> sqnr_db;
};

struct Comparison {
  std::string model;
  int threads = 1;
  std::vector<Entry> entries;
};

// Lets the contestants run in turn until each has had `seconds` on average.
// A turn is a few runs, so that a change of the machine's speed meets all
// alike, and the caches belong to whose turn it is. `pause_ms` before each turn
// lets threads of the one before fall asleep. times: one for each contestant.
Status TakeTurns(double seconds, int pause_ms,
                 const std::vector<Contestant*>& contestants,
                 const std::vector<Times*>& times);

// Signal to noise of `output`, if it is as long as `reference`.
std::optional<double> Sqnr(const std::vector<float>& reference,
                           const std::vector<float>& output);

// For each entry minimum and median; for each peer, its minimum divided by that
// of each Octet entry.
void PrintTable(const Comparison& comparison);

// A row for each pair of an Octet entry and a peer: {model, peer, threads, isa,
// ours_ms, peer_ms, ratio, ours_median_ms, peer_median_ms}. ratio: peer_ms /
// ours_ms, both minima.
nlohmann::ordered_json ToRows(const Comparison& comparison);

}  // namespace octet::bench

#endif  // OCTET_BENCH_COMPARISON_H_
