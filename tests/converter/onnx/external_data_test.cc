#include "converter/onnx/external_data.h"

#include <filesystem>

#include "converter/onnx/import.h"
#include "gtest/gtest.h"
#include "tests/converter/onnx/model_builder.h"
#include "tests/engine/image/temporary_folder.h"

namespace octet::converter {
namespace {

namespace fs = std::filesystem;

onnx::TensorProto External(
    const std::vector<std::pair<std::string, std::string>>& entries) {
  onnx::TensorProto tensor;
  tensor.set_data_location(onnx::TensorProto::EXTERNAL);
  for (const auto& [key, value] : entries) {
    auto& entry = *tensor.add_external_data();
    entry.set_key(key);
    entry.set_value(value);
  }
  return tensor;
}

class ExternalDataTest : public ::testing::Test {
 protected:
  ExternalDataTest() {
    fs::create_directory(files_.Path("model"));
    fs::create_directory(files_.Path("model/sub"));
    fs::create_directory(files_.Path("model2"));
    files_.Write("model/data", "0123456789");
    files_.Write("model/sub/data", "abc");
    files_.Write("secret", "secret");
    files_.Write("model2/secret", "secret");
  }

  Result<std::string> Read(
      const std::vector<std::pair<std::string, std::string>>& entries) {
    return ReadExternalData(files_.Path("model"), External(entries));
  }

  testing::TemporaryFolder files_;
};

TEST_F(ExternalDataTest, RangesInsideTheFile) {
  EXPECT_EQ(*Read({{"location", "data"}}), "0123456789");
  EXPECT_EQ(*Read({{"location", "data"}, {"offset", "4"}}), "456789");
  EXPECT_EQ(*Read({{"location", "data"}, {"offset", "4"}, {"length", "3"}}),
            "456");
  EXPECT_EQ(*Read({{"location", "sub/data"}, {"length", "0"}}), "");
  EXPECT_EQ(*Read({{"location", "./sub/data"}, {"checksum", "x"}}), "abc");
}

TEST_F(ExternalDataTest, RangesOutsideAreRefused) {
  EXPECT_FALSE(Read({{"location", "data"}, {"offset", "11"}}).ok());
  EXPECT_FALSE(Read({{"location", "data"}, {"length", "11"}}).ok());
  EXPECT_FALSE(
      Read({{"location", "data"}, {"offset", "8"}, {"length", "3"}}).ok());
  EXPECT_FALSE(Read({{"location", "data"},
                     {"offset", "1"},
                     {"length", "18446744073709551615"}})
                   .ok());
  for (const char* number : {"-1", "1x", "", "18446744073709551616", " 1"}) {
    EXPECT_FALSE(Read({{"location", "data"}, {"offset", number}}).ok());
  }
}

TEST_F(ExternalDataTest, PathsThatLeaveTheFolderAreRefused) {
  EXPECT_FALSE(Read({}).ok());
  EXPECT_FALSE(Read({{"location", "missing"}}).ok());
  EXPECT_FALSE(Read({{"location", "sub"}}).ok());
  EXPECT_FALSE(Read({{"location", files_.Path("model/data")}}).ok());
  EXPECT_FALSE(Read({{"location", "../secret"}}).ok());
  EXPECT_FALSE(Read({{"location", "sub/../data"}}).ok());
  EXPECT_FALSE(Read({{"location", "../model2/secret"}}).ok());
}

TEST_F(ExternalDataTest, LinksThatLeaveTheFolderAreRefused) {
  fs::create_symlink("data", files_.Path("model/inside"));
  EXPECT_EQ(*Read({{"location", "inside"}}), "0123456789");
  fs::create_symlink("../secret", files_.Path("model/outside"));
  EXPECT_FALSE(Read({{"location", "outside"}}).ok());
  fs::create_directory_symlink(files_.Path("model2"),
                               files_.Path("model/folder"));
  EXPECT_FALSE(Read({{"location", "folder/secret"}}).ok());
}

// A whole model: x + c, where c lies in model/data.
TEST_F(ExternalDataTest, ModelReadsItsTensors) {
  const Floats c = {1, 2};
  files_.Write("model/weights",
               std::string(reinterpret_cast<const char*>(c.data()), 8));
  ModelBuilder model;
  model.Input("x", {2}).Output("y");
  onnx::TensorProto& tensor = *model.graph().add_initializer();
  tensor = External({{"location", "weights"}});
  tensor.set_name("c");
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  tensor.add_dims(2);
  model.Node("Add", {"x", "c"}, "y");
  const std::string path = files_.Write("model/model.onnx", model.Serialize());
  const Result<Graph> graph = ImportOnnx(path, {});
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  EXPECT_EQ(*graph->value(graph->nodes[0].inputs[1]).data, c);
  EXPECT_NE(model.ImportError().find("read from memory"), std::string::npos);
}

}  // namespace
}  // namespace octet::converter
