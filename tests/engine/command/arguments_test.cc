// Command lines of subcommands: what is set, what is refused and how.

#include "engine/command/arguments.h"

#include <gtest/gtest.h>

namespace octet::command {
namespace {

class ArgumentsTest : public ::testing::Test {
 protected:
  // The exit code; what was printed is in out_ and error_.
  int RunWith(const std::vector<std::string>& arguments) {
    const Program program{
        "tool",
        "Does things",
        {{"do",
          "Do it",
          {{"model", "", "the file", SetText(&model_), true},
           {"picture", "", "one more", SetText(&picture_)},
           {"--input", "FILE", "an input", AppendText(&inputs_)},
           {"--count", "N", "how often", SetInteger(1, &count_)},
           {"--seconds", "X", "how long", SetPositive(&seconds_)},
           {"--fast", "", "hurry", SetTrue(&fast_)}},
          [this] {
            runs_ = true;
            return result_;
          },
          [this] {
            return picture_.empty() || inputs_.empty()
                       ? OkStatus()
                       : InvalidArgument("a picture and --input");
          }},
         {"other", "Do nothing", {}, [] { return OkStatus(); }, {}}}};
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    const int code = RunProgram(program, arguments);
    out_ = ::testing::internal::GetCapturedStdout();
    error_ = ::testing::internal::GetCapturedStderr();
    return code;
  }
  // Whether the arguments are refused before anything runs, with `text`.
  bool Refuses(const std::vector<std::string>& arguments,
               const std::string& text) {
    const int code = RunWith(arguments);
    EXPECT_FALSE(runs_);
    EXPECT_EQ(out_, "");
    EXPECT_NE(error_.find(text), std::string::npos) << error_;
    return code == kUsage;
  }

  Status result_;
  std::string model_, picture_;
  std::vector<std::string> inputs_;
  int count_ = 5;
  double seconds_ = 2;
  bool fast_ = false;
  bool runs_ = false;
  std::string out_, error_;
};

TEST_F(ArgumentsTest, SetsEveryKindInAnyOrder) {
  EXPECT_EQ(RunWith({"do", "--input", "a", "m", "--seconds=0.5", "--input=b=c",
                     "--fast", "--count", "3"}),
            kDone);
  EXPECT_TRUE(runs_ && fast_);
  EXPECT_EQ(model_, "m");
  EXPECT_EQ(picture_, "");
  EXPECT_EQ(inputs_, (std::vector<std::string>{"a", "b=c"}));
  EXPECT_EQ(count_, 3);
  EXPECT_EQ(seconds_, 0.5);
}

TEST_F(ArgumentsTest, LeavesAloneWhatIsNotNamed) {
  EXPECT_EQ(RunWith({"do", "m", "p"}), kDone);
  EXPECT_EQ(picture_, "p");
  EXPECT_EQ(count_, 5);
  EXPECT_EQ(seconds_, 2);
  EXPECT_FALSE(fast_);
}

TEST_F(ArgumentsTest, TakesNamesThatLookLikeOptionsBehindDashes) {
  EXPECT_EQ(RunWith({"do", "--fast", "--", "--model", "-h"}), kDone);
  EXPECT_EQ(model_, "--model");
  EXPECT_EQ(picture_, "-h");
}

TEST_F(ArgumentsTest, ASingleDashIsAName) {
  EXPECT_EQ(RunWith({"do", "-"}), kDone);
  EXPECT_EQ(model_, "-");
}

TEST_F(ArgumentsTest, RefusesWithASentence) {
  EXPECT_TRUE(Refuses({}, "tool: a subcommand is missing"));
  EXPECT_TRUE(Refuses({"undo"}, "tool: no subcommand 'undo'"));
  EXPECT_TRUE(Refuses({"do"}, "tool do: model is missing"));
  EXPECT_TRUE(Refuses({"do", "a", "b", "c"}, "'c' is one argument too many"));
  EXPECT_TRUE(Refuses({"do", "a", "--slow"}, "no option --slow"));
  EXPECT_TRUE(Refuses({"do", "a", "-f"}, "no option -f"));
  EXPECT_TRUE(Refuses({"do", "a", "--fast=1"}, "--fast takes no value"));
  EXPECT_TRUE(Refuses({"do", "a", "--count"}, "--count needs a value: N"));
  EXPECT_TRUE(Refuses({"other", "a"}, "'a' is one argument too many"));
}

TEST_F(ArgumentsTest, RefusesWhatDoesNotGoTogether) {
  EXPECT_TRUE(Refuses({"do", "a", "b", "--input", "c"},
                      "tool do: a picture and --input"));
}

TEST_F(ArgumentsTest, RefusesNumbersThatAreNone) {
  for (const char* text : {"", "0", "-1", "x", "1x", "1.5", "99999999999"}) {
    EXPECT_TRUE(Refuses({"do", "m", "--count", text},
                        "--count: needs a whole number of at least 1"))
        << text;
  }
  for (const char* text : {"", "0", "-1", "x", "1x", "nan", "inf"}) {
    EXPECT_TRUE(Refuses({"do", "m", "--seconds", text},
                        "--seconds: needs a number above 0"))
        << text;
  }
}

TEST_F(ArgumentsTest, HelpNamesEverything) {
  EXPECT_EQ(RunWith({"--help"}), kDone);
  for (const char* text : {"Does things", "do ", "Do it", "other"}) {
    EXPECT_NE(out_.find(text), std::string::npos) << out_;
  }
  EXPECT_EQ(RunWith({"do", "--count", "x", "-h"}), kDone);
  for (const char* text :
       {"tool do model [picture]", "--input FILE", "hurry"}) {
    EXPECT_NE(out_.find(text), std::string::npos) << out_;
  }
  EXPECT_FALSE(runs_);
}

TEST_F(ArgumentsTest, ReportsWhatTheSubcommandReports) {
  result_ = NotFound("m: no such file");
  EXPECT_EQ(RunWith({"do", "m"}), kFailed);
  EXPECT_EQ(error_, "tool: m: no such file\n");
}

}  // namespace
}  // namespace octet::command
