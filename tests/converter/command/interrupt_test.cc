// A conversion that is interrupted at any moment leaves the output as it was
// and no temporary file.

#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/converter/command/digits.h"

extern char** environ;

namespace octet::converter {
namespace {

pid_t StartConversion(const std::string& output) {
  std::vector<std::string> words = {OCTET_CONVERT_COMMAND,
                                    DigitsPath("digits.onnx"),
                                    "-o",
                                    output,
                                    "--calibrate",
                                    DigitsPath("calib-images.idx3-ubyte"),
                                    "--std",
                                    "255"};
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t process = 0;
  EXPECT_EQ(posix_spawn(&process, OCTET_CONVERT_COMMAND, nullptr, nullptr,
                        arguments.data(), environ),
            0);
  return process;
}

// Returns the exit code, or minus the signal that ended it.
int Wait(pid_t process) {
  int status = 0;
  waitpid(process, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

TEST(InterruptTest, LeavesNothingHalfWritten) {
  TemporaryFolder folder;
  const std::string output = folder.Path("digits.octet");
  ASSERT_EQ(Wait(StartConversion(output)), 0);
  const std::string complete = ReadBytes(output);
  ASSERT_FALSE(complete.empty());

  int interrupted = 0;
  for (int delay_ms = 0; delay_ms < 400; delay_ms += 10) {
    std::filesystem::remove(output);
    const pid_t process = StartConversion(output);
    usleep(static_cast<useconds_t>(delay_ms) * 1000);
    kill(process, delay_ms % 20 == 0 ? SIGINT : SIGTERM);
    const int code = Wait(process);
    interrupted += code != 0;
    const bool exists = std::filesystem::exists(output);
    if (exists) {
      EXPECT_EQ(ReadBytes(output), complete) << delay_ms << " ms";
    }
    for (const auto& entry :
         std::filesystem::directory_iterator(folder.path())) {
      EXPECT_EQ(entry.path().string(), output) << delay_ms << " ms";
    }
  }
  EXPECT_GT(interrupted, 0) << "no conversion was interrupted";
}

}  // namespace
}  // namespace octet::converter
