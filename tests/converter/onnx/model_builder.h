// Builds small ONNX models for tests, and runs what the importer makes of them.

#ifndef OCTET_TESTS_CONVERTER_ONNX_MODEL_BUILDER_H_
#define OCTET_TESTS_CONVERTER_ONNX_MODEL_BUILDER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "converter/ir/graph.h"
#include "converter/onnx/import.h"
#include "octet/status.h"
#include "onnx/onnx.pb.h"

namespace octet::converter {

using Dims = std::vector<int64_t>;
using Floats = std::vector<float>;

// Sets the attributes of one node; each call returns the builder.
class NodeBuilder {
 public:
  explicit NodeBuilder(onnx::NodeProto* node) : node_(node) {}

  NodeBuilder& Int(const std::string& name, int64_t value);
  NodeBuilder& Ints(const std::string& name, const Dims& values);
  NodeBuilder& Float(const std::string& name, float value);
  NodeBuilder& String(const std::string& name, const std::string& value);
  // The tensor to be filled in.
  onnx::TensorProto& Tensor(const std::string& name);

 private:
  onnx::AttributeProto& Add(const std::string& name,
                            onnx::AttributeProto::AttributeType type);

  onnx::NodeProto* node_;
};

class ModelBuilder {
 public:
  explicit ModelBuilder(int64_t opset = 13);

  onnx::ModelProto& model() { return model_; }
  onnx::GraphProto& graph() { return *model_.mutable_graph(); }

  // A dimension of -1 is open.
  ModelBuilder& Input(const std::string& name, const Dims& dims);
  ModelBuilder& Output(const std::string& name);
  // Initializers.
  ModelBuilder& Constant(const std::string& name, const Dims& dims,
                         const Floats& data);
  // `count` random values in -1 ... 1 for the product of `dims`.
  ModelBuilder& Random(const std::string& name, const Dims& dims,
                       uint64_t seed);
  ModelBuilder& Integers(const std::string& name, const Dims& data);

  // A node called "the_" + type whose one output is `output`.
  NodeBuilder Node(const std::string& type,
                   const std::vector<std::string>& inputs,
                   const std::string& output);

  std::string Serialize() const;
  Result<Graph> Import(const OnnxImportOptions& options = {}) const;
  // The message of the error that Import returns; fails the test where it
  // returns none.
  std::string ImportError(const OnnxImportOptions& options = {}) const;
  // Output 0 of the imported graph, without passes, for one input each. Fails
  // the test where the import does.
  Floats Run(const std::vector<Floats>& inputs) const;
  // The shape of output 0 of the imported graph.
  Shape OutputShape() const;

 private:
  onnx::ModelProto model_;
};

// Expects equal sizes and values within `tolerance`.
void ExpectNear(const Floats& actual, const Floats& expected,
                double tolerance = 1e-5);

// 0, 1, 2 ... count - 1.
Floats Iota(int64_t count);

}  // namespace octet::converter

#endif  // OCTET_TESTS_CONVERTER_ONNX_MODEL_BUILDER_H_
