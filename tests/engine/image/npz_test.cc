#include "engine/image/npz.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/engine/image/encode.h"
#include "tests/engine/image/temporary_folder.h"

namespace octet {
namespace {

using Bytes = std::vector<uint8_t>;
using testing::EncodeZip;
using testing::TemporaryFolder;

Bytes MakeNpy(const std::string& dtype, const std::vector<int64_t>& shape,
              const Bytes& elements) {
  Bytes bytes = MakeNpyHeader(dtype, shape);
  bytes.insert(bytes.end(), elements.begin(), elements.end());
  return bytes;
}

// Long enough for several blocks of the unpacker.
Bytes ManyBytes() {
  Bytes bytes(1000000);
  for (size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = uint8_t(i * i >> 7);
  }
  return bytes;
}

TEST(NpzTest, StoredAndDeflated) {
  TemporaryFolder folder;
  const Bytes many = ManyBytes();
  const std::string path = folder.Write(
      "a.npz", EncodeZip({{"x.npy", MakeNpy("u1", {1000, 1000}, many), true},
                          {"y.npy", MakeNpy("i1", {2}, {255, 5}), false},
                          {"z.npy", MakeNpy("i1", {2}, {254, 6}), true},
                          {"none.npy", MakeNpy("f4", {0, 3}, {}), true}}));
  const Result<std::vector<NpzArray>> arrays = OpenNpz(path);
  ASSERT_TRUE(arrays.ok()) << arrays.status().message();
  ASSERT_EQ(arrays->size(), 4u);
  EXPECT_EQ((*arrays)[0].name, "x");
  EXPECT_EQ((*arrays)[3].name, "none");
  const Result<NpyArray> x = (*arrays)[0].array.ReadAll();
  ASSERT_TRUE(x.ok());
  EXPECT_EQ(x->data, many);
  const Result<std::vector<float>> y = (*arrays)[1].array.ReadFloats(0, 2);
  ASSERT_TRUE(y.ok());
  EXPECT_EQ(*y, (std::vector<float>{-1, 5}));
  const Result<std::vector<float>> z = (*arrays)[2].array.ReadFloats(1, 1);
  ASSERT_TRUE(z.ok());
  EXPECT_EQ(*z, (std::vector<float>{6}));
  EXPECT_EQ((*arrays)[3].array.num_elements(), 0);
}

TEST(NpzTest, ErrorsNameFileAndArray) {
  TemporaryFolder folder;
  const Result<std::vector<NpzArray>> text = OpenNpz(
      folder.Write("a.npz", EncodeZip({{"readme.txt", Bytes(5, 'a'), false}})));
  ASSERT_FALSE(text.ok());
  EXPECT_NE(text.status().message().find("a.npz: array 'readme.txt'"),
            std::string::npos);
  EXPECT_FALSE(OpenNpz(folder.Write("b.npz", EncodeZip({}))).ok());
  EXPECT_FALSE(OpenNpz(folder.Write("c.npz", std::string(100, 'x'))).ok());
}

std::vector<Bytes> SmallArchives() {
  const Bytes npy = MakeNpy("u1", {30}, Bytes(30, 9));
  return {EncodeZip({{"x.npy", npy, false}}),
          EncodeZip({{"x.npy", npy, true}})};
}

TEST(NpzTest, RefusesEveryTruncation) {
  TemporaryFolder folder;
  for (const Bytes& bytes : SmallArchives()) {
    ASSERT_TRUE(OpenNpz(folder.Write("a.npz", bytes)).ok());
    for (size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_FALSE(
          OpenNpz(folder.Write("a.npz", std::span(bytes).first(size))).ok())
          << size;
    }
  }
}

TEST(NpzTest, ChangedBytesAreRefusedOrHarmless) {
  TemporaryFolder folder;
  for (const Bytes& bytes : SmallArchives()) {
    for (size_t i = 0; i < bytes.size(); ++i) {
      for (int change : {0x01, 0x80, 0xff}) {
        Bytes changed = bytes;
        changed[i] ^= uint8_t(change);
        const Result<std::vector<NpzArray>> arrays =
            OpenNpz(folder.Write("a.npz", changed));
        // What still opens was changed where nobody looks (dates, versions,
        // the name): the CRC covers the array itself.
        if (!arrays.ok()) continue;
        ASSERT_EQ(arrays->size(), 1u);
        const Result<NpyArray> array = (*arrays)[0].array.ReadAll();
        ASSERT_TRUE(array.ok());
        EXPECT_EQ(array->data, Bytes(30, 9)) << "byte " << i;
      }
    }
  }
}

}  // namespace
}  // namespace octet
