#include "converter/command/progress.h"

#include <unistd.h>

#include <utility>

namespace octet::converter {
namespace {

constexpr size_t kBarWidth = 30;

}  // namespace

std::string FormatDuration(double seconds) {
  const long whole = static_cast<long>(seconds + 0.5);
  char text[32];
  if (whole < 3600) {
    std::snprintf(text, sizeof(text), "%ld:%02ld", whole / 60, whole % 60);
  } else {
    std::snprintf(text, sizeof(text), "%ld:%02ld:%02ld", whole / 3600,
                  whole / 60 % 60, whole % 60);
  }
  return text;
}

Progress::Progress(std::string what, std::FILE* stream, bool terminal,
                   std::string unit)
    : what_(std::move(what)),
      unit_(std::move(unit)),
      stream_(stream),
      terminal_(terminal),
      start_(Clock::now()),
      last_print_(start_) {}

Progress::Progress(std::string what, std::string unit)
    : Progress(std::move(what), stderr, isatty(STDERR_FILENO) != 0,
               std::move(unit)) {}

void Progress::Update(size_t done, size_t total) {
  const Clock::time_point now = Clock::now();
  const bool last = done == total;
  if (terminal_) {
    if (!last && now - last_print_ < std::chrono::milliseconds(100)) return;
  } else {
    const size_t tenths = done * 10 / total;
    if (tenths == printed_tenths_) return;
    printed_tenths_ = tenths;
  }
  last_print_ = now;
  Print(done, total, std::chrono::duration<double>(now - start_).count());
}

void Progress::Print(size_t done, size_t total, double seconds) {
  const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
  const double left = rate > 0 ? static_cast<double>(total - done) / rate : 0;
  if (terminal_) {
    const size_t filled = done * kBarWidth / total;
    const std::string bar =
        std::string(filled, '#') + std::string(kBarWidth - filled, '.');
    std::fprintf(stream_, "\r%s [%s] %zu/%zu  %.1f %s/s  %s left \033[K%s",
                 what_.c_str(), bar.c_str(), done, total, rate, unit_.c_str(),
                 FormatDuration(left).c_str(), done == total ? "\n" : "");
  } else {
    std::fprintf(stream_, "%s: %zu/%zu  %.1f %s/s  %s left\n", what_.c_str(),
                 done, total, rate, unit_.c_str(),
                 FormatDuration(left).c_str());
  }
  std::fflush(stream_);
}

}  // namespace octet::converter
