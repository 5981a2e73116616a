#include "converter/command/progress.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <string>

namespace octet::converter {
namespace {

// What Progress prints for 20 samples.
std::string Printed(bool terminal) {
  char* text = nullptr;
  size_t size = 0;
  std::FILE* stream = open_memstream(&text, &size);
  Progress progress("calibrating", stream, terminal);
  for (size_t done = 1; done <= 20; ++done) progress.Update(done, 20);
  std::fclose(stream);
  const std::string printed(text, size);
  std::free(text);
  return printed;
}

TEST(ProgressTest, PlainLinesForLogs) {
  const std::string printed = Printed(false);
  EXPECT_EQ(std::count(printed.begin(), printed.end(), '\n'), 10);
  EXPECT_EQ(printed.find('\r'), std::string::npos);
  EXPECT_NE(printed.find("calibrating: 20/20"), std::string::npos);
  EXPECT_NE(printed.find("samples/s"), std::string::npos);
}

TEST(ProgressTest, OneLineOnATerminal) {
  const std::string printed = Printed(true);
  EXPECT_EQ(std::count(printed.begin(), printed.end(), '\n'), 1);
  EXPECT_NE(printed.find("[##############################] 20/20"),
            std::string::npos);
}

TEST(ProgressTest, Durations) {
  EXPECT_EQ(FormatDuration(0.2), "0:00");
  EXPECT_EQ(FormatDuration(61), "1:01");
  EXPECT_EQ(FormatDuration(3661), "1:01:01");
}

}  // namespace
}  // namespace octet::converter
