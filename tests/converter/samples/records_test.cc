#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "converter/samples/open_samples.h"
#include "tests/engine/image/temporary_folder.h"

namespace octet::converter {
namespace {

using Bytes = std::vector<uint8_t>;
using octet::testing::SharedDataPath;
using octet::testing::TemporaryFolder;

// The samples; null, and a failed test, on an error.
std::unique_ptr<SampleSource> Open(const SampleOptions& options,
                                   const Shape& input) {
  Result<std::unique_ptr<SampleSource>> source =
      OpenSamples(options, {{"x", input}});
  EXPECT_TRUE(source.ok()) << source.status().message();
  return source.ok() ? *std::move(source) : nullptr;
}

std::string OpenError(const SampleOptions& options, const Shape& input) {
  const Result<std::unique_ptr<SampleSource>> source =
      OpenSamples(options, {{"x", input}});
  EXPECT_FALSE(source.ok());
  return source.status().message();
}

Sample Read(const SampleSource& source, size_t index) {
  Result<Sample> sample = source.Read(index);
  EXPECT_TRUE(sample.ok()) << sample.status().message();
  return sample.ok() ? *std::move(sample) : Sample();
}

TEST(RecordLayoutTest, ParsesADescription) {
  const Result<RecordLayout> layout = ParseRecordLayout(
      "i8,label,49x10x2,scale=0.5847029089927673,zero_point=83,planar");
  ASSERT_TRUE(layout.ok()) << layout.status().message();
  EXPECT_EQ(layout->height, 49);
  EXPECT_EQ(layout->width, 10);
  EXPECT_EQ(layout->channels, 2);
  EXPECT_TRUE(layout->has_label);
  EXPECT_TRUE(layout->is_signed);
  EXPECT_TRUE(layout->is_planar);
  EXPECT_EQ(layout->scale, 0.5847029089927673);
  EXPECT_EQ(layout->zero_point, 83);
  EXPECT_EQ(layout->num_bytes(), 981);
  EXPECT_FALSE(layout->is_picture());
  const Result<RecordLayout> plain = ParseRecordLayout("28x28x1");
  ASSERT_TRUE(plain.ok());
  EXPECT_TRUE(plain->is_picture());
  EXPECT_EQ(plain->num_bytes(), 784);
}

TEST(RecordLayoutTest, RefusesWhatItDoesNotKnow) {
  for (const char* text :
       {"", "28x28", "28x28x1,u16", "28x28x1,", "0x28x1", "28x28x-1",
        "28x28x1,scale=", "28x28x1,scale=-1", "28x28x1,scale=nan",
        "28x28x1,zero_point=256", "28x28x1,i8,zero_point=128",
        "28x28x1,zero_point=1.5", "label", "1000000x1000000x1",
        "28x28x99999999999"}) {
    EXPECT_FALSE(ParseRecordLayout(text).ok()) << text;
  }
}

// A CIFAR-10 file: record r has label r and pixel values that tell channel,
// row and column apart.
Bytes MakeCifar(int num_records) {
  Bytes bytes;
  for (int r = 0; r < num_records; ++r) {
    bytes.push_back(uint8_t(r));
    for (int c = 0; c < 3; ++c) {
      for (int y = 0; y < 32; ++y) {
        for (int x = 0; x < 32; ++x) {
          bytes.push_back(uint8_t(r + 80 * c + 2 * y + x / 16));
        }
      }
    }
  }
  return bytes;
}

TEST(Cifar10Test, BecomesInterleavedPictures) {
  TemporaryFolder folder;
  SampleOptions options;
  options.path = folder.Write("test_batch.bin", MakeCifar(3));
  const auto source = Open(options, {1, 32, 32, 3});
  ASSERT_NE(source, nullptr);
  ASSERT_EQ(source->size(), 3u);
  EXPECT_EQ(source->Name(1), "test_batch.bin[1]");
  const Sample sample = Read(*source, 2);
  EXPECT_EQ(sample.label, 2);
  ASSERT_EQ(sample.inputs.size(), 1u);
  ASSERT_EQ(sample.inputs[0].size(), 3072u);
  size_t i = 0;
  for (int y = 0; y < 32; ++y) {
    for (int x = 0; x < 32; ++x) {
      for (int c = 0; c < 3; ++c) {
        ASSERT_EQ(sample.inputs[0][i++], float(2 + 80 * c + 2 * y + x / 16));
      }
    }
  }
}

TEST(Cifar10Test, MeanStdAndColourOrderApply) {
  TemporaryFolder folder;
  SampleOptions options;
  options.path = folder.Write("test_batch.bin", MakeCifar(1));
  options.format = SampleFormat::kCifar10;
  options.preprocessing.mean = {1, 2, 3};
  options.preprocessing.std = {2, 4, 8};
  options.preprocessing.color_order = ColorOrder::kBgr;
  const auto source = Open(options, {1, 32, 32, 3});
  ASSERT_NE(source, nullptr);
  const Sample sample = Read(*source, 0);
  EXPECT_EQ(
      std::vector<float>(sample.inputs[0].begin(),
                         sample.inputs[0].begin() + 3),
      (std::vector<float>{(160 - 1) / 2.0f, (80 - 2) / 4.0f, (0 - 3) / 8.0f}));
}

TEST(Cifar10Test, RefusesBrokenFilesAndOtherInputs) {
  TemporaryFolder folder;
  SampleOptions options;
  Bytes bytes = MakeCifar(1);
  bytes.pop_back();
  options.path = folder.Write("a.bin", bytes);
  options.format = SampleFormat::kCifar10;
  EXPECT_NE(OpenError(options, {1, 32, 32, 3}).find("a.bin: 3072 bytes"),
            std::string::npos);
  options.path = folder.Write("b.bin", MakeCifar(1));
  EXPECT_NE(OpenError(options, {1, 28, 28, 1}).find("b.bin"),
            std::string::npos);
  options.path = folder.Write("c.bin", Bytes());
  EXPECT_NE(OpenError(options, {1, 32, 32, 3}).find("no sample"),
            std::string::npos);
}

TEST(IdxTest, ImagesAndLabels) {
  TemporaryFolder folder;
  SampleOptions options;
  options.path = folder.Write("images-idx3-ubyte",
                              Bytes{0, 0, 8, 3, 0, 0,  0,  2,  0,  0,  0,
                                    1, 0, 0, 0, 3, 10, 20, 30, 40, 50, 60});
  options.labels_path =
      folder.Write("labels-idx1-ubyte", Bytes{0, 0, 8, 1, 0, 0, 0, 2, 9, 4});
  options.preprocessing.mean = {10};
  options.preprocessing.std = {10};
  const auto source = Open(options, {1, 1, 3, 1});
  ASSERT_NE(source, nullptr);
  ASSERT_EQ(source->size(), 2u);
  const Sample sample = Read(*source, 1);
  EXPECT_EQ(sample.label, 4);
  EXPECT_EQ(sample.inputs[0], (std::vector<float>{3, 4, 5}));
}

TEST(IdxTest, RefusesEveryTruncationAndWrongCounts) {
  TemporaryFolder folder;
  const Bytes images = {0, 0, 8, 3, 0, 0,  0,  2,  0,  0,  0,
                        1, 0, 0, 0, 3, 10, 20, 30, 40, 50, 60};
  SampleOptions options;
  options.format = SampleFormat::kIdx;
  for (size_t size = 0; size < images.size(); ++size) {
    options.path = folder.Write("images", std::span(images).first(size));
    EXPECT_NE(OpenError(options, {1, 1, 3, 1}).find("images"),
              std::string::npos);
  }
  options.path = folder.Write("images", images);
  options.labels_path =
      folder.Write("labels", Bytes{0, 0, 8, 1, 0, 0, 0, 1, 9});
  EXPECT_NE(OpenError(options, {1, 1, 3, 1}).find("1 labels for 2 samples"),
            std::string::npos);
}

TEST(RecordsTest, ScaleAndZeroPoint) {
  TemporaryFolder folder;
  SampleOptions options;
  options.path = folder.Write("r.dat", Bytes{5, 0x80, 83, 0x7f, 0xff,  //
                                             6, 84, 82, 0, 1});
  options.format = SampleFormat::kRecords;
  options.records =
      *ParseRecordLayout("label,2x2x1,i8,scale=0.5,zero_point=83");
  const auto source = Open(options, {1, 2, 2, 1});
  ASSERT_NE(source, nullptr);
  ASSERT_EQ(source->size(), 2u);
  EXPECT_EQ(Read(*source, 0).label, 5);
  EXPECT_EQ(Read(*source, 0).inputs[0],
            (std::vector<float>{-105.5f, 0, 22, -42}));
  EXPECT_EQ(Read(*source, 1).inputs[0],
            (std::vector<float>{0.5f, -0.5f, -41.5f, -41}));
}

TEST(RecordsTest, PlanarBytesOfAnyChannels) {
  TemporaryFolder folder;
  SampleOptions options;
  options.path = folder.Write("r.dat", Bytes{1, 2, 3, 4, 5, 6, 7, 8});
  options.format = SampleFormat::kRecords;
  options.records = *ParseRecordLayout("1x2x4,planar");
  const auto source = Open(options, {1, 1, 2, 4});
  ASSERT_NE(source, nullptr);
  EXPECT_EQ(Read(*source, 0).inputs[0],
            (std::vector<float>{1, 3, 5, 7, 2, 4, 6, 8}));
  EXPECT_EQ(Read(*source, 0).label, kNoLabel);
}

TEST(RecordsTest, FitAFlatInputByTheirNumber) {
  TemporaryFolder folder;
  SampleOptions options;
  options.path = folder.Write("r.dat", Bytes{1, 2, 3, 4});
  options.format = SampleFormat::kRecords;
  options.records = *ParseRecordLayout("1x1x4,i8");
  const auto source = Open(options, {1, 4});
  ASSERT_NE(source, nullptr);
  EXPECT_EQ(Read(*source, 0).inputs[0], (std::vector<float>{1, 2, 3, 4}));
  EXPECT_NE(OpenError(options, {1, 2, 2, 1}).find("do not fit input 'x'"),
            std::string::npos);
}

TEST(RecordsTest, PicturePreprocessingIsRefusedForOthers) {
  TemporaryFolder folder;
  SampleOptions options;
  options.path = folder.Write("r.dat", Bytes{1, 2, 3, 4});
  options.format = SampleFormat::kRecords;
  options.records = *ParseRecordLayout("2x2x1,i8");
  options.preprocessing.mean = {127.5f};
  EXPECT_NE(OpenError(options, {1, 2, 2, 1}).find("for pictures"),
            std::string::npos);
}

TEST(RecordsTest, LabelsOfTheirOwnAreNotOverridden) {
  TemporaryFolder folder;
  SampleOptions options;
  options.path = folder.Write("r.dat", Bytes{1, 2, 3, 4, 5});
  options.labels_path =
      folder.Write("labels", Bytes{0, 0, 8, 1, 0, 0, 0, 1, 9});
  options.format = SampleFormat::kRecords;
  options.records = *ParseRecordLayout("2x2x1,label");
  EXPECT_NE(OpenError(options, {1, 2, 2, 1}).find("labels of their own"),
            std::string::npos);
}

TEST(SharedDataTest, KeywordsDigitsAndCifar) {
  SampleOptions options;
  options.path = SharedDataPath("images/kws/kws_dev.bin");
  if (!std::filesystem::exists(options.path)) {
    GTEST_SKIP() << options.path << " is absent";
  }
  options.format = SampleFormat::kRecords;
  options.records = *ParseRecordLayout(
      "label,49x10x1,i8,scale=0.5847029089927673,zero_point=83");
  auto source = Open(options, {1, 49, 10, 1});
  ASSERT_NE(source, nullptr);
  EXPECT_EQ(source->size(), 450u);
  for (size_t i = 0; i < source->size(); ++i) {
    EXPECT_LT(Read(*source, i).label, 12);
  }

  options = SampleOptions();
  options.path = SharedDataPath("images/mnist/mnist_dev.bin");
  options.format = SampleFormat::kRecords;
  options.records = *ParseRecordLayout("label,28x28x1");
  source = Open(options, {1, 28, 28, 1});
  ASSERT_NE(source, nullptr);
  EXPECT_EQ(source->size(), 1000u);

  options = SampleOptions();
  options.path = SharedDataPath("images/cifar10/cifar10_dev.bin");
  source = Open(options, {1, 32, 32, 3});
  ASSERT_NE(source, nullptr);
  EXPECT_EQ(source->size(), 1500u);
  for (size_t i = 0; i < 20; ++i) EXPECT_LT(Read(*source, i).label, 10);
}

}  // namespace
}  // namespace octet::converter
