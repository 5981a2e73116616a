#include "tests/converter/tflite/quantized_check.h"

#include <gtest/gtest.h>

#include "converter/export/export_model.h"
#include "converter/tflite/quantized_model.h"
#include "tests/engine/run_network.h"
#include "tests/random.h"
#include "tests/test_seed.h"

namespace octet::converter {

Result<std::vector<uint8_t>> ConvertTflite(const std::string& bytes) {
  OCTET_ASSIGN_OR_RETURN(TfliteImport imported,
                         ImportTflite(bytes, "test.tflite"));
  if (!imported.is_quantized) return InvalidArgument("not quantized");
  OCTET_ASSIGN_OR_RETURN(
      schema::ModelT model,
      MakeQuantizedModel(std::move(imported), "test.tflite"));
  return ExportModel(std::move(model), {});
}

bool IsUint8(const tflite::Model& model, int tensor) {
  const auto& tensors = *model.subgraphs()->Get(0)->tensors();
  return tensors.Get(flatbuffers::uoffset_t(tensor))->type() ==
         tflite::TensorType::UINT8;
}

std::vector<reference::StoredValues> RandomInputs(const tflite::Model& model,
                                                  uint64_t seed) {
  Random random(seed);
  std::vector<reference::StoredValues> inputs;
  const tflite::SubGraph& graph = *model.subgraphs()->Get(0);
  for (const int32_t index : *graph.inputs()) {
    const auto& tensor = *graph.tensors()->Get(flatbuffers::uoffset_t(index));
    const int64_t low = IsUint8(model, index) ? 0 : -128;
    int64_t count = 1;
    for (const int32_t dim : *tensor.shape()) count *= dim;
    reference::StoredValues values;
    for (int64_t i = 0; i < count; ++i) {
      values.push_back(random.Between(low, low + 255));
    }
    inputs.push_back(std::move(values));
  }
  return inputs;
}

std::vector<int8_t> ToStored(const reference::StoredValues& values,
                             bool is_uint8) {
  std::vector<int8_t> stored;
  for (const int64_t value : values) {
    stored.push_back(static_cast<int8_t>(is_uint8 ? value - 128 : value));
  }
  return stored;
}

void ExpectMatchesReference(const std::string& bytes, uint64_t seed) {
  const Result<std::vector<uint8_t>> octet = ConvertTflite(bytes);
  ASSERT_TRUE(octet.ok()) << octet.status().message();
  const tflite::Model& model = *tflite::GetModel(bytes.data());
  const auto inputs = RandomInputs(model, seed);
  const auto tensors = reference::RunTfliteFile(model, inputs);
  const tflite::SubGraph& graph = *model.subgraphs()->Get(0);
  std::vector<Bytes> stored_inputs, stored_outputs;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const int index = graph.inputs()->Get(flatbuffers::uoffset_t(i));
    stored_inputs.push_back(
        BytesOf(ToStored(inputs[i], IsUint8(model, index))));
  }
  for (const int32_t index : *graph.outputs()) {
    const reference::StoredValues& values = tensors[size_t(index)];
    const auto type =
        graph.tensors()->Get(flatbuffers::uoffset_t(index))->type();
    // The output of ARG_MAX is plain integers.
    stored_outputs.push_back(
        type == tflite::TensorType::INT64
            ? BytesOf(values)
            : BytesOf(ToStored(values, IsUint8(model, index))));
  }
  ExpectBytes(*octet, stored_inputs, stored_outputs,
              "seed " + std::to_string(seed) + "; " + ReplayHint());
}

std::string RefusalOf(const std::string& bytes) {
  const Result<std::vector<uint8_t>> octet = ConvertTflite(bytes);
  EXPECT_FALSE(octet.ok()) << "the file was accepted";
  return octet.ok() ? "" : octet.status().message();
}

}  // namespace octet::converter
