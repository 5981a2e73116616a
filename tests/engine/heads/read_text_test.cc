#include "engine/heads/read_text.h"

#include <gtest/gtest.h>

namespace octet {
namespace {

// One step a symbol, with the score 0.5.
OutputValues Steps(const std::vector<size_t>& symbols, size_t num_symbols) {
  OutputValues output;
  output.shape = {1, int(symbols.size()), int(num_symbols)};
  for (const size_t symbol : symbols) {
    for (size_t i = 0; i < num_symbols; ++i) {
      output.values.push_back(i == symbol ? 0.5f : 0.1f);
    }
  }
  return output;
}

TEST(ReadTextTest, RepeatedSymbolsOnceUnlessSeparated) {
  HeadInfo head;
  head.kind = HeadKind::kText;
  head.axis = 2;
  head.names = {"a", "\xc3\xa9", " "};
  const TextLine line = ReadText(head, {Steps({0, 1, 1, 0, 1, 3, 2, 2, 4}, 5)});
  EXPECT_EQ(line.text, "aa \xc3\xa9?");
  EXPECT_FLOAT_EQ(line.score, 0.5f);
}

TEST(ReadTextTest, Nothing) {
  HeadInfo head;
  head.axis = 2;
  const TextLine line = ReadText(head, {Steps({0, 0}, 3)});
  EXPECT_EQ(line.text, "");
  EXPECT_EQ(line.score, 0.0f);
}

}  // namespace
}  // namespace octet
