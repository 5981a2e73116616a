// Session::Resize: what a file lets vary, and that a resized session computes
// what a file of that size does.

#include <gtest/gtest.h>

#include <memory>

#include "octet/isa.h"
#include "octet/session.h"
#include "tests/engine/run_network.h"
#include "tests/engine/small_network.h"
#include "tests/kernels/layer_data.h"

namespace octet {
namespace {

constexpr TestQuantization kFeatures = {0.1f, -20};
constexpr int32_t kChannels = 8;

// picture {n, h, w, 3} - conv 3x3, stride 2 - nearest Resize by 2 - slice of
// channels + the rest - concat - {n, h * w, channels} - fully connected.
ModelBuilder Network(int32_t n, int32_t h, int32_t w) {
  Random random(11);
  ModelBuilder builder;
  const int picture = builder.Input({n, h, w, 3}, {0.02f, -1});
  LayerOptions options;
  options.input_zero_point = -1;
  options.output = {kFeatures.zero_point, -128, 127};
  const reference::WeightedLayer conv =
      RandomLayer(options, {kChannels, 3, 3, 3}, random);
  Window2dParams window;
  window.kernel_h = window.kernel_w = 3;
  window.stride_h = window.stride_w = 2;
  window.pad_top = window.pad_left = window.pad_bottom = window.pad_right = 1;
  const int features = builder.Operator(
      Conv2dOptions(conv, window, 1),
      {picture, builder.Weights(conv.weights), builder.Bias(conv.bias)},
      {n, (h + 1) / 2, (w + 1) / 2, kChannels}, kFeatures);
  const Shape large = {n, (h + 1) / 2 * 2, (w + 1) / 2 * 2, kChannels};
  schema::ResizeT resize;
  resize.coordinates = schema::ResizeCoordinates::ASYMMETRIC;
  resize.nearest = schema::ResizeNearest::FLOOR;
  resize.scales = {1, 2, 2, 1};
  const int resized =
      builder.Operator(std::move(resize), {features}, large, kFeatures);
  schema::SliceT slice;
  slice.begin = {0, 0, 0, 2};
  slice.step = {1, 1, 1, 1};
  const int sliced = builder.Operator(std::move(slice), {resized},
                                      {n, large[1], large[2], 5}, kFeatures);
  schema::ConcatT concat;
  concat.axis = 3;
  const int joined =
      builder.Operator(std::move(concat), {resized, sliced},
                       {n, large[1], large[2], kChannels + 5}, kFeatures);
  const int rows =
      builder.Operator(schema::ReshapeT(), {joined},
                       {n, large[1] * large[2], kChannels + 5}, kFeatures);
  options.input_zero_point = kFeatures.zero_point;
  const reference::WeightedLayer layer =
      RandomLayer(options, {4, kChannels + 5}, random);
  schema::FullyConnectedT fully_connected;
  fully_connected.clamp = ToSchema(layer.output);
  fully_connected.requantization = ToSchema(layer.requantization);
  builder.Output(builder.Operator(
      std::move(fully_connected),
      {rows, builder.Weights(layer.weights), builder.Bias(layer.bias)},
      {n, large[1] * large[2], 4}, kFeatures));
  return builder;
}

void Vary(ModelBuilder& builder, schema::VaryingDimensionT varying) {
  builder.model().varying_dimensions.push_back(
      std::make_unique<schema::VaryingDimensionT>(varying));
}

schema::VaryingDimensionT Varying(int axis, int minimum, int maximum,
                                  int step) {
  schema::VaryingDimensionT varying;
  varying.axis = axis;
  varying.minimum = minimum;
  varying.maximum = maximum;
  varying.step = step;
  return varying;
}

std::vector<uint8_t> VaryingNetwork() {
  ModelBuilder builder = Network(1, 8, 8);
  Vary(builder, Varying(0, 1, 4, 1));
  Vary(builder, Varying(1, 4, 40, 2));
  Vary(builder, Varying(2, 4, 40, 2));
  return builder.Finish();
}

std::shared_ptr<const Model> Load(const std::vector<uint8_t>& bytes) {
  auto model = Model::FromMemory(bytes.data(), bytes.size());
  EXPECT_TRUE(model.ok()) << model.status().message();
  return model.ok() ? *model : nullptr;
}

// The output for random values of a seed.
std::vector<int8_t> RunOn(Session& session, uint64_t seed) {
  Random random(seed);
  const auto input = RandomValues(
      static_cast<int64_t>(session.inputs()[0].NumElements()), random);
  EXPECT_TRUE(session.SetInput(0, input.data(), input.size()).ok());
  EXPECT_TRUE(session.Run().ok());
  std::vector<int8_t> output(session.outputs()[0].NumElements());
  EXPECT_TRUE(session.GetOutput(0, output.data(), output.size()).ok());
  return output;
}

// There and back, to sizes that need more and less memory; the bytes are those
// of a file that has the size.
TEST(ResizeTest, ComputesWhatAFileOfThatSizeDoes) {
  const std::vector<uint8_t> bytes = VaryingNetwork();
  const auto model = Load(bytes);
  ASSERT_NE(model, nullptr);
  ASSERT_EQ(model->varying_dimensions().size(), 3u);
  for (const IsaInfo& isa : ListIsas()) {
    if (!isa.supported) continue;
    for (const int num_threads : {1, 2, 5}) {
      BackwardPool pool(num_threads);
      FillingAllocator allocator(0xa5);
      SessionOptions options;
      options.isa = isa.name;
      options.thread_pool = &pool;
      options.allocator = &allocator;
      auto session = Session::Create(model, options);
      ASSERT_TRUE(session.ok()) << session.status().message();
      for (const Shape& shape : {Shape{3, 8, 8, 3}, Shape{1, 40, 22, 3},
                                 Shape{2, 4, 6, 3}, Shape{1, 8, 8, 3}}) {
        const Status status = (*session)->Resize(0, shape);
        ASSERT_TRUE(status.ok()) << status.message();
        EXPECT_EQ((*session)->inputs()[0].shape, shape);
        const std::vector<uint8_t> fixed =
            Network(shape[0], shape[1], shape[2]).Finish();
        auto other = Session::Create(Load(fixed), options);
        ASSERT_TRUE(other.ok()) << other.status().message();
        EXPECT_EQ((*session)->outputs()[0].shape,
                  (*other)->model().outputs()[0].shape);
        EXPECT_EQ((*session)->memory_use().arena, (*other)->memory_use().arena);
        EXPECT_EQ(RunOn(**session, 5), RunOn(**other, 5))
            << isa.name << ' ' << num_threads << ' ' << shape.ToString();
      }
    }
  }
}

TEST(ResizeTest, RefusesWhatTheFileDoesNotAllowAndStaysUsable) {
  const std::vector<uint8_t> bytes = VaryingNetwork();
  auto session = Session::Create(Load(bytes));
  ASSERT_TRUE(session.ok());
  ASSERT_TRUE((*session)->Resize(0, {2, 6, 8, 3}).ok());
  const std::vector<int8_t> before = RunOn(**session, 9);
  const auto refused = [&](const Shape& shape, const std::string& part) {
    const Status status = (*session)->Resize(0, shape);
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
    EXPECT_NE(status.message().find(part), std::string::npos)
        << status.message();
  };
  refused({5, 8, 8, 3}, "dimension 0 of 1, 2 ... 4, not 5");
  refused({0, 8, 8, 3}, "not 0");
  refused({1, 7, 8, 3}, "dimension 1 of 4, 6 ... 40, not 7");
  refused({1, 8, 42, 3}, "not 42");
  refused({1, 8, -2, 3}, "not -2");
  refused({1, 8, 8, 4}, "dimension 3 of 3, not 4");
  refused({1, 8, 8}, "has 4 dimensions, not 3");
  EXPECT_EQ((*session)->Resize(1, {1, 8, 8, 3}).code(),
            StatusCode::kInvalidArgument);
  EXPECT_EQ((*session)->Resize({}).code(), StatusCode::kInvalidArgument);
  // Its last output can still be read, and its input is still set.
  std::vector<int8_t> after(before.size());
  ASSERT_TRUE((*session)->GetOutput(0, after.data(), after.size()).ok());
  EXPECT_EQ(after, before);
  ASSERT_TRUE((*session)->Run().ok());
  ASSERT_TRUE((*session)->GetOutput(0, after.data(), after.size()).ok());
  EXPECT_EQ(after, before);
}

TEST(ResizeTest, InputsMustBeSetAgain) {
  const std::vector<uint8_t> bytes = VaryingNetwork();
  auto session = Session::Create(Load(bytes));
  ASSERT_TRUE(session.ok());
  RunOn(**session, 9);
  ASSERT_TRUE((*session)->Resize(0, {1, 10, 8, 3}).ok());
  EXPECT_EQ((*session)->Run().code(), StatusCode::kInvalidArgument);
  int8_t value = 0;
  EXPECT_EQ((*session)->GetOutput(0, &value, 1).code(),
            StatusCode::kInvalidArgument);
}

// A file may claim what its network cannot do.
void ExpectUnsupported(ModelBuilder builder, const Shape& shape,
                       const std::string& part) {
  const std::vector<uint8_t> bytes = builder.Finish();
  auto session = Session::Create(Load(bytes));
  ASSERT_TRUE(session.ok());
  const Status status = (*session)->Resize(0, shape);
  EXPECT_EQ(status.code(), StatusCode::kUnsupported);
  EXPECT_NE(status.message().find(part), std::string::npos) << status.message();
  EXPECT_EQ((*session)->inputs()[0].shape,
            (*session)->model().inputs()[0].shape);
}

TEST(ResizeTest, NamesTheOperatorThatCannotFollow) {
  ModelBuilder batch = SmallNetwork();
  Vary(batch, Varying(0, 1, 8, 1));
  // Its last layer adds a constant of one row.
  ExpectUnsupported(std::move(batch), {2, 8, 8, 3}, "(FullyConnected)");
  ModelBuilder picture = SmallNetwork();
  Vary(picture, Varying(1, 8, 64, 8));
  ExpectUnsupported(std::move(picture), {1, 16, 8, 3}, "cannot run");
}

TEST(ResizeTest, SizesMustNotOverflow) {
  ModelBuilder builder = Network(1, 8, 8);
  Vary(builder, Varying(1, 8, 2147483640, 8));
  Vary(builder, Varying(2, 8, 2147483640, 8));
  std::vector<uint8_t> bytes = builder.Finish();
  auto session = Session::Create(Load(bytes));
  ASSERT_TRUE(session.ok());
  for (const Shape& shape :
       {Shape{1, 2147483640, 2147483640, 3}, Shape{1, 2147483640, 8, 3},
        Shape{1, 32000, 32000, 3}, Shape{1, 16000, 16000, 3}}) {
    const Status status = (*session)->Resize(0, shape);
    EXPECT_FALSE(status.ok()) << shape.ToString();
    EXPECT_EQ((*session)->inputs()[0].shape, (Shape{1, 8, 8, 3}));
  }
  EXPECT_FALSE(RunOn(**session, 3).empty());
}

TEST(ResizeTest, HostileRangesAreRefused) {
  const auto refused = [](schema::VaryingDimensionT varying,
                          const std::string& part, int times = 1) {
    ModelBuilder builder = Network(1, 8, 8);
    for (int i = 0; i < times; ++i) Vary(builder, varying);
    const std::vector<uint8_t> bytes = builder.Finish();
    const auto model = Model::FromMemory(bytes.data(), bytes.size());
    ASSERT_FALSE(model.ok());
    EXPECT_EQ(model.status().code(), StatusCode::kInvalidModel);
    EXPECT_NE(model.status().message().find(part), std::string::npos)
        << model.status().message();
  };
  refused(Varying(-1, 1, 8, 1), "dimension -1 is outside");
  refused(Varying(4, 1, 8, 1), "dimension 4 is outside");
  refused(Varying(1, 0, 8, 1), "step 1");
  refused(Varying(1, 9, 16, 1), "step 1");
  refused(Varying(1, 1, 7, 1), "step 1");
  refused(Varying(1, 8, 8, 0), "step 0");
  refused(Varying(1, 8, 8, -1), "step -1");
  refused(Varying(1, 3, 40, 2), "step 2");
  refused(Varying(1, 4, 41, 2), "step 2");
  refused(Varying(1, -2147483647 - 1, 2147483647, 2147483647), "dimension 1");
  refused(Varying(1, 4, 40, 2), "varies twice", 2);
  schema::VaryingDimensionT of_no_input = Varying(1, 4, 40, 2);
  of_no_input.input = 4000000000u;
  refused(of_no_input, "no input 4000000000");
}

}  // namespace
}  // namespace octet
