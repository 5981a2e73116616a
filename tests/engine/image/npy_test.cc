#include "engine/image/npy.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "tests/engine/image/temporary_folder.h"

namespace octet {
namespace {

using Bytes = std::vector<uint8_t>;
using testing::TemporaryFolder;

// A file of this version with this header text and these elements.
Bytes MakeFile(int version, const std::string& text, const Bytes& elements) {
  std::string file = "\x93NUMPY";
  file += char(version);
  file += '\0';
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i) {
    file += char(text.size() >> (8 * i));
  }
  file += text;
  Bytes bytes(file.begin(), file.end());
  bytes.insert(bytes.end(), elements.begin(), elements.end());
  return bytes;
}

std::string Header(const std::string& descr, const std::string& shape) {
  return "{'descr': '" + descr +
         "', 'fortran_order': False, 'shape': " + shape + ", }\n";
}

TEST(NpyTest, RoundTripOfEveryTypeAndRank) {
  TemporaryFolder folder;
  const std::vector<std::vector<int64_t>> shapes = {
      {}, {1}, {5}, {2, 3}, {3, 1, 2, 2}, {0}, {4, 0}};
  for (const char* dtype :
       {"f4", "f8", "i1", "u1", "i2", "u2", "i4", "i8", "b1"}) {
    for (const std::vector<int64_t>& shape : shapes) {
      NpyArray array{dtype, shape, {}};
      int64_t num_elements = 1;
      for (int64_t size : shape) num_elements *= size;
      const int64_t num_bytes = num_elements * NpyItemSize(dtype);
      for (int64_t i = 0; i < num_bytes; ++i) {
        array.data.push_back(uint8_t(37 * i + 1));
      }
      ASSERT_TRUE(WriteNpy(folder.Path("a.npy"), array).ok());
      const Result<NpyArray> read = ReadNpy(folder.Path("a.npy"));
      ASSERT_TRUE(read.ok()) << read.status().message();
      EXPECT_EQ(read->dtype, dtype);
      EXPECT_EQ(read->shape, shape);
      EXPECT_EQ(read->data, array.data);
      EXPECT_EQ(read->ToFloat().size(), size_t(num_elements));
    }
  }
}

// The bytes that numpy.save writes for numpy.float32([[1, 2, 3], [4, 5, 6]]),
// up to the elements.
TEST(NpyTest, WritesTheHeaderThatNumpyWrites) {
  const std::string text =
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
  std::string expected = std::string("\x93NUMPY\x01\x00\x76\x00", 10) + text;
  expected += std::string(127 - expected.size(), ' ') + '\n';
  const Bytes bytes = MakeNpyHeader("f4", {2, 3});
  EXPECT_EQ(std::string(bytes.begin(), bytes.end()), expected);
}

TEST(NpyTest, ToFloatReadsTheNumbers) {
  const auto floats = [](const char* dtype, auto... numbers) {
    NpyArray array{dtype, {int64_t{sizeof...(numbers)}}, {}};
    for (auto number : {numbers...}) {
      const size_t size = array.data.size();
      array.data.resize(size + sizeof(number));
      std::memcpy(array.data.data() + size, &number, sizeof(number));
    }
    return array.ToFloat();
  };
  EXPECT_EQ(floats("f4", 1.5f, -2.0f), (std::vector<float>{1.5f, -2.0f}));
  EXPECT_EQ(floats("f8", 1.5, -2e10), (std::vector<float>{1.5f, -2e10f}));
  EXPECT_EQ(floats("i1", int8_t{-128}), (std::vector<float>{-128}));
  EXPECT_EQ(floats("u1", uint8_t{200}), (std::vector<float>{200}));
  EXPECT_EQ(floats("i2", int16_t{-300}), (std::vector<float>{-300}));
  EXPECT_EQ(floats("u2", uint16_t{65535}), (std::vector<float>{65535}));
  EXPECT_EQ(floats("i4", -70000, 3), (std::vector<float>{-70000, 3}));
  EXPECT_EQ(floats("i8", int64_t{1} << 40), (std::vector<float>{0x1p40f}));
  EXPECT_EQ(floats("b1", true, false), (std::vector<float>{1, 0}));
}

TEST(NpyTest, ReadsAllVersions) {
  TemporaryFolder folder;
  for (int version : {1, 2, 3}) {
    const Result<NpyArray> array = ReadNpy(folder.Write(
        "a.npy", MakeFile(version, Header("|u1", "(2,)"), {3, 4})));
    ASSERT_TRUE(array.ok()) << array.status().message();
    EXPECT_EQ(array->data, (Bytes{3, 4}));
  }
}

TEST(NpyTest, ReadsOtherSpellingsOfTheHeader) {
  const Bytes bytes = MakeFile(
      1, "{ \"shape\":( 2 , 1),'fortran_order' :False,\"descr\":'|i1'}  \n",
      {1, 2});
  const Result<NpyHeader> header = ParseNpyHeader(bytes);
  ASSERT_TRUE(header.ok()) << header.status().message();
  EXPECT_EQ(header->dtype, "i1");
  EXPECT_EQ(header->shape, (std::vector<int64_t>{2, 1}));
}

TEST(NpyTest, RefusesWithARemedy) {
  struct Case {
    std::string text;
    StatusCode code;
    std::string hint;
  };
  const Case cases[] = {
      {"{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }",
       StatusCode::kUnsupported, "ascontiguousarray"},
      {Header(">f4", "(6,)"), StatusCode::kUnsupported, "astype"},
      {Header("<c8", "(6,)"), StatusCode::kUnsupported, "astype"},
      {Header("|O", "(6,)"), StatusCode::kUnsupported, "astype"},
      {"{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (2,), }",
       StatusCode::kUnsupported, "field"},
      {Header("<f4", "(-1,)"), StatusCode::kInvalidArgument, "shape"},
      {Header("<f4", "(99999999999999999999,)"), StatusCode::kInvalidArgument,
       "shape"},
      {Header("<f4", "(4294967296, 4294967296)"), StatusCode::kInvalidArgument,
       "too large"},
      {Header("<f8", "(4294967296, 4294967296, 0)"),
       StatusCode::kInvalidArgument, "too large"},
      {"{'descr': '<f4', 'shape': (2,), }", StatusCode::kInvalidArgument,
       "missing"},
      {"{'descr': '<f4', 'x': 1, }", StatusCode::kInvalidArgument, "key"},
      {"", StatusCode::kInvalidArgument, "dictionary"},
  };
  for (const Case& c : cases) {
    const Result<NpyHeader> header =
        ParseNpyHeader(MakeFile(1, c.text, Bytes(8)));
    ASSERT_FALSE(header.ok()) << c.text;
    EXPECT_EQ(header.status().code(), c.code) << c.text;
    EXPECT_NE(header.status().message().find(c.hint), std::string::npos)
        << header.status().message();
  }
}

TEST(NpyTest, RefusesEveryTruncationAndExtraBytes) {
  TemporaryFolder folder;
  Bytes bytes = MakeFile(1, Header("<f4", "(1, 2)"), Bytes(8, 1));
  ASSERT_TRUE(ReadNpy(folder.Write("a.npy", bytes)).ok());
  for (size_t size = 0; size < bytes.size(); ++size) {
    const Result<NpyArray> array =
        ReadNpy(folder.Write("a.npy", std::span(bytes).first(size)));
    ASSERT_FALSE(array.ok()) << size;
    EXPECT_NE(array.status().message().find("a.npy"), std::string::npos);
  }
  bytes.push_back(0);
  EXPECT_FALSE(ReadNpy(folder.Write("a.npy", bytes)).ok());
}

TEST(NpyTest, SurvivesEveryChangedByte) {
  const Bytes bytes = MakeFile(2, Header("<f4", "(1, 2)"), Bytes(8, 1));
  for (size_t i = 0; i < bytes.size(); ++i) {
    for (int value = 0; value < 256; ++value) {
      Bytes changed = bytes;
      changed[i] = uint8_t(value);
      const Result<NpyHeader> header = ParseNpyHeader(changed);
      if (!header.ok()) continue;
      EXPECT_GT(NpyItemSize(header->dtype), 0);
      EXPECT_GE(header->num_elements(), 0);
      EXPECT_LE(header->data_begin, int64_t(changed.size()));
    }
  }
}

TEST(NpyFileTest, ReadsElementsByPosition) {
  TemporaryFolder folder;
  const std::vector<float> values = {0, 1, 2, 3, 4, 5};
  ASSERT_TRUE(
      WriteNpy(folder.Path("a.npy"), NpyArray::FromFloats({3, 2}, values))
          .ok());
  const Result<NpyFile> file = NpyFile::Open(folder.Path("a.npy"));
  ASSERT_TRUE(file.ok());
  const Result<std::vector<float>> middle = file->ReadFloats(2, 3);
  ASSERT_TRUE(middle.ok());
  EXPECT_EQ(*middle, (std::vector<float>{2, 3, 4}));
}

TEST(WriteNpyTest, RefusesWhatIsNoArray) {
  TemporaryFolder folder;
  EXPECT_FALSE(WriteNpy(folder.Path("a.npy"), {"f4", {2}, Bytes(7)}).ok());
  EXPECT_FALSE(WriteNpy(folder.Path("a.npy"), {"f2", {2}, Bytes(4)}).ok());
  EXPECT_EQ(folder.CountFiles(), 0);
}

}  // namespace
}  // namespace octet
