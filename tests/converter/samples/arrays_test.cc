#include <gtest/gtest.h>

#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "converter/samples/open_samples.h"
#include "engine/image/npy.h"
#include "tests/engine/image/encode.h"
#include "tests/engine/image/temporary_folder.h"

namespace octet::converter {
namespace {

using octet::testing::EncodeZip;
using octet::testing::TemporaryFolder;

std::vector<float> Count(int64_t size, float first = 0) {
  std::vector<float> values(static_cast<size_t>(size));
  std::iota(values.begin(), values.end(), first);
  return values;
}

NpyArray MakeArray(const std::vector<int64_t>& shape, float first = 0) {
  int64_t size = 1;
  for (int64_t dimension : shape) size *= dimension;
  return NpyArray::FromFloats(shape, Count(size, first));
}

octet::testing::ZipFile MakeEntry(const std::string& name,
                                  const NpyArray& array, bool deflate) {
  std::vector<uint8_t> bytes = MakeNpyHeader(array.dtype, array.shape);
  bytes.insert(bytes.end(), array.data.begin(), array.data.end());
  return {name + ".npy", bytes, deflate};
}

std::unique_ptr<SampleSource> Open(const SampleOptions& options,
                                   const std::vector<InputSpec>& inputs) {
  Result<std::unique_ptr<SampleSource>> source = OpenSamples(options, inputs);
  EXPECT_TRUE(source.ok()) << source.status().message();
  return source.ok() ? *std::move(source) : nullptr;
}

Sample Read(const SampleSource& source, size_t index) {
  Result<Sample> sample = source.Read(index);
  EXPECT_TRUE(sample.ok()) << sample.status().message();
  return sample.ok() ? *std::move(sample) : Sample();
}

TEST(NpySamplesTest, ShapesThatFit) {
  struct Case {
    std::vector<int64_t> array;
    Shape input;
    size_t num_samples;
  };
  const Case cases[] = {
      {{2, 3, 4}, {1, 2, 3, 4}, 1},
      {{1, 2, 3, 4}, {1, 2, 3, 4}, 1},
      {{5, 2, 3, 4}, {1, 2, 3, 4}, 5},
      {{5, 1, 2, 3, 4}, {1, 2, 3, 4}, 5},
      {{7}, {1, 7}, 1},
      {{3, 7}, {1, 7}, 3},
      {{2, 7}, {2, 7}, 1},
      {{4, 2, 7}, {2, 7}, 4},
      {{3}, {1}, 3},
      {{1, 1}, {1, 1}, 1},
  };
  for (const Case& c : cases) {
    TemporaryFolder folder;
    SampleOptions options;
    options.path = folder.Path("x.npy");
    ASSERT_TRUE(WriteNpy(options.path, MakeArray(c.array)).ok());
    const auto source = Open(options, {{"x", c.input}});
    ASSERT_NE(source, nullptr);
    ASSERT_EQ(source->size(), c.num_samples);
    const int64_t count = c.input.NumElements();
    for (size_t i = 0; i < source->size(); ++i) {
      EXPECT_EQ(Read(*source, i).inputs[0],
                Count(count, float(count) * float(i)));
    }
  }
}

TEST(NpySamplesTest, ShapesThatDoNotFit) {
  for (const std::vector<int64_t>& shape : std::vector<std::vector<int64_t>>{
           {3, 2, 4}, {5, 2, 3, 4, 1}, {24}, {2, 5, 2, 3, 4}}) {
    TemporaryFolder folder;
    SampleOptions options;
    options.path = folder.Path("x.npy");
    ASSERT_TRUE(WriteNpy(options.path, MakeArray(shape)).ok());
    const auto source = OpenSamples(options, {{"pixels", {1, 2, 3, 4}}});
    ASSERT_FALSE(source.ok());
    EXPECT_NE(source.status().message().find("x.npy"), std::string::npos);
    EXPECT_NE(source.status().message().find("'pixels'"), std::string::npos);
  }
}

TEST(NpySamplesTest, NchwBecomesNhwc) {
  TemporaryFolder folder;
  SampleOptions options;
  options.path = folder.Path("x.npy");
  options.layout = DataLayout::kNchw;
  ASSERT_TRUE(WriteNpy(options.path, MakeArray({2, 3, 1, 2})).ok());
  const auto source = Open(options, {{"x", {1, 1, 2, 3}}});
  ASSERT_NE(source, nullptr);
  EXPECT_EQ(Read(*source, 1).inputs[0],
            (std::vector<float>{6, 8, 10, 7, 9, 11}));
}

TEST(NpySamplesTest, IntegersAreNumbers) {
  TemporaryFolder folder;
  SampleOptions options;
  options.path = folder.Path("x.npy");
  ASSERT_TRUE(WriteNpy(options.path, {"i1", {1, 2}, {255, 7}}).ok());
  const auto source = Open(options, {{"x", {1, 2}}});
  ASSERT_NE(source, nullptr);
  EXPECT_EQ(Read(*source, 0).inputs[0], (std::vector<float>{-1, 7}));
}

TEST(NpySamplesTest, Labels) {
  TemporaryFolder folder;
  SampleOptions options;
  options.path = folder.Path("x.npy");
  options.labels_path = folder.Path("y.npy");
  ASSERT_TRUE(WriteNpy(options.path, MakeArray({2, 3})).ok());
  ASSERT_TRUE(WriteNpy(options.labels_path, {"u1", {2}, {8, 9}}).ok());
  const auto source = Open(options, {{"x", {1, 3}}});
  ASSERT_NE(source, nullptr);
  EXPECT_EQ(Read(*source, 0).label, 8);
  EXPECT_EQ(Read(*source, 1).label, 9);
}

TEST(NpzSamplesTest, AnArrayAnInputByName) {
  for (bool deflate : {false, true}) {
    TemporaryFolder folder;
    SampleOptions options;
    options.path = folder.Write(
        "s.npz", EncodeZip({MakeEntry("b", MakeArray({2, 1}, 100), deflate),
                            MakeEntry("unused", MakeArray({4}), deflate),
                            MakeEntry("a", MakeArray({2, 2}), deflate)}));
    const auto source = Open(options, {{"a", {1, 2}}, {"b", {1, 1}}});
    ASSERT_NE(source, nullptr);
    ASSERT_EQ(source->size(), 2u);
    EXPECT_EQ(source->Name(1), "s.npz[1]");
    const Sample sample = Read(*source, 1);
    ASSERT_EQ(sample.inputs.size(), 2u);
    EXPECT_EQ(sample.inputs[0], (std::vector<float>{2, 3}));
    EXPECT_EQ(sample.inputs[1], (std::vector<float>{101}));
  }
}

TEST(NpzSamplesTest, TheOnlyArrayMayHaveAnyName) {
  TemporaryFolder folder;
  SampleOptions options;
  options.path = folder.Write(
      "s.npz", EncodeZip({MakeEntry("arr_0", MakeArray({3, 2}), true)}));
  const auto source = Open(options, {{"input", {1, 2}}});
  ASSERT_NE(source, nullptr);
  EXPECT_EQ(source->size(), 3u);
}

TEST(NpzSamplesTest, ErrorsSayWhatIsThere) {
  TemporaryFolder folder;
  SampleOptions options;
  options.path = folder.Write(
      "s.npz", EncodeZip({MakeEntry("a", MakeArray({3, 2}), false),
                          MakeEntry("b", MakeArray({4, 2}), false)}));
  auto source = OpenSamples(options, {{"a", {1, 2}}, {"c", {1, 2}}});
  ASSERT_FALSE(source.ok());
  EXPECT_NE(source.status().message().find("'c'"), std::string::npos);
  EXPECT_NE(source.status().message().find("'a' 'b'"), std::string::npos);
  source = OpenSamples(options, {{"a", {1, 2}}, {"b", {1, 2}}});
  ASSERT_FALSE(source.ok());
  EXPECT_NE(source.status().message().find("4 samples for input 'b' and 3"),
            std::string::npos);
  ASSERT_TRUE(WriteNpy(folder.Path("x.npy"), MakeArray({3, 2})).ok());
  options.path = folder.Path("x.npy");
  source = OpenSamples(options, {{"a", {1, 2}}, {"b", {1, 2}}});
  ASSERT_FALSE(source.ok());
  EXPECT_NE(source.status().message().find("2 inputs"), std::string::npos);
}

TEST(ArrayFolderTest, FilesOneAfterTheOther) {
  TemporaryFolder folder;
  ASSERT_TRUE(WriteNpy(folder.Path("b.npy"), MakeArray({1, 2}, 10)).ok());
  ASSERT_TRUE(WriteNpy(folder.Path("a.NPY"), MakeArray({3, 2})).ok());
  folder.Write("c.npz",
               EncodeZip({MakeEntry("x", MakeArray({2, 2}, 20), true)}));
  folder.Write("notes.txt", std::string("not a sample"));
  SampleOptions options;
  options.path = folder.path();
  const auto source = Open(options, {{"x", {1, 2}}});
  ASSERT_NE(source, nullptr);
  ASSERT_EQ(source->size(), 6u);
  const char* const names[] = {"a.NPY[0]", "a.NPY[1]", "a.NPY[2]",
                               "b.npy",    "c.npz[0]", "c.npz[1]"};
  const float firsts[] = {0, 2, 4, 10, 20, 22};
  for (size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(source->Name(i), names[i]);
    EXPECT_EQ(Read(*source, i).inputs[0], Count(2, firsts[i]));
  }
}

TEST(ArrayFolderTest, ManyThreadsReadInAnyOrder) {
  TemporaryFolder folder;
  for (int file = 0; file < 4; ++file) {
    ASSERT_TRUE(WriteNpy(folder.Path(std::to_string(file) + ".npy"),
                         MakeArray({8, 2}, float(16 * file)))
                    .ok());
  }
  SampleOptions options;
  options.path = folder.path();
  const auto source = Open(options, {{"x", {1, 2}}});
  ASSERT_NE(source, nullptr);
  std::vector<std::thread> threads;
  for (size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&source, t] {
      for (size_t k = 0; k < 64; ++k) {
        const size_t index = (k * 13 + t * 7) % 32;
        EXPECT_EQ(Read(*source, index).inputs[0], Count(2, float(2 * index)));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace octet::converter
