// Names of a file as JSON strings, whatever bytes they are.

#include "engine/command/json_text.h"

#include <gtest/gtest.h>

namespace octet::command {
namespace {

TEST(JsonStringTest, EscapesWhatJsonReserves) {
  EXPECT_EQ(JsonString(""), "\"\"");
  EXPECT_EQ(JsonString("conv/1"), "\"conv/1\"");
  EXPECT_EQ(JsonString("a\"b\\c"), R"("a\"b\\c")");
  EXPECT_EQ(JsonString(std::string("\0\n\x1f\x7f", 4)),
            "\"\\u0000\\u000a\\u001f\x7f\"");
}

TEST(JsonStringTest, KeepsUtf8) {
  for (const char* text : {"\u00e4", "\u20ac", "\U0001f600", "\U0010ffff"}) {
    EXPECT_EQ(JsonString(text), '"' + std::string(text) + '"');
  }
}

TEST(JsonStringTest, ReplacesBytesThatAreNotUtf8) {
  constexpr char kBad[] = "\\ufffd";
  for (const char* text : {"\x80", "\xff", "\xc3", "\xf8"}) {
    EXPECT_EQ(JsonString(text), '"' + std::string(kBad) + '"') << text;
  }
  // A character cut off; the next one stays.
  EXPECT_EQ(JsonString("\xe2\x82z"), "\"\\ufffd\\ufffdz\"");
  // Overlong; a surrogate; above U+10FFFF.
  EXPECT_EQ(JsonString("\xc0\xaf"), "\"\\ufffd\\ufffd\"");
  EXPECT_EQ(JsonString("\xed\xa0\x80"), "\"\\ufffd\\ufffd\\ufffd\"");
  EXPECT_EQ(JsonString("\xf4\x90\x80\x80"), "\"\\ufffd\\ufffd\\ufffd\\ufffd\"");
}

}  // namespace
}  // namespace octet::command
