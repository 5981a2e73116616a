#include "converter/export/export_model.h"

#include <string>
#include <vector>

#include "converter/calibrate/calibrate.h"
#include "converter/quantize/quantizer.h"
#include "gtest/gtest.h"
#include "tests/converter/graphs.h"

namespace octet::converter {
namespace {

Graph MakeGraph() {
  Graph graph;
  graph.name = "small";
  const ValueId x = AddInput(graph, "picture", {1, 12, 10, 3});
  const ValueId a = AppendConv(graph, "a", x, 7, 3, 1, 1, {0.0f, 6.0f});
  const ValueId b = AppendConv(graph, "b", a, 7, 3, 2, 7);
  const ValueId c = Append(graph, "c", Add{}, {a, b});
  AveragePool2d pool;
  pool.window.kernel_h = 12;
  pool.window.kernel_w = 10;
  const ValueId d = Append(graph, "d", pool, {c});
  const ValueId e = Append(graph, "e", Reshape{{1, 7}}, {d});
  graph.outputs = {Append(graph, "f", Softmax{}, {e})};
  return graph;
}

schema::ModelT MakeModel(int threads = 1) {
  const Graph graph = MakeGraph();
  const auto read = [](size_t i) -> Result<std::vector<std::vector<float>>> {
    return std::vector<std::vector<float>>{RandomFloats(360, 1.0f, i)};
  };
  const auto ranges = Calibrate(graph, 5, read, {.threads = threads});
  EXPECT_TRUE(ranges.ok());
  auto result = Quantize(graph, *ranges, {});
  EXPECT_TRUE(result.ok());
  return std::move(result->model);
}

ModelMetadata MakeMetadata() {
  ModelMetadata metadata;
  schema::PreprocessingT preprocessing;
  preprocessing.height = 12;
  preprocessing.width = 10;
  preprocessing.resize = schema::PictureResize::SHORTER;
  preprocessing.resize_shorter = 14;
  preprocessing.mean = {1.0f, 2.0f, 3.0f};
  preprocessing.std = {4.0f, 5.0f, 6.0f};
  metadata.preprocessing = {preprocessing};
  metadata.labels = {"a", "b", "c", "d", "e", "f", "g"};
  metadata.provenance.source_file = "small.onnx";
  metadata.provenance.source_sha256 = std::string(64, '0');
  metadata.provenance.converter_options = {"per_tensor=false"};
  metadata.provenance.calibration_method = "minmax";
  metadata.provenance.calibration_samples = 5;
  return metadata;
}

TEST(ExportModelTest, TheBytesVerifyAndHoldTheModel) {
  const schema::ModelT model = MakeModel();
  const auto bytes = ExportModel(model, MakeMetadata());
  ASSERT_TRUE(bytes.ok()) << bytes.status().message();
  ASSERT_TRUE(schema::ModelBufferHasIdentifier(bytes->data()));
  flatbuffers::Verifier verifier(bytes->data(), bytes->size());
  ASSERT_TRUE(schema::VerifyModelBuffer(verifier));

  const schema::Model* read = schema::GetModel(bytes->data());
  EXPECT_EQ(read->version(), 1u);
  EXPECT_EQ(read->name()->str(), "small");
  EXPECT_EQ(read->operators()->size(), 6u);
  EXPECT_EQ(read->labels()->size(), 7u);
  EXPECT_EQ(read->preprocessing()->Get(0)->resize_shorter(), 14);
  EXPECT_EQ(read->provenance()->converter_version()->str(), ConverterVersion());
  EXPECT_EQ(read->provenance()->calibration_samples(), 5u);
  const schema::Conv2d* conv = read->operators()->Get(0)->options_as_Conv2d();
  ASSERT_NE(conv, nullptr);
  EXPECT_EQ(conv->window()->kernel_h(), 3);
  EXPECT_EQ(conv->requantization()->multiplier()->size(), 7u);
  // Each buffer's bytes survive.
  for (size_t i = 0; i < model.buffers.size(); ++i) {
    const auto* data = read->buffers()->Get(uint32_t(i))->data();
    const size_t size = data == nullptr ? 0 : data->size();
    ASSERT_EQ(size, model.buffers[i]->data.size());
    for (uint32_t j = 0; j < size; ++j) {
      ASSERT_EQ(data->Get(j), model.buffers[i]->data[j]);
    }
  }
}

TEST(ExportModelTest, BuffersAreAlignedTo64Bytes) {
  const auto bytes = ExportModel(MakeModel(), MakeMetadata());
  ASSERT_TRUE(bytes.ok());
  int checked = 0;
  for (const schema::Buffer* buffer :
       *schema::GetModel(bytes->data())->buffers()) {
    if (buffer->data() == nullptr || buffer->data()->size() == 0) continue;
    EXPECT_EQ((buffer->data()->data() - bytes->data()) % 64, 0);
    ++checked;
  }
  EXPECT_EQ(checked, 4);
}

TEST(ExportModelTest, TheSameBytesWhateverTheThreads) {
  const auto reference = ExportModel(MakeModel(), MakeMetadata());
  ASSERT_TRUE(reference.ok());
  for (int threads : {1, 2, 5}) {
    const auto bytes = ExportModel(MakeModel(threads), MakeMetadata());
    ASSERT_TRUE(bytes.ok());
    EXPECT_EQ(*bytes, *reference) << threads << " threads";
  }
}

TEST(ExportModelTest, LabelsMustFitTheOutput) {
  ModelMetadata metadata = MakeMetadata();
  metadata.labels.pop_back();
  const auto bytes = ExportModel(MakeModel(), metadata);
  ASSERT_FALSE(bytes.ok());
  EXPECT_NE(bytes.status().message().find("6 labels"), std::string::npos);
  metadata.labels.clear();
  EXPECT_TRUE(ExportModel(MakeModel(), metadata).ok());
}

}  // namespace
}  // namespace octet::converter
