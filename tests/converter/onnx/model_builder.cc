#include "tests/converter/onnx/model_builder.h"

#include <numeric>

#include "gtest/gtest.h"
#include "tests/converter/graphs.h"
#include "tests/reference/float_graph.h"

namespace octet::converter {

using onnx::AttributeProto;
using onnx::TensorProto;

onnx::AttributeProto& NodeBuilder::Add(const std::string& name,
                                       AttributeProto::AttributeType type) {
  AttributeProto& attribute = *node_->add_attribute();
  attribute.set_name(name);
  attribute.set_type(type);
  return attribute;
}

NodeBuilder& NodeBuilder::Int(const std::string& name, int64_t value) {
  Add(name, AttributeProto::INT).set_i(value);
  return *this;
}

NodeBuilder& NodeBuilder::Ints(const std::string& name, const Dims& values) {
  AttributeProto& attribute = Add(name, AttributeProto::INTS);
  for (int64_t value : values) attribute.add_ints(value);
  return *this;
}

NodeBuilder& NodeBuilder::Float(const std::string& name, float value) {
  Add(name, AttributeProto::FLOAT).set_f(value);
  return *this;
}

NodeBuilder& NodeBuilder::String(const std::string& name,
                                 const std::string& value) {
  Add(name, AttributeProto::STRING).set_s(value);
  return *this;
}

TensorProto& NodeBuilder::Tensor(const std::string& name) {
  return *Add(name, AttributeProto::TENSOR).mutable_t();
}

ModelBuilder::ModelBuilder(int64_t opset) {
  model_.set_ir_version(7);
  model_.add_opset_import()->set_version(opset);
  model_.mutable_graph()->set_name("test");
}

ModelBuilder& ModelBuilder::Input(const std::string& name, const Dims& dims) {
  onnx::ValueInfoProto& input = *graph().add_input();
  input.set_name(name);
  auto& tensor = *input.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(TensorProto::FLOAT);
  tensor.mutable_shape();
  for (int64_t dim : dims) {
    auto& dimension = *tensor.mutable_shape()->add_dim();
    if (dim < 0) {
      dimension.set_dim_param("open");
    } else {
      dimension.set_dim_value(dim);
    }
  }
  return *this;
}

ModelBuilder& ModelBuilder::Output(const std::string& name) {
  graph().add_output()->set_name(name);
  return *this;
}

ModelBuilder& ModelBuilder::Constant(const std::string& name, const Dims& dims,
                                     const Floats& data) {
  TensorProto& tensor = *graph().add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(TensorProto::FLOAT);
  for (int64_t dim : dims) tensor.add_dims(dim);
  tensor.set_raw_data(data.data(), data.size() * sizeof(float));
  return *this;
}

ModelBuilder& ModelBuilder::Random(const std::string& name, const Dims& dims,
                                   uint64_t seed) {
  int64_t count = 1;
  for (int64_t dim : dims) count *= dim;
  return Constant(name, dims, RandomFloats(count, 1.0f, seed));
}

ModelBuilder& ModelBuilder::Integers(const std::string& name,
                                     const Dims& data) {
  TensorProto& tensor = *graph().add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(TensorProto::INT64);
  tensor.add_dims(static_cast<int64_t>(data.size()));
  for (int64_t value : data) tensor.add_int64_data(value);
  return *this;
}

NodeBuilder ModelBuilder::Node(const std::string& type,
                               const std::vector<std::string>& inputs,
                               const std::string& output) {
  onnx::NodeProto* node = graph().add_node();
  node->set_name("the_" + type);
  node->set_op_type(type);
  for (const std::string& input : inputs) node->add_input(input);
  node->add_output(output);
  return NodeBuilder(node);
}

std::string ModelBuilder::Serialize() const {
  return model_.SerializeAsString();
}

Result<Graph> ModelBuilder::Import(const OnnxImportOptions& options) const {
  return ImportOnnxFromMemory(Serialize(), "test.onnx", options);
}

std::string ModelBuilder::ImportError(const OnnxImportOptions& options) const {
  const Result<Graph> graph = Import(options);
  EXPECT_FALSE(graph.ok()) << "the import succeeded";
  return graph.ok() ? "" : graph.status().message();
}

Floats ModelBuilder::Run(const std::vector<Floats>& inputs) const {
  const Result<Graph> graph = Import();
  EXPECT_TRUE(graph.ok()) << graph.status().message();
  if (!graph.ok()) return {};
  return reference::RunFloatGraph(*graph, inputs)[0].data;
}

Shape ModelBuilder::OutputShape() const {
  const Result<Graph> graph = Import();
  EXPECT_TRUE(graph.ok()) << graph.status().message();
  return graph.ok() ? graph->value(graph->outputs[0]).shape : Shape{};
}

void ExpectNear(const Floats& actual, const Floats& expected,
                double tolerance) {
  ASSERT_EQ(actual.size(), expected.size());
  for (size_t i = 0; i < actual.size(); ++i) {
    EXPECT_NEAR(actual[i], expected[i], tolerance) << "at " << i;
  }
}

Floats Iota(int64_t count) {
  Floats values(static_cast<size_t>(count));
  std::iota(values.begin(), values.end(), 0.0f);
  return values;
}

}  // namespace octet::converter
