#include "converter/samples/labels.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/image/npy.h"
#include "tests/engine/image/temporary_folder.h"

namespace octet::converter {
namespace {

using octet::testing::TemporaryFolder;

LabelMap ReadCsv(const std::string& text) {
  TemporaryFolder folder;
  const Result<LabelMap> labels =
      ReadLabelsCsv(folder.Write("labels.csv", text));
  EXPECT_TRUE(labels.ok()) << labels.status().message();
  return labels.ok() ? *labels : LabelMap();
}

TEST(ReadLabelsCsvTest, ColumnsByName) {
  const LabelMap expected = {{"a.jpg", 0}, {"b.jpg", 999}};
  EXPECT_EQ(ReadCsv("file,class_index,wnid\na.jpg,0,n1\nb.jpg,999,n2\n"),
            expected);
  EXPECT_EQ(ReadCsv("id,class_index,file\r\n1,0,a.jpg\r\n2,999,b.jpg"),
            expected);
}

TEST(ReadLabelsCsvTest, TwoColumnsWithoutAHeader) {
  EXPECT_EQ(ReadCsv("a.jpg,3\nb.jpg,4\n\n"),
            (LabelMap{{"a.jpg", 3}, {"b.jpg", 4}}));
}

TEST(ReadLabelsCsvTest, QuotesAndByteOrderMark) {
  EXPECT_EQ(ReadCsv("\xef\xbb\xbf"
                    "file,class_index\n\"a, b.jpg\",1\n\"say \"\"c\"\"\",2\n"),
            (LabelMap{{"a, b.jpg", 1}, {"say \"c\"", 2}}));
}

TEST(ReadLabelsCsvTest, ErrorsNameFileAndLine) {
  struct Case {
    std::string text;
    std::string hint;
  };
  const Case cases[] = {
      {"", "labels.csv: is empty"},
      {"name,class\na.jpg,1\n", "columns 'file' and 'class_index'"},
      {"file,class_index\na.jpg\n", "line 2: a column"},
      {"file,class_index\na.jpg,1\nb.jpg,dog\n", "line 3: 'dog'"},
      {"a.jpg,1\nb.jpg,-1\n", "line 2: '-1'"},
      {"a.jpg,1\nb.jpg,1.5\n", "line 2: '1.5'"},
      {"a.jpg,1\nb.jpg,99999999999\n", "line 2: '99999999999'"},
      {"a.jpg,1\na.jpg,2\n", "line 2: a second class for 'a.jpg'"},
      {"a.jpg,1\n\"b.jpg,2\n", "line 2: a column"},
      {"a.jpg,1\n\nb.jpg,2\n", "line 2: a column"},
  };
  for (const Case& c : cases) {
    TemporaryFolder folder;
    const Result<LabelMap> labels =
        ReadLabelsCsv(folder.Write("labels.csv", c.text));
    ASSERT_FALSE(labels.ok()) << c.text;
    EXPECT_NE(labels.status().message().find("labels.csv"), std::string::npos);
    EXPECT_NE(labels.status().message().find(c.hint), std::string::npos)
        << labels.status().message();
  }
}

TEST(ReadLabelArrayTest, IdxAndNpy) {
  TemporaryFolder folder;
  const std::string idx =
      folder.Write("labels-idx1-ubyte",
                   std::vector<uint8_t>{0, 0, 8, 1, 0, 0, 0, 3, 7, 0, 255});
  const Result<std::vector<int>> from_idx = ReadLabelArray(idx);
  ASSERT_TRUE(from_idx.ok()) << from_idx.status().message();
  EXPECT_EQ(*from_idx, (std::vector<int>{7, 0, 255}));

  const std::string npy = folder.Path("labels.npy");
  ASSERT_TRUE(WriteNpy(npy, {"i2", {2}, {0x34, 0x12, 0, 0}}).ok());
  const Result<std::vector<int>> from_npy = ReadLabelArray(npy);
  ASSERT_TRUE(from_npy.ok()) << from_npy.status().message();
  EXPECT_EQ(*from_npy, (std::vector<int>{0x1234, 0}));
}

TEST(ReadLabelArrayTest, RefusesWhatAreNoLabels) {
  TemporaryFolder folder;
  const std::string npy = folder.Path("labels.npy");
  for (float value : {-1.0f, 0.5f, 1e9f}) {
    ASSERT_TRUE(
        WriteNpy(npy, NpyArray::FromFloats({1}, std::vector<float>{value}))
            .ok());
    EXPECT_FALSE(ReadLabelArray(npy).ok()) << value;
  }
  ASSERT_TRUE(WriteNpy(npy, {"u1", {1, 1}, {3}}).ok());
  EXPECT_FALSE(ReadLabelArray(npy).ok());
  EXPECT_FALSE(
      ReadLabelArray(folder.Write("idx", std::vector<uint8_t>{0, 0, 8, 1, 0, 0,
                                                              0, 3, 7, 0}))
          .ok());
}

TEST(ReadClassNamesTest, OneALine) {
  TemporaryFolder folder;
  const Result<std::vector<std::string>> names = ReadClassNames(
      folder.Write("labels.txt", std::string("cat\r\n\r\nblack dog\r\n\n")));
  ASSERT_TRUE(names.ok());
  EXPECT_EQ(*names, (std::vector<std::string>{"cat", "", "black dog"}));
  EXPECT_FALSE(
      ReadClassNames(folder.Write("empty.txt", std::string("\n"))).ok());
}

}  // namespace
}  // namespace octet::converter
