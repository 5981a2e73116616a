// ONNX's own node tests (shared/data/onnx_backend_tests): each is a model of
// one node with inputs and the outputs that ONNX's reference gives.

#include <map>
#include <string>
#include <variant>

#include "converter/onnx/tensor_data.h"
#include "converter/passes/pass_list.h"
#include "gtest/gtest.h"
#include "tests/converter/node_cases/node_archive.h"
#include "tests/converter/onnx/model_builder.h"
#include "tests/reference/float_graph.h"

namespace octet::converter {
namespace {

class BackendCasesTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { files_ = ReadNodeArchive(); }
  void SetUp() override {
    if (files_.empty()) GTEST_SKIP() << NodeArchivePath() << " is absent";
  }

  const std::string& File(const std::string& name,
                          const std::string& file) const {
    return files_["test_" + name + "/" + file];
  }

  onnx::TensorProto Tensor(const std::string& name,
                           const std::string& file) const {
    onnx::TensorProto tensor;
    EXPECT_TRUE(tensor.ParseFromString(File(name, "test_data_set_0/" + file)));
    return tensor;
  }

  Floats ReadFloats(const onnx::TensorProto& tensor) const {
    const Result<TensorData> data = ReadTensor(tensor, "");
    EXPECT_TRUE(data.ok()) << data.status().message();
    return std::get<FloatTensor>(*data).data;
  }

  // Runs a case whose first `computed` inputs are given when the model runs;
  // the others, weights and axes, become constants of it.
  void Check(const std::string& name, int computed, double tolerance = 1e-5) {
    SCOPED_TRACE(name);
    onnx::ModelProto model;
    ASSERT_TRUE(model.ParseFromString(File(name, "model.onnx")));
    std::vector<Floats> inputs;
    for (int i = 0; i < model.graph().input_size(); ++i) {
      onnx::TensorProto tensor =
          Tensor(name, "input_" + std::to_string(i) + ".pb");
      if (i < computed) {
        inputs.push_back(ReadFloats(tensor));
        continue;
      }
      tensor.set_name(model.graph().input(i).name());
      *model.mutable_graph()->add_initializer() = tensor;
    }
    Result<Graph> graph =
        ImportOnnxFromMemory(model.SerializeAsString(), name, {});
    ASSERT_TRUE(graph.ok()) << graph.status().message();
    ExpectNear(reference::RunFloatGraph(*graph, inputs)[0].data,
               ReadFloats(Tensor(name, "output_0.pb")), tolerance);
  }

  static std::map<std::string, std::string> files_;
};

std::map<std::string, std::string> BackendCasesTest::files_;

const char* const kOneComputedInput[] = {
    "add_bcast",
    "averagepool_2d_ceil",

    "averagepool_2d_default",
    "averagepool_2d_pads",
    "averagepool_2d_pads_count_include_pad",
    "averagepool_2d_precomputed_pads",
    "averagepool_2d_precomputed_pads_count_include_pad",
    "averagepool_2d_precomputed_same_upper",
    "averagepool_2d_precomputed_strides",
    "averagepool_2d_same_lower",
    "averagepool_2d_same_upper",
    "averagepool_2d_strides",
    "basic_conv_with_padding",
    "basic_conv_without_padding",
    "batchnorm_epsilon",
    "batchnorm_example",

    "clip",
    "clip_default_inbounds",
    "clip_default_max",
    "clip_default_min",
    "clip_example",
    "clip_inbounds",
    "clip_min_greater_than_max",
    "clip_outbounds",
    "clip_splitbounds",
    "concat_1d_axis_0",
    "concat_3d_axis_1",
    "concat_3d_axis_negative_2",
    "constant_pad",
    "constant_pad_axes",
    "constant_pad_negative_axes",
    "conv_with_autopad_same",
    "conv_with_strides_and_asymmetric_padding",
    "conv_with_strides_no_padding",
    "conv_with_strides_padding",
    "dropout_default",
    "dropout_default_old",
    "dropout_default_ratio",
    "flatten_axis0",
    "flatten_axis1",
    "flatten_axis2",
    "flatten_axis3",
    "flatten_default_axis",
    "flatten_negative_axis1",
    "flatten_negative_axis4",
    "gemm_alpha",
    "gemm_beta",
    "gemm_default_no_bias",
    "gemm_default_scalar_bias",
    "gemm_default_single_elem_vector_bias",
    "gemm_default_vector_bias",
    "gemm_default_zero_bias",
    "gemm_transposeB",
    "globalaveragepool",
    "globalaveragepool_precomputed",
    "globalmaxpool",
    "globalmaxpool_precomputed",
    "identity",
    "matmul_2d",
    "maxpool_2d_ceil",
    "maxpool_2d_ceil_output_size_reduce_by_one",
    "maxpool_2d_default",
    "maxpool_2d_dilations",
    "maxpool_2d_pads",
    "maxpool_2d_precomputed_pads",
    "maxpool_2d_precomputed_same_upper",
    "maxpool_2d_precomputed_strides",
    "maxpool_2d_same_lower",
    "maxpool_2d_same_upper",
    "maxpool_2d_strides",
    "mul_bcast",
    "relu",
    "reshape_extended_dims",
    "reshape_negative_dim",
    "reshape_negative_extended_dims",
    "reshape_one_dim",
    "reshape_reduced_dims",
    "reshape_reordered_all_dims",
    "reshape_zero_and_negative_dim",
    "reshape_zero_dim",
    "slice",
    "slice_default_axes",
    "slice_default_steps",
    "slice_end_out_of_bounds",
    "slice_neg",
    "slice_neg_steps",
    "slice_negative_axes",
    "softmax_axis_0",
    "softmax_axis_1",
    "softmax_axis_2",
    "softmax_default_axis",
    "softmax_large_number",
    "softmax_negative_axis",
    "squeeze",
    "squeeze_negative_axes",
    "sub_bcast",
    "transpose_all_permutations_0",
    "transpose_all_permutations_1",
    "transpose_all_permutations_2",
    "transpose_all_permutations_3",
    "transpose_all_permutations_4",
    "transpose_all_permutations_5",
    "transpose_default",
    "unsqueeze_axis_0",
    "unsqueeze_negative_axes",
    "unsqueeze_three_axes",
    "unsqueeze_unsorted_axes"};

TEST_F(BackendCasesTest, ComputeWhatOnnxComputes) {
  for (const char* name : kOneComputedInput) Check(name, 1);
  Check("add", 2);
  // Its expected output was written with four decimals.
  Check("averagepool_2d_ceil_last_window_starts_on_pad", 1, 1e-4);
}

// Whatever a case holds, it is imported or refused, and the passes accept what
// was imported.
TEST_F(BackendCasesTest, AllAreImportedOrRefused) {
  int imported = 0;
  int refused = 0;
  for (const auto& [name, bytes] : files_) {
    if (!name.ends_with("/model.onnx")) continue;
    Result<Graph> graph = ImportOnnxFromMemory(bytes, name, {});
    if (!graph.ok()) {
      EXPECT_FALSE(graph.status().message().empty());
      ++refused;
      continue;
    }
    ++imported;
    const Status status = RunPasses(*graph);
    EXPECT_TRUE(status.ok()) << name << ": " << status.message();
  }
  EXPECT_GT(imported, 50);
  EXPECT_GT(refused, 50);
}

}  // namespace
}  // namespace octet::converter
