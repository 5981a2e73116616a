// A child process that is asked and answers in lines, on its standard input
// and output.

#ifndef OCTET_BENCH_LINE_PROCESS_H_
#define OCTET_BENCH_LINE_PROCESS_H_

#include <sys/types.h>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "octet/status.h"

namespace octet::bench {

class LineProcess {
 public:
  // arguments[0] is the program, looked up in PATH. Its standard error and its
  // CPUs are those of this process.
  static Result<std::unique_ptr<LineProcess>> Start(
      const std::vector<std::string>& arguments);

  // Closes its input, and waits until it ends.
  ~LineProcess();
  LineProcess(const LineProcess&) = delete;
  LineProcess& operator=(const LineProcess&) = delete;

  // Sends a line (without its end; empty: nothing) and waits for one. Error:
  // kIoError, if the process has ended.
  Result<std::string> Ask(const std::string& line);

 private:
  LineProcess(std::string name, pid_t pid, FILE* to, FILE* from);

  std::string name_;
  pid_t pid_;
  FILE* to_;
  FILE* from_;
};

}  // namespace octet::bench

#endif  // OCTET_BENCH_LINE_PROCESS_H_
