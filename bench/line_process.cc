#include "bench/line_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <utility>

extern char** environ;

namespace octet::bench {
namespace {

// What posix_spawnp is told; returns its error.
int Spawn(const std::vector<std::string>& arguments, int input, int output,
          pid_t* pid) {
  std::vector<char*> argv;
  for (const std::string& argument : arguments) {
    argv.push_back(const_cast<char*>(argument.c_str()));
  }
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  const int error =
      posix_spawnp(pid, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

}  // namespace

Result<std::unique_ptr<LineProcess>> LineProcess::Start(
    const std::vector<std::string>& arguments) {
  // A child that ended is an error of Ask, not the end of this process.
  std::signal(SIGPIPE, SIG_IGN);
  int to_child[2], from_child[2];
  if (pipe2(to_child, O_CLOEXEC) != 0) return IoError("cannot make a pipe");
  if (pipe2(from_child, O_CLOEXEC) != 0) {
    close(to_child[0]);
    close(to_child[1]);
    return IoError("cannot make a pipe");
  }
  pid_t pid = 0;
  const int error = Spawn(arguments, to_child[0], from_child[1], &pid);
  close(to_child[0]);
  close(from_child[1]);
  if (error != 0) {
    close(to_child[1]);
    close(from_child[0]);
    return IoError(arguments[0] +
                   " cannot be started: " + std::strerror(error));
  }
  return std::unique_ptr<LineProcess>(new LineProcess(
      arguments[0], pid, fdopen(to_child[1], "w"), fdopen(from_child[0], "r")));
}

LineProcess::LineProcess(std::string name, pid_t pid, FILE* to, FILE* from)
    : name_(std::move(name)), pid_(pid), to_(to), from_(from) {}

LineProcess::~LineProcess() {
  std::fclose(to_);
  std::fclose(from_);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

Result<std::string> LineProcess::Ask(const std::string& line) {
  if (!line.empty()) {
    std::fprintf(to_, "%s\n", line.c_str());
    std::fflush(to_);
  }
  char* answer = nullptr;
  size_t capacity = 0;
  const ssize_t length = getline(&answer, &capacity, from_);
  std::string text(answer == nullptr || length < 0 ? "" : answer);
  std::free(answer);
  if (length <= 0) {
    return IoError(name_ + " has ended; its messages stand above");
  }
  if (text.back() == '\n') text.pop_back();
  return text;
}

}  // namespace octet::bench
