// What concerns a model as a whole: inputs and their shapes, names, and the
// report of everything that cannot be imported.

#include "converter/onnx/import.h"

#include "gtest/gtest.h"
#include "tests/converter/onnx/model_builder.h"

namespace octet::converter {
namespace {

ModelBuilder Relu(const Dims& dims) {
  ModelBuilder model;
  model.Input("x", dims).Output("y");
  model.Node("Relu", {"x"}, "y");
  return model;
}

Shape InputShape(const ModelBuilder& model, const OnnxImportOptions& options) {
  const Result<Graph> graph = model.Import(options);
  EXPECT_TRUE(graph.ok()) << graph.status().message();
  return graph.ok() ? graph->value(graph->inputs[0]).shape : Shape{};
}

TEST(GraphInputsTest, OpenBatchIsOne) {
  EXPECT_EQ(InputShape(Relu({-1, 3, 8, 8}), {}), (Shape{1, 3, 8, 8}));
}

TEST(GraphInputsTest, OtherOpenDimensionsNeedAShape) {
  const ModelBuilder model = Relu({1, 3, -1, -1});
  EXPECT_EQ(model.ImportError(),
            "test.onnx: input 'x': dimension 2 ('open') is open; give the "
            "input's shape with --shape x=1,3,224,224 (its own numbers)");
  EXPECT_EQ(InputShape(model, {{{"x", {2, 3, 8, 9}}}}), (Shape{2, 3, 8, 9}));
}

TEST(GraphInputsTest, GivenShapeWins) {
  EXPECT_EQ(InputShape(Relu({1, 3, 8, 8}), {{{"x", {4, 3, 6, 6}}}}),
            (Shape{4, 3, 6, 6}));
}

TEST(GraphInputsTest, GivenShapesAreChecked) {
  const ModelBuilder model = Relu({1, 3, 8, 8});
  EXPECT_NE(model.ImportError({{{"z", {1}}}}).find("--shape names 'z'"),
            std::string::npos);
  EXPECT_NE(model.ImportError({{{"x", {1, 3}}}}).find("4 dimensions"),
            std::string::npos);
  EXPECT_NE(model.ImportError({{{"x", {1, 3, 0, 8}}}}).find("below 1"),
            std::string::npos);
}

TEST(GraphInputsTest, NoShapeAtAll) {
  ModelBuilder model = Relu({1});
  model.graph()
      .mutable_input(0)
      ->mutable_type()
      ->mutable_tensor_type()
      ->clear_shape();
  EXPECT_NE(model.ImportError().find("gives no shape"), std::string::npos);
  EXPECT_EQ(InputShape(model, {{{"x", {2, 2}}}}), (Shape{2, 2}));
}

TEST(GraphInputsTest, TextIsRefused) {
  ModelBuilder model = Relu({1});
  model.graph()
      .mutable_input(0)
      ->mutable_type()
      ->mutable_tensor_type()
      ->set_elem_type(onnx::TensorProto::STRING);
  EXPECT_EQ(model.ImportError(),
            "test.onnx: input 'x': has the type string; only numbers are "
            "supported");
}

TEST(GraphInputsTest, IntegersOfAnyWidthBecomeInt64) {
  ModelBuilder model = Relu({1});
  model.graph()
      .mutable_input(0)
      ->mutable_type()
      ->mutable_tensor_type()
      ->set_elem_type(onnx::TensorProto::UINT8);
  model.graph().mutable_node(0)->set_op_type("Identity");
  const Result<Graph> graph = model.Import();
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  EXPECT_EQ(graph->value(graph->inputs[0]).type, DataType::INT64);
}

// Before IR version 4 initializers were listed as inputs.
TEST(GraphInputsTest, InitializersAreNoInputs) {
  ModelBuilder model;
  model.Input("x", {2}).Input("c", {2}).Output("y");
  model.Constant("c", {2}, {1, 2});
  model.Node("Add", {"x", "c"}, "y");
  const Result<Graph> graph = model.Import();
  ASSERT_TRUE(graph.ok());
  EXPECT_EQ(graph->inputs.size(), 1u);
}

TEST(NamesTest, ValuesAndNodesKeepTheirs) {
  ModelBuilder model;
  model.Input("x", {1, 2, 4, 4}).Output("y").Random("w", {3, 2, 1, 1}, 1);
  model.Node("Conv", {"x", "w"}, "y");
  const Result<Graph> graph = model.Import();
  ASSERT_TRUE(graph.ok());
  EXPECT_EQ(graph->name, "test");
  EXPECT_EQ(graph->value(graph->inputs[0]).name, "x");
  EXPECT_EQ(graph->value(graph->outputs[0]).name, "y");
  EXPECT_EQ(graph->nodes[1].name, "the_Conv");
  EXPECT_EQ(graph->nodes[1].source_type, "Conv");
}

TEST(NamesTest, MissingAndRepeatedNamesBecomeUnique) {
  ModelBuilder model;
  model.Input("x", {2}).Output("d");
  model.Node("Relu", {"x"}, "a");
  model.Node("Relu", {"a"}, "b");
  model.Node("Relu", {"b"}, "c");
  model.Node("Relu", {"c"}, "d");
  model.graph().mutable_node(2)->clear_name();
  model.graph().mutable_node(3)->set_name("Relu_c");
  const Result<Graph> graph = model.Import();
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  EXPECT_EQ(graph->nodes[0].name, "the_Relu");
  EXPECT_EQ(graph->nodes[1].name, "the_Relu#2");
  EXPECT_EQ(graph->nodes[2].name, "Relu_c");
  EXPECT_EQ(graph->nodes[3].name, "Relu_c#2");
}

TEST(ReportTest, AllProblemsAtOnce) {
  ModelBuilder model;
  model.Input("x", {1, 2, 4, 4}).Input("z", {1, 2, -1, 4}).Output("f");
  model.Random("w", {3, 2, 1, 1}, 1);
  model.Node("Shrink", {"x"}, "a");  // keeps the shape
  model.Node("Mul", {"x", "a"}, "b");
  model.Node("Conv", {"b", "w"}, "c").Ints("strides", {0, 1});  // reported
  model.Node("Relu", {"c"}, "d");         // unknown input: silent
  model.Node("Unique", {"d", "z"}, "e");  // unsupported whatever it reads
  model.Node("Relu", {"e"}, "f");
  EXPECT_EQ(
      model.ImportError(),
      "test.onnx: input 'z': dimension 2 ('open') is open; give the input's "
      "shape with --shape z=1,3,224,224 (its own numbers)\n"
      "test.onnx: node 'the_Shrink' (Shrink): this operator is not "
      "supported\n"
      "test.onnx: node 'the_Conv' (Conv): kernel sizes, strides and dilations "
      "must lie in 1 ... 32768 and pads in 0 ... 32768\n"
      "test.onnx: node 'the_Unique' (Unique): this operator is not supported");
}

TEST(ReportTest, OtherDomainsAreRefused) {
  ModelBuilder model = Relu({1});
  model.graph().mutable_node(0)->set_domain("com.example");
  EXPECT_NE(model.ImportError().find("domain 'com.example'"),
            std::string::npos);
  model.graph().mutable_node(0)->set_domain("ai.onnx");
  EXPECT_TRUE(model.Import().ok());
}

TEST(ReportTest, CyclesAndUndefinedNames) {
  ModelBuilder cycle;
  cycle.Input("x", {2}).Output("b");
  cycle.Node("Add", {"x", "b"}, "a");
  cycle.Node("Relu", {"a"}, "b");
  EXPECT_EQ(cycle.ImportError(),
            "test.onnx: node 'the_Add' (Add): 'b' is no initializer, no graph "
            "input and no output of an earlier node");
  ModelBuilder output = Relu({1});
  output.Output("z");
  EXPECT_NE(output.ImportError().find("output 'z': 'z' is no initializer"),
            std::string::npos);
}

TEST(ReportTest, NamesDefinedTwice) {
  for (const char* name : {"x", "c", "y"}) {
    ModelBuilder model = Relu({1});
    model.Constant("c", {1}, {1});
    model.Node("Relu", {"x"}, name);
    EXPECT_NE(model.ImportError().find("is defined twice"), std::string::npos);
  }
  ModelBuilder initializers = Relu({1});
  initializers.Constant("c", {1}, {1}).Constant("c", {1}, {2});
  EXPECT_NE(initializers.ImportError().find("not unique"), std::string::npos);
  ModelBuilder inputs = Relu({1});
  inputs.Input("x", {1});
  EXPECT_NE(inputs.ImportError().find("is defined twice"), std::string::npos);
}

TEST(ReportTest, ModelsWithoutUse) {
  ModelBuilder none;
  none.Input("x", {1});
  EXPECT_EQ(none.ImportError(), "test.onnx: the graph has no outputs");
  ModelBuilder constant;
  constant.Input("x", {1}).Output("c").Constant("c", {1}, {1});
  EXPECT_EQ(constant.OutputShape(), (Shape{1}));
  ModelBuilder opset = Relu({1});
  opset.model().clear_opset_import();
  EXPECT_NE(opset.ImportError().find("which opset"), std::string::npos);
  EXPECT_EQ(
      ImportOnnxFromMemory("no protobuf", "n.onnx", {}).status().message(),
      "n.onnx: this is not an ONNX model, or it is cut short");
  EXPECT_EQ(ImportOnnxFromMemory("", "n.onnx", {}).status().message(),
            "n.onnx: the model holds no graph");
  EXPECT_EQ(ImportOnnx("/nowhere/n.onnx", {}).status().code(),
            StatusCode::kIoError);
}

TEST(ReportTest, NodesWithoutOutputs) {
  ModelBuilder model = Relu({1});
  model.graph().add_node()->set_op_type("Relu");
  EXPECT_EQ(model.ImportError(),
            "test.onnx: node 'Relu_without_output' (Relu): has no output");
}

// Any version that parses is read.
TEST(VersionTest, NewerThanThisImporter) {
  ModelBuilder model(99);
  model.model().set_ir_version(99);
  model.Input("x", {1}).Output("y");
  model.Node("Relu", {"x"}, "y");
  EXPECT_TRUE(model.Import().ok());
}

}  // namespace
}  // namespace octet::converter
