#include "engine/image/file.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "engine/image/temporary_files.h"
#include "tests/engine/image/temporary_folder.h"

namespace octet {
namespace {

using Bytes = std::vector<uint8_t>;
using testing::TemporaryFolder;

void ExpectFile(const std::string& path, const Bytes& expected) {
  const Result<Bytes> bytes = ReadFile(path);
  ASSERT_TRUE(bytes.ok()) << bytes.status().message();
  EXPECT_EQ(*bytes, expected);
}

TEST(ReadFileTest, ReadsWhatWasWritten) {
  TemporaryFolder folder;
  ExpectFile(folder.Write("empty", Bytes{}), {});
  ExpectFile(folder.Write("three", Bytes{0, 10, 255}), {0, 10, 255});
}

TEST(ReadFileTest, ErrorsNameThePath) {
  TemporaryFolder folder;
  const Result<Bytes> missing = ReadFile(folder.Path("missing"));
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.status().code(), StatusCode::kNotFound);
  EXPECT_NE(missing.status().message().find("missing"), std::string::npos);
  EXPECT_EQ(ReadFile(folder.path()).status().code(),
            StatusCode::kInvalidArgument);
  // A pipe without a writer must not block.
  ASSERT_EQ(mkfifo(folder.Path("pipe").c_str(), 0600), 0);
  EXPECT_FALSE(ReadFile(folder.Path("pipe")).ok());
}

TEST(InputFileTest, ReadsPiecesAndStopsAtTheEnd) {
  TemporaryFolder folder;
  const Result<InputFile> file =
      InputFile::Open(folder.Write("f", Bytes{1, 2, 3, 4, 5}));
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(file->size(), 5);
  Bytes two(2);
  ASSERT_TRUE(file->ReadAt(3, two).ok());
  EXPECT_EQ(two, (Bytes{4, 5}));
  EXPECT_EQ(file->ReadAt(4, two).code(), StatusCode::kIoError);
  EXPECT_EQ(file->ReadAt(400, two).code(), StatusCode::kIoError);
}

TEST(WriteFileAtomicallyTest, CreatesAndReplaces) {
  TemporaryFolder folder;
  const std::string path = folder.Path("out");
  ASSERT_TRUE(WriteFileAtomically(path, Bytes{1, 2}).ok());
  ExpectFile(path, {1, 2});
  ASSERT_TRUE(WriteFileAtomically(path, Bytes{}).ok());
  ExpectFile(path, {});
  EXPECT_EQ(folder.CountFiles(), 1);
}

TEST(WriteFileAtomicallyTest, LeavesNothingOnErrors) {
  TemporaryFolder folder;
  EXPECT_FALSE(WriteFileAtomically(folder.Path("no/such"), Bytes{1}).ok());
  EXPECT_FALSE(WriteFileAtomically(folder.path(), Bytes{1}).ok());
  EXPECT_FALSE(WriteFileAtomically("/dev/null", Bytes{1}).ok());
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
  EXPECT_EQ(folder.CountFiles(), 0);
}

TEST(CheckCanWriteTest, SaysWhatWritingWouldAndChangesNothing) {
  TemporaryFolder folder;
  const std::string path = folder.Path("out");
  EXPECT_TRUE(CheckCanWrite(path).ok());
  EXPECT_EQ(folder.CountFiles(), 0);
  ASSERT_TRUE(WriteFileAtomically(path, Bytes{1, 2}).ok());
  EXPECT_TRUE(CheckCanWrite(path).ok());
  ExpectFile(path, {1, 2});
  for (const std::string& wrong :
       {folder.Path("no/such"), folder.path(), std::string("/dev/null")}) {
    const Status status = CheckCanWrite(wrong);
    EXPECT_FALSE(status.ok());
    EXPECT_EQ(status.message(), WriteFileAtomically(wrong, {}).message());
  }
  EXPECT_EQ(folder.CountFiles(), 1);
}

TEST(WriteFileAtomicallyTest, ManyThreadsLeaveOneWholeFile) {
  TemporaryFolder folder;
  const std::string path = folder.Path("out");
  std::vector<std::thread> threads;
  for (uint8_t value = 0; value < 8; ++value) {
    threads.emplace_back([&path, value] {
      for (int i = 0; i < 20; ++i) {
        EXPECT_TRUE(WriteFileAtomically(path, Bytes(5000, value)).ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const Result<Bytes> bytes = ReadFile(path);
  ASSERT_TRUE(bytes.ok());
  ASSERT_EQ(bytes->size(), 5000u);
  EXPECT_EQ(*bytes, Bytes(5000, bytes->front()));
  EXPECT_EQ(folder.CountFiles(), 1);
}

TEST(TemporaryFileTest, DisappearsButSparesAFileOfAnother) {
  TemporaryFolder folder;
  {
    TemporaryFile file(folder.Path("own"));
    close(file.Create());
    EXPECT_EQ(folder.CountFiles(), 1);
  }
  EXPECT_EQ(folder.CountFiles(), 0);
  {
    TemporaryFile file(folder.Write("other", Bytes{1}));
    EXPECT_EQ(file.Create(), -1);
  }
  EXPECT_EQ(folder.CountFiles(), 1);
}

// Runs `child` in a process of its own and returns its wait status.
template <typename Child>
int RunInChild(Child child) {
  const pid_t pid = fork();
  if (pid == 0) {
    child();
    _exit(0);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  return status;
}

TEST(RemoveTemporaryFilesOnInterruptTest, SignalsRemoveFilesAndStillKill) {
  for (int signal_number : {SIGINT, SIGTERM, SIGHUP}) {
    TemporaryFolder folder;
    const std::string kept = folder.Write("kept", Bytes{7});
    const int status = RunInChild([&] {
      signal(signal_number, SIG_DFL);
      RemoveTemporaryFilesOnInterrupt();
      TemporaryFile first(folder.Path("a.tmp"));
      TemporaryFile second(folder.Path("b.tmp"));
      if (first.Create() < 0 || second.Create() < 0) _exit(1);
      raise(signal_number);
    });
    ASSERT_TRUE(WIFSIGNALED(status));
    EXPECT_EQ(WTERMSIG(status), signal_number);
    EXPECT_EQ(folder.CountFiles(), 1);
    ExpectFile(kept, {7});
  }
}

TEST(RemoveTemporaryFilesOnInterruptTest, IgnoredSignalsStayIgnored) {
  TemporaryFolder folder;
  const int status = RunInChild([&] {
    signal(SIGINT, SIG_IGN);
    RemoveTemporaryFilesOnInterrupt();
    TemporaryFile file(folder.Path("a.tmp"));
    if (file.Create() < 0) _exit(1);
    raise(SIGINT);
    _exit(folder.CountFiles() == 1 ? 42 : 1);
  });
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 42);
}

// The whole promise: whenever the process is killed while it replaces a file,
// the file is the old one or a new one, and nothing else is left.
TEST(RemoveTemporaryFilesOnInterruptTest, InterruptedWritingLeavesWholeFiles) {
  for (int delay_us = 200; delay_us < 6000; delay_us += 700) {
    TemporaryFolder folder;
    const std::string path = folder.Path("out");
    ASSERT_TRUE(WriteFileAtomically(path, Bytes(100000, 1)).ok());
    int ready[2];
    ASSERT_EQ(pipe(ready), 0);
    const pid_t pid = fork();
    if (pid == 0) {
      RemoveTemporaryFilesOnInterrupt();
      if (write(ready[1], "r", 1) != 1) _exit(1);
      while (WriteFileAtomically(path, Bytes(100000, 2)).ok()) {
      }
      _exit(1);
    }
    char byte;
    ASSERT_EQ(read(ready[0], &byte, 1), 1);
    usleep(useconds_t(delay_us));
    ASSERT_EQ(kill(pid, SIGTERM), 0);
    int status = 0;
    ASSERT_EQ(waitpid(pid, &status, 0), pid);
    close(ready[0]);
    close(ready[1]);
    ASSERT_TRUE(WIFSIGNALED(status));
    const Result<Bytes> bytes = ReadFile(path);
    ASSERT_TRUE(bytes.ok());
    ASSERT_EQ(bytes->size(), 100000u);
    EXPECT_EQ(*bytes, Bytes(100000, bytes->front()));
    EXPECT_EQ(folder.CountFiles(), 1);
  }
}

}  // namespace
}  // namespace octet
