// --shape on the bundled network, of which nothing may vary.

#include "engine/command/input_shapes.h"

#include <gtest/gtest.h>

namespace octet::command {
namespace {

TEST(InputShapesTest, ReadsShapesAndRefusesOthers) {
  auto model = Model::Load(OCTET_SOURCE_DIR "/examples/digits/digits.octet");
  ASSERT_TRUE(model.ok()) << model.status().message();
  auto session = Session::Create(*model);
  ASSERT_TRUE(session.ok()) << session.status().message();
  const std::string name = (*session)->inputs()[0].name;
  EXPECT_TRUE(ResizeInputs({}, **session).ok());
  const Status same = ResizeInputs({name + "=1,28,28,1"}, **session);
  EXPECT_TRUE(same.ok()) << same.message();
  const Status other = ResizeInputs({name + "=1,32,28,1"}, **session);
  EXPECT_NE(other.message().find("not 32"), std::string::npos);
  for (const std::string& text :
       {name, name + "=", name + "=1,", name + "=1,28,28,x", name + "=1;28",
        name + "=1,1,1,1,1,1,1", std::string("nothing=1,28,28,1"),
        std::string("=1,28,28,1")}) {
    EXPECT_NE(ResizeInputs({text}, **session).message().find("expected"),
              std::string::npos)
        << text;
  }
}

}  // namespace
}  // namespace octet::command
