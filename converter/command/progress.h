// Progress on stderr: a bar with samples (or layers) a second and the time left
// on a terminal, a plain line every tenth elsewhere (logs, CI).

#ifndef OCTET_CONVERTER_COMMAND_PROGRESS_H_
#define OCTET_CONVERTER_COMMAND_PROGRESS_H_

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <string>

namespace octet::converter {

class Progress {
 public:
  // `what` names the work, e.g. "calibrating", `unit` what is counted. Prints
  // to `stream`; `terminal`: whether lines can be overwritten there.
  Progress(std::string what, std::FILE* stream, bool terminal,
           std::string unit = "samples");
  // For stderr.
  explicit Progress(std::string what, std::string unit = "samples");

  // `done` of `total` units are finished, done <= total. Prints at most ten
  // times a second on a terminal, and always at the end.
  void Update(size_t done, size_t total);

 private:
  using Clock = std::chrono::steady_clock;

  void Print(size_t done, size_t total, double seconds);

  std::string what_;
  std::string unit_;
  std::FILE* stream_;
  bool terminal_;
  Clock::time_point start_;
  Clock::time_point last_print_;
  size_t printed_tenths_ = 0;
};

// "0:07", "12:30", "1:02:30".
std::string FormatDuration(double seconds);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_COMMAND_PROGRESS_H_
