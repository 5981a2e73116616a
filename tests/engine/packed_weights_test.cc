// Networks whose weights the file holds packed: they compute what the same
// integers in int8 compute, and any damage is refused.

#include "schema/packed_weights.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "octet/model.h"
#include "octet/session.h"
#include "tests/engine/damaged_file.h"
#include "tests/engine/run_network.h"
#include "tests/engine/small_network.h"
#include "tests/test_seed.h"

namespace octet {
namespace {

using schema::Encoding;

constexpr Encoding kEncodings[] = {Encoding::INT4, Encoding::LOGARITHMIC,
                                   Encoding::TERNARY, Encoding::BINARY};
constexpr SmallNetworkOperator kLayers[] = {kConvAt, kDepthwiseAt,
                                            kFullyConnectedAt};
// Odd, so that the last bytes are not full.
constexpr int32_t kChannels = 9;

schema::TensorT& WeightsOf(ModelBuilder& builder, size_t op) {
  schema::ModelT& model = builder.model();
  return *model.tensors[model.operators[op]->inputs[1]];
}

std::vector<uint8_t>& BytesOf(ModelBuilder& builder, size_t op) {
  return builder.model().buffers[WeightsOf(builder, op).buffer]->data;
}

// Every weight becomes one that the encoding has.
void RestrictWeights(ModelBuilder& builder, const WeightCodes& codes) {
  for (const size_t layer : kLayers) {
    for (uint8_t& byte : BytesOf(builder, layer)) {
      int8_t value = WeightCodes::kInvalid;
      for (int code = byte; value == WeightCodes::kInvalid; ++code) {
        value = codes.values[code % codes.count()];
      }
      byte = static_cast<uint8_t>(value);
    }
  }
}

void PackAll(ModelBuilder& builder, Encoding encoding) {
  for (const size_t layer : kLayers) {
    std::vector<uint8_t>& bytes = BytesOf(builder, layer);
    bytes = PackWeights(*FindWeightCodes(encoding),
                        std::vector<int8_t>(bytes.begin(), bytes.end()));
    WeightsOf(builder, layer).encoding = encoding;
  }
}

ModelBuilder PackedNetwork(Encoding encoding) {
  ModelBuilder builder = SmallNetwork(kChannels);
  RestrictWeights(builder, *FindWeightCodes(encoding));
  PackAll(builder, encoding);
  return builder;
}

std::vector<int8_t> RunPlain(const std::vector<uint8_t>& bytes,
                             const std::vector<int8_t>& input) {
  const auto model = Model::FromMemory(bytes.data(), bytes.size());
  EXPECT_TRUE(model.ok()) << model.status().message();
  const auto session = Session::Create(*model, {.isa = "scalar"});
  EXPECT_TRUE(session.ok()) << session.status().message();
  std::vector<int8_t> output((*model)->outputs()[0].NumElements());
  EXPECT_TRUE((*session)->SetInput(0, input.data(), input.size()).ok());
  EXPECT_TRUE((*session)->Run().ok());
  EXPECT_TRUE((*session)->GetOutput(0, output.data(), output.size()).ok());
  return output;
}

TEST(PackedWeightsTest, ComputesWhatPlainWeightsCompute) {
  Random random(TestSeed());
  for (const Encoding encoding : kEncodings) {
    const WeightCodes& codes = *FindWeightCodes(encoding);
    ModelBuilder plain = SmallNetwork(kChannels);
    RestrictWeights(plain, codes);
    const std::vector<int8_t> input = RandomValues(8 * 8 * 3, random);
    const std::vector<int8_t> expected = RunPlain(plain.Finish(), input);
    ExpectOutputs(PackedNetwork(encoding).Finish(), {input}, {expected},
                  codes.name);
  }
}

TEST(PackedWeightsTest, DamagedFilesAreRefusedOrRun) {
  for (const Encoding encoding : kEncodings) {
    ExpectHarmlessChanges(PackedNetwork(encoding).Finish());
  }
  ExpectHarmlessTruncations(PackedNetwork(Encoding::TERNARY).Finish());
}

void ExpectRefused(ModelBuilder& builder, const std::string& part,
                   StatusCode code = StatusCode::kInvalidModel) {
  const std::vector<uint8_t> bytes = builder.Finish();
  const Status status = Model::FromMemory(bytes.data(), bytes.size()).status();
  EXPECT_EQ(status.code(), code) << status.message();
  EXPECT_NE(status.message().find(part), std::string::npos) << status.message();
}

TEST(PackedWeightsTest, UnknownEncoding) {
  ModelBuilder builder = PackedNetwork(Encoding::INT4);
  WeightsOf(builder, kConvAt).encoding = static_cast<Encoding>(17);
  ExpectRefused(builder, "encoding 17", StatusCode::kUnsupported);
}

TEST(PackedWeightsTest, WrongSize) {
  for (const Encoding encoding : kEncodings) {
    ModelBuilder longer = PackedNetwork(encoding);
    BytesOf(longer, kConvAt).push_back(0);
    ExpectRefused(longer, "holds");
    ModelBuilder shorter = PackedNetwork(encoding);
    BytesOf(shorter, kFullyConnectedAt).pop_back();
    ExpectRefused(shorter, "holds");
    ModelBuilder plain = PackedNetwork(encoding);
    WeightsOf(plain, kConvAt).encoding = Encoding::PLAIN;
    ExpectRefused(plain, "holds");
  }
}

TEST(PackedWeightsTest, InvalidCodes) {
  ModelBuilder builder = PackedNetwork(Encoding::TERNARY);
  BytesOf(builder, kDepthwiseAt)[0] = 0xaa;
  ExpectRefused(builder, "has the code 2");
}

TEST(PackedWeightsTest, AccumulatorsAreCheckedOnTheExpandedValues) {
  ModelBuilder builder = PackedNetwork(Encoding::LOGARITHMIC);
  schema::ModelT& model = builder.model();
  std::vector<uint8_t>& bias =
      model.buffers[model.tensors[model.operators[kConvAt]->inputs[2]]->buffer]
          ->data;
  bias[0] = bias[1] = bias[2] = 0xff;
  bias[3] = 0x7f;
  ExpectRefused(builder, "accumulator of channel 0 could overflow");
}

TEST(PackedWeightsTest, OnlyWeightsMayBePacked) {
  // A constant that stands for an activation.
  ModelBuilder operand = SmallNetwork(kChannels);
  schema::ModelT& model = operand.model();
  schema::TensorT& prior =
      *model.tensors[model.operators[kFullyConnectedAt]->inputs[3]];
  prior.encoding = Encoding::BINARY;
  model.buffers[prior.buffer]->data = {0x05};
  ExpectRefused(operand, "only the weights of a layer may be");
  // An activation.
  ModelBuilder activation = SmallNetwork(kChannels);
  activation.model().tensors[0]->encoding = Encoding::INT4;
  ExpectRefused(activation, "only constants of type INT8 may be packed");
  // A bias.
  ModelBuilder bias = SmallNetwork(kChannels);
  bias.model().tensors[bias.model().operators[kConvAt]->inputs[2]]->encoding =
      Encoding::INT4;
  ExpectRefused(bias, "only constants of type INT8 may be packed");
}

TEST(PackedWeightsTest, TheModelTellsHowWeightsAreStored) {
  ModelBuilder builder = PackedNetwork(Encoding::INT4);
  // 5 x 18 values, back to a byte each.
  BytesOf(builder, kFullyConnectedAt).assign(5 * 2 * kChannels, 3);
  WeightsOf(builder, kFullyConnectedAt).encoding = Encoding::PLAIN;
  const std::vector<uint8_t> bytes = builder.Finish();
  const auto model = Model::FromMemory(bytes.data(), bytes.size());
  ASSERT_TRUE(model.ok()) << model.status().message();
  const std::vector<StoredWeights> rows = (*model)->stored_weights();
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].encoding, "int4");
  EXPECT_EQ(rows[0].layers, 2u);
  EXPECT_EQ(rows[0].values, 9u * 27 + 9u * 9);
  EXPECT_EQ(rows[0].bytes, 122u + 41u);
  EXPECT_EQ(rows[1].encoding, "int8");
  EXPECT_EQ(rows[1].bytes, 90u);
}

// Counts what is out; refuses more than `limit` at once.
class LimitedAllocator : public Allocator {
 public:
  explicit LimitedAllocator(size_t limit) : limit_(limit) {}
  void* Allocate(size_t bytes, size_t alignment) override {
    if (out_ + bytes > limit_) return nullptr;
    out_ += bytes;
    most_ = std::max(most_, out_);
    return filling_.Allocate(bytes, alignment);
  }
  void Free(void* memory, size_t bytes, size_t alignment) override {
    out_ -= bytes;
    filling_.Free(memory, bytes, alignment);
  }
  size_t out() const { return out_; }
  size_t most() const { return most_; }

 private:
  FillingAllocator filling_{0xa5};
  size_t limit_, out_ = 0, most_ = 0;
};

TEST(PackedWeightsTest, ExpandedWeightsAreGivenBackWhenTheSessionIsMade) {
  const std::vector<uint8_t> bytes = PackedNetwork(Encoding::INT4).Finish();
  const auto model = Model::FromMemory(bytes.data(), bytes.size());
  ASSERT_TRUE(model.ok());
  LimitedAllocator allocator(SIZE_MAX / 2);
  const auto session = Session::Create(*model, {.allocator = &allocator});
  ASSERT_TRUE(session.ok()) << session.status().message();
  const MemoryUse memory = (*session)->memory_use();
  EXPECT_EQ(allocator.out(), memory.arena + memory.packed_weights);
  EXPECT_GT(allocator.most(), allocator.out());

  LimitedAllocator none(64);
  const Status status = Session::Create(*model, {.allocator = &none}).status();
  EXPECT_EQ(status.code(), StatusCode::kResourceExhausted);
  EXPECT_NE(status.message().find("packed"), std::string::npos);
}

}  // namespace
}  // namespace octet
