// Any bytes may come: a damaged file is refused with a message or converted,
// never a crash, never a sanitizer's report.

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "converter/passes/pass_list.h"
#include "converter/tflite/import.h"
#include "converter/tflite/network.h"
#include "tests/converter/tflite/quantized_check.h"
#include "tests/converter/tflite/tflite_builder.h"
#include "tests/random.h"
#include "tests/test_seed.h"

namespace octet::converter {
namespace {

using tflite::BuiltinOperator;
using tflite::TensorType;

// In memory of exactly this size, so that AddressSanitizer sees any read behind
// the end.
Status Convert(const std::string& bytes) {
  const std::vector<char> copy(bytes.begin(), bytes.end());
  Result<TfliteImport> imported =
      ImportTflite({copy.data(), copy.size()}, "test.tflite");
  if (!imported.ok()) return imported.status();
  if (!imported->is_quantized) return RunPasses(imported->graph);
  return ConvertTflite(bytes).status();
}

TEST(TfliteHostileFilesTest, Truncations) {
  const std::string whole = SmallClassifier(TensorType::INT8, 1).Finish();
  ASSERT_TRUE(Convert(whole).ok());
  for (size_t size = 0; size < whole.size(); size += 7) {
    EXPECT_FALSE(Convert(whole.substr(0, size)).ok()) << size;
  }
}

TEST(TfliteHostileFilesTest, ChangedBytes) {
  Random random(TestSeed());
  for (const TensorType type : {TensorType::INT8, TensorType::UINT8}) {
    const std::string whole = SmallClassifier(type, 1).Finish();
    for (int i = 0; i < 2000; ++i) {
      std::string changed = whole;
      const int64_t last = static_cast<int64_t>(changed.size()) - 1;
      changed[size_t(random.Between(0, last))] =
          static_cast<char>(random.Between(0, 255));
      const Status status = Convert(changed);
      if (!status.ok()) {
        EXPECT_FALSE(status.message().empty()) << ReplayHint();
      }
    }
  }
}

// What a change to a good file makes of it.
struct Damage {
  const char* name;
  std::function<void(TfliteBuilder&)> apply;
  const char* message;
};

tflite::OperatorT& OperatorAt(TfliteBuilder& builder, size_t i) {
  return *builder.graph().operators[i];
}

const Damage kDamages[] = {
    {"a tensor that does not exist",
     [](TfliteBuilder& b) { OperatorAt(b, 0).inputs[0] = 99; },
     "tensor 99 does not exist"},
    {"a negative index",
     [](TfliteBuilder& b) { OperatorAt(b, 0).outputs[0] = -1; },
     "tensor -1 does not exist"},
    {"a missing input",
     [](TfliteBuilder& b) { OperatorAt(b, 0).inputs[0] = -1; },
     "input 0 is missing"},
    {"an operator code",
     [](TfliteBuilder& b) { OperatorAt(b, 1).opcode_index = 77; },
     "operator code 77 does not exist"},
    {"a buffer", [](TfliteBuilder& b) { b.tensor(2).buffer = 1000; },
     "buffer 1000 does not exist"},
    {"too few bytes",
     [](TfliteBuilder& b) { b.model().buffers[1]->data.pop_back(); },
     "holds 134 bytes, shape [5, 3, 3, 3] needs 135"},
    {"no options",
     [](TfliteBuilder& b) { OperatorAt(b, 0).builtin_options.Reset(); },
     "its options are missing"},
    {"options of another operator",
     [](TfliteBuilder& b) {
       OperatorAt(b, 0).builtin_options.Set(tflite::AddOptionsT());
     },
     "its options are missing"},
    {"stride 0",
     [](TfliteBuilder& b) {
       OperatorAt(b, 0).builtin_options.AsConv2DOptions()->stride_h = 0;
     },
     "strides and dilations must lie in"},
    {"a scale that is not a number",
     [](TfliteBuilder& b) { b.tensor(0).quantization->scale[0] = NAN; },
     "a scale is not finite and above 0"},
    {"a scale too few",
     [](TfliteBuilder& b) { b.tensor(2).quantization->scale.pop_back(); },
     "4 scales along dimension 0 do not fit shape"},
    {"a zero point",
     [](TfliteBuilder& b) { b.tensor(0).quantization->zero_point[0] = 128; },
     "the zero point 128 is out of range"},
    {"zero points of channels",
     [](TfliteBuilder& b) { b.tensor(2).quantization->zero_point[2] = 1; },
     "zero points of single channels"},
    {"no quantization",
     [](TfliteBuilder& b) { b.tensor(0).quantization.reset(); },
     "has no scale"},
    {"a shape", [](TfliteBuilder& b) { b.tensor(1).shape[1] = 8; },
     "gives the shape [1, 9, 8, 5], but the file says [1, 8, 8, 5]"},
    {"a dimension below 1", [](TfliteBuilder& b) { b.tensor(0).shape[1] = 0; },
     "has a dimension below 1"},
    {"too many dimensions",
     [](TfliteBuilder& b) { b.tensor(0).shape.assign(9, 1); },
     "has 9 dimensions"},
    {"an order that cannot be run",
     [](TfliteBuilder& b) {
       std::swap(b.graph().operators[0], b.graph().operators[1]);
     },
     "is read before an operator writes it"},
    {"two writers",
     [](TfliteBuilder& b) {
       OperatorAt(b, 1).outputs = OperatorAt(b, 0).outputs;
     },
     "is written more than once"},
    {"no output", [](TfliteBuilder& b) { b.graph().outputs.clear(); },
     "at least one input and one output"},
    {"an output that nothing writes",
     [](TfliteBuilder& b) { b.Output(b.Activation({1})); },
     "is read before an operator writes it"},
    {"a variable", [](TfliteBuilder& b) { b.tensor(0).is_variable = true; },
     "networks with a state"},
    {"a version", [](TfliteBuilder& b) { b.model().version = 2; },
     "only version 3 can be read"},
    {"no network", [](TfliteBuilder& b) { b.model().subgraphs.clear(); },
     "the file holds no network"},
    {"int16 activations",
     [](TfliteBuilder& b) { b.tensor(1).type = TensorType::INT16; },
     "a computed tensor of type INT16 is not supported"},
};

TEST(TfliteHostileFilesTest, EachDamageIsNamed) {
  for (const Damage& damage : kDamages) {
    SCOPED_TRACE(damage.name);
    TfliteBuilder builder = SmallClassifier(TensorType::INT8, 1);
    damage.apply(builder);
    const std::string message = RefusalOf(builder.Finish());
    EXPECT_NE(message.find(damage.message), std::string::npos) << message;
  }
}

TEST(TfliteHostileFilesTest, OtherFilesAreNoTflite) {
  EXPECT_FALSE(LooksLikeTflite(""));
  EXPECT_FALSE(LooksLikeTflite("TFL3TFL"));
  EXPECT_TRUE(LooksLikeTflite(SmallClassifier(TensorType::INT8, 1).Finish()));
  EXPECT_NE(RefusalOf("....OCTT").find("not a .tflite file"),
            std::string::npos);
}

TEST(TfliteHostileFilesTest, EveryBlockerIsNamed) {
  TfliteBuilder builder;
  const int input = builder.Input({1, 4});
  const int a = builder.Activation({1, 4});
  const int b = builder.Activation({1, 4});
  const int c = builder.Activation({1, 4});
  builder.Custom("Mine", {input}, {a});
  builder.Operator(BuiltinOperator::RANK, {a}, {b});
  builder.Operator(BuiltinOperator::RELU, {b}, {c});
  builder.Output(c);
  const std::string message = RefusalOf(builder.Finish());
  EXPECT_EQ(message,
            "test.tflite: operator 'tensor_1' (Mine): custom operators are not "
            "supported\n"
            "test.tflite: operator 'tensor_2' (RANK): this operator is not "
            "supported");
}

}  // namespace
}  // namespace octet::converter
