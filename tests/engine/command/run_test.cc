// `octet run` on a file with a head: what it writes.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "engine/command/commands.h"
#include "engine/image/encode_png.h"
#include "engine/image/file.h"
#include "engine/image/picture.h"
#include "tests/engine/image/temporary_folder.h"
#include "tests/engine/small_network.h"

namespace octet::command {
namespace {

class RunTest : public ::testing::Test {
 protected:
  // A picture of another size than the network's.
  void SetUp() override {
    for (int i = 0; i < picture_.height * picture_.width * 3; ++i) {
      picture_.pixels.push_back(uint8_t(i * 7));
    }
    ASSERT_TRUE(WritePng(Path("in.png"), picture_).ok());
    options_.model_path = Path("model.octet");
    options_.picture_path = Path("in.png");
  }

  std::string Path(const std::string& name) const { return folder_.Path(name); }

  // The small network; its head finds boxes with a score from `threshold` on.
  void WriteModel(float threshold) {
    ModelBuilder builder = SmallNetwork();
    builder.model().heads[0]->threshold = threshold;
    ASSERT_TRUE(
        WriteFileAtomically(options_.model_path, builder.Finish()).ok());
  }

  std::string Text(const std::string& name) const {
    std::ifstream file(Path(name));
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }

  testing::TemporaryFolder folder_;
  Picture picture_{20, 30, 3, {}};
  RunOptions options_;
};

TEST_F(RunTest, DrawsAndWritesJson) {
  WriteModel(0.0f);
  options_.draw_path = Path("out.png");
  options_.json_path = Path("out.json");
  const Status status = command::Run(options_);
  ASSERT_TRUE(status.ok()) << status.message();
  const Result<Picture> drawn = DecodePicture(Path("out.png"));
  ASSERT_TRUE(drawn.ok()) << drawn.status().message();
  EXPECT_EQ(drawn->height, 20);
  EXPECT_EQ(drawn->width, 30);
  EXPECT_NE(drawn->pixels, picture_.pixels);
  const std::string json = Text("out.json");
  EXPECT_EQ(json.rfind(R"([{"kind": "detection", "boxes": [)", 0), 0u) << json;
  EXPECT_NE(json.find(R"({"class": 0, "name": "ant", "score": 0.)"),
            std::string::npos)
      << json;
}

TEST_F(RunTest, NothingFoundLeavesThePicture) {
  WriteModel(1.5f);
  options_.draw_path = Path("out.png");
  options_.json_path = Path("out.json");
  ASSERT_TRUE(command::Run(options_).ok());
  const Result<Picture> drawn = DecodePicture(Path("out.png"));
  ASSERT_TRUE(drawn.ok()) << drawn.status().message();
  EXPECT_EQ(drawn->pixels, picture_.pixels);
  EXPECT_EQ(Text("out.json"), "[{\"kind\": \"detection\", \"boxes\": []}]\n");
}

TEST_F(RunTest, ClassesWithoutAHead) {
  ModelBuilder builder = SmallNetwork();
  builder.model().heads.clear();
  ASSERT_TRUE(WriteFileAtomically(options_.model_path, builder.Finish()).ok());
  options_.json_path = Path("out.json");
  options_.top = 2;
  ASSERT_TRUE(command::Run(options_).ok());
  const std::string json = Text("out.json");
  EXPECT_EQ(json.rfind(R"([{"kind": "classes", "classes": [)", 0), 0u) << json;
  size_t count = 0;
  for (size_t at = json.find("\"score\""); at != std::string::npos;
       at = json.find("\"score\"", at + 1)) {
    ++count;
  }
  EXPECT_EQ(count, 2u);
  options_.draw_path = Path("out.png");
  const Status status = command::Run(options_);
  EXPECT_NE(status.message().find("--head"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(Path("out.png")));
}

}  // namespace
}  // namespace octet::command
