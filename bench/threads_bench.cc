// octet_threads_bench: networks on one thread, on two, and on as many as the
// plan chooses, in turn in one process.
//
//   octet_threads_bench MODEL.octet ... [--isa avx2] [--rounds 20]
//                       [--json FILE]
//
// A round is a few runs of each; before and after it the machine shows whether
// its two CPUs are two cores just then. Exit status 2: on the median of five or
// more rounds with two cores, more threads were over 3 % slower than one; 3: no
// network had so many.

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "bench/machine.h"
#include "bench/thread_rounds.h"
#include "bench/times.h"
#include "engine/command/random_inputs.h"
#include "octet/model.h"
#include "octet/session.h"

namespace octet::bench {
namespace {

using Json = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr int kSlower = 2;
constexpr int kNeverTwoCores = 3;
// Less is the clock and the machine, not the threads.
constexpr double kAsFast = 0.97;
// Of fewer rounds with two cores the median says nothing.
constexpr int kEnoughRounds = 5;

// How long the threads of the session before may still spin.
constexpr auto kPause = std::chrono::milliseconds(60);
constexpr Milliseconds kTurn(25);

struct Options {
  std::vector<std::string> models;
  std::string isa;
  int rounds = 20;
  std::string json_path;
};

bool HasTwoCoresNow() {
  std::this_thread::sleep_for(kPause);
  const Result<double> factor = GlanceAtTwoThreads();
  return factor.ok() && *factor >= kTwoCores;
}

// After a pause some runs, of which the first does not count: it wakes the
// threads and fills the caches.
Status TakeTurn(Session& session, Times* times) {
  std::this_thread::sleep_for(kPause);
  OCTET_RETURN_IF_ERROR(session.Run());
  const Clock::time_point start = Clock::now();
  Status status;
  do {
    times->Measure([&] { status = session.Run(); });
  } while (status.ok() && Clock::now() - start < kTurn);
  return status;
}

class ThreadsContest {
 public:
  explicit ThreadsContest(const Options& options) : options_(options) {}

  Status Run(const std::string& path) {
    OCTET_ASSIGN_OR_RETURN(std::shared_ptr<const Model> model,
                           Model::Load(path));
    OCTET_ASSIGN_OR_RETURN(one_, MakeSession(model, 1));
    OCTET_ASSIGN_OR_RETURN(two_, MakeSession(model, 2));
    OCTET_ASSIGN_OR_RETURN(auto_, MakeSession(model, kAutoThreads));
    bool before = HasTwoCoresNow();
    for (int i = 0; i < options_.rounds; ++i) {
      ThreadRound of_two, of_auto;
      OCTET_RETURN_IF_ERROR(TakeTurn(*one_, &of_two.one));
      OCTET_RETURN_IF_ERROR(TakeTurn(*two_, &of_two.more));
      OCTET_RETURN_IF_ERROR(TakeTurn(*auto_, &of_auto.more));
      const bool after = HasTwoCoresNow();
      of_auto.one = of_two.one;
      of_auto.two_cores = of_two.two_cores = before && after;
      on_two_.push_back(std::move(of_two));
      on_auto_.push_back(std::move(of_auto));
      before = after;
    }
    return OkStatus();
  }

  Speedup two() const { return SpeedupOf(on_two_); }
  Speedup chosen() const { return SpeedupOf(on_auto_); }
  int chosen_threads() const { return auto_->num_threads(); }
  std::string isa() const { return one_->isa(); }

 private:
  Result<std::unique_ptr<Session>> MakeSession(
      std::shared_ptr<const Model> model, int threads) {
    OCTET_ASSIGN_OR_RETURN(
        std::unique_ptr<Session> session,
        Session::Create(std::move(model),
                        {.num_threads = threads, .isa = options_.isa}));
    OCTET_RETURN_IF_ERROR(command::SetRandomInputs(1, *session));
    return session;
  }

  const Options& options_;
  std::unique_ptr<Session> one_, two_, auto_;
  std::vector<ThreadRound> on_two_, on_auto_;
};

void PrintRow(const std::string& name, const ThreadsContest& contest,
              int rounds) {
  const Speedup two = contest.two(), chosen = contest.chosen();
  std::printf("%-26s %9.3f %9.3f %6.2f %6.2f %9.3f %6.2f %6.2f on %d %4d/%d\n",
              name.c_str(), two.one_ms, two.more_ms, two.of_minima,
              two.of_rounds, chosen.more_ms, chosen.of_minima, chosen.of_rounds,
              contest.chosen_threads(), two.rounds_with_two_cores, rounds);
  std::fflush(stdout);
}

Json ToRow(const std::string& name, const ThreadsContest& contest, int rounds) {
  const Speedup two = contest.two(), chosen = contest.chosen();
  return {{"model", name},
          {"isa", contest.isa()},
          {"one_thread_ms", two.one_ms},
          {"two_threads_ms", two.more_ms},
          {"speedup_of_minima", two.of_minima},
          {"speedup_of_rounds", two.of_rounds},
          {"auto_threads", contest.chosen_threads()},
          {"auto_ms", chosen.more_ms},
          {"auto_speedup_of_minima", chosen.of_minima},
          {"auto_speedup_of_rounds", chosen.of_rounds},
          {"rounds", rounds},
          {"rounds_with_two_cores", two.rounds_with_two_cores}};
}

Result<int> Bench(const Options& options) {
  OCTET_RETURN_IF_ERROR(PinToCpus(2));
  std::printf("%-26s %9s %9s %6s %6s %9s %6s %6s %4s %s\n", "min ms",
              "1 thread", "2 threads", "minima", "rounds", "auto", "minima",
              "rounds", "", "rounds with two cores");
  auto rows = Json::array();
  bool slower = false, two_cores = false;
  for (const std::string& path : options.models) {
    ThreadsContest contest(options);
    OCTET_RETURN_IF_ERROR(contest.Run(path));
    const std::string name = std::filesystem::path(path).stem().string();
    PrintRow(name, contest, options.rounds);
    rows.push_back(ToRow(name, contest, options.rounds));
    const bool known = contest.two().rounds_with_two_cores >= kEnoughRounds;
    two_cores = two_cores || known;
    slower = slower || (known && (contest.two().of_rounds < kAsFast ||
                                  contest.chosen().of_rounds < kAsFast));
  }
  if (!options.json_path.empty()) {
    std::ofstream file(options.json_path);
    file << rows.dump(2) << "\n";
    if (!file.flush()) return IoError("cannot write " + options.json_path);
  }
  if (!two_cores) return kNeverTwoCores;
  return slower ? kSlower : 0;
}

int Main(int argc, char** argv) {
  Options options;
  CLI::App app("Networks on one thread, on two, and on as many as pay off");
  app.add_option("models", options.models, ".octet files")->required();
  app.add_option("--isa", options.isa, "force an instruction set");
  app.add_option("--rounds", options.rounds, "of each network")
      ->check(CLI::PositiveNumber);
  app.add_option("--json", options.json_path, "write the rows here too");
  CLI11_PARSE(app, argc, argv);
  const Result<int> result = Bench(options);
  if (result.ok()) return *result;
  std::fprintf(stderr, "octet_threads_bench: %s\n",
               result.status().message().c_str());
  return 1;
}

}  // namespace
}  // namespace octet::bench

int main(int argc, char** argv) { return octet::bench::Main(argc, argv); }
