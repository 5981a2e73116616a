// Session::Resize of windows of the whole picture and of slices that end in
// front of a dimension's end.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <string>

#include "octet/isa.h"
#include "octet/session.h"
#include "tests/engine/model_builder.h"
#include "tests/engine/run_network.h"

namespace octet {
namespace {

using schema::AveragePool2dT;
using schema::DataType;
using schema::MaxPool2dT;

constexpr TestQuantization kInput = {0.037f, -11};
constexpr TestQuantization kOutput = {0.0125f, 23};

struct WindowCase {
  const char* name;
  bool average;
  bool tflite;  // rounding; MEAN
  bool float_input;
  bool float_output;
  bool height, width;  // is the picture's; otherwise 2, stride 2
};

const WindowCase kCases[] = {
    {"average", true, false, false, false, true, true},
    {"average of columns", true, false, false, false, true, false},
    {"average of rows", true, false, false, false, false, true},
    {"mean", true, true, false, false, true, true},
    {"mean of columns", true, true, false, false, true, false},
    {"average as floats", true, false, false, true, true, true},
    {"average of floats", true, false, true, true, true, true},
    {"maximum", false, false, false, false, true, true},
    {"maximum of rows", false, false, false, false, false, true},
    {"maximum of floats", false, false, true, true, true, true},
};

// The formulas of the schema in double precision.
void SetScale(AveragePool2dT& pool, bool tflite) {
  const int count = pool.window->kernel_h() * pool.window->kernel_w();
  pool.counts = {count};
  int exponent = 0;
  if (!tflite) {
    const double x = double{kInput.scale} / (double{kOutput.scale} * count);
    const double fraction = std::frexp(x, &exponent);
    pool.requantization = std::make_unique<schema::RequantizationT>();
    pool.requantization->multiplier = {
        static_cast<int16_t>(std::lround(fraction * 32768))};
    pool.requantization->shift = {static_cast<int8_t>(-exponent - 6)};
    return;
  }
  const double fraction =
      std::frexp(double{kInput.scale} / double{kOutput.scale}, &exponent);
  const int64_t multiplier = std::llround(std::ldexp(fraction, 31));
  const int bits = static_cast<int>(std::log2(count));
  pool.rounding = schema::Rounding::TFLITE;
  pool.tflite_requantization =
      std::make_unique<schema::TfliteRequantizationT>();
  pool.tflite_requantization->multiplier = {
      static_cast<int32_t>((multiplier << bits) / count)};
  pool.tflite_requantization->shift = {static_cast<int8_t>(exponent - bits)};
}

template <typename Pool>
void SetWindow(const WindowCase& test, const Shape& picture, Pool& pool) {
  Window2dParams window;
  window.kernel_h = test.height ? picture[1] : 2;
  window.kernel_w = test.width ? picture[2] : 2;
  window.stride_h = test.height ? 1 : 2;
  window.stride_w = test.width ? 1 : 2;
  pool.window = std::make_unique<schema::Window2d>(ToSchema(window));
  pool.whole_height = test.height;
  pool.whole_width = test.width;
  if (!test.float_output) {
    pool.clamp = std::make_unique<schema::Clamp>(-120, 125);
  }
}

void Vary(ModelBuilder& builder, int axis, int maximum) {
  auto varying = std::make_unique<schema::VaryingDimensionT>();
  varying->axis = axis;
  varying->maximum = maximum;
  builder.model().varying_dimensions.push_back(std::move(varying));
}

void VaryAll(ModelBuilder& builder) {
  Vary(builder, 0, 8);
  Vary(builder, 1, 4096);
  Vary(builder, 2, 4096);
}

template <typename Pool>
int AppendPool(ModelBuilder& builder, const WindowCase& test, Pool pool,
               int input, const Shape& picture) {
  const Shape output = {picture[0], test.height ? 1 : picture[1] / 2,
                        test.width ? 1 : picture[2] / 2, picture[3]};
  if (test.float_output) {
    return builder.Operator(std::move(pool), {input}, output,
                            DataType::FLOAT32);
  }
  return builder.Operator(std::move(pool), {input}, output,
                          test.average ? kOutput : kInput);
}

ModelBuilder Network(const WindowCase& test, const Shape& picture) {
  ModelBuilder builder;
  const int input = test.float_input ? builder.Input(picture, DataType::FLOAT32)
                                     : builder.Input(picture, kInput);
  if (test.average) {
    AveragePool2dT pool;
    SetWindow(test, picture, pool);
    if (!test.float_output) SetScale(pool, test.tflite);
    builder.Output(AppendPool(builder, test, std::move(pool), input, picture));
  } else {
    MaxPool2dT pool;
    SetWindow(test, picture, pool);
    builder.Output(AppendPool(builder, test, std::move(pool), input, picture));
  }
  return builder;
}

// The model and the bytes that it reads.
struct LoadedFile {
  std::vector<uint8_t> bytes;
  std::shared_ptr<const Model> model;
};

std::shared_ptr<const Model> Load(const ModelBuilder& builder) {
  auto file = std::make_shared<LoadedFile>();
  file->bytes = builder.Finish();
  auto model = Model::FromMemory(file->bytes.data(), file->bytes.size());
  EXPECT_TRUE(model.ok()) << model.status().message();
  if (!model.ok()) return nullptr;
  file->model = *model;
  return {file, file->model.get()};
}

// The output for random values; those of INT8 come as floats, too.
std::vector<float> RunOn(Session& session) {
  Random random(7);
  std::vector<float> input(session.inputs()[0].NumElements());
  for (float& value : input) {
    value = 0.01f * static_cast<float>(random.Between(-420, 500));
  }
  EXPECT_TRUE(session.SetInput(0, input.data(), input.size()).ok());
  EXPECT_TRUE(session.Run().ok());
  std::vector<float> output(session.outputs()[0].NumElements());
  EXPECT_TRUE(session.GetOutput(0, output.data(), output.size()).ok());
  return output;
}

// Resizing `varying` gives what fixed(shape) does.
void ExpectAsFixed(const ModelBuilder& varying,
                   const std::vector<Shape>& shapes,
                   const std::function<ModelBuilder(const Shape&)>& fixed,
                   const std::string& name) {
  const auto model = Load(varying);
  ASSERT_NE(model, nullptr) << name;
  for (const IsaInfo& isa : ListIsas()) {
    if (!isa.supported) continue;
    BackwardPool pool(3);
    FillingAllocator allocator(0x5a);
    SessionOptions options;
    options.isa = isa.name;
    options.thread_pool = &pool;
    options.allocator = &allocator;
    auto session = Session::Create(model, options);
    ASSERT_TRUE(session.ok()) << session.status().message();
    for (const Shape& shape : shapes) {
      const Status status = (*session)->Resize(0, shape);
      ASSERT_TRUE(status.ok()) << name << ": " << status.message();
      auto other = Session::Create(Load(fixed(shape)), options);
      ASSERT_TRUE(other.ok()) << name << ": " << other.status().message();
      EXPECT_EQ((*session)->outputs()[0].shape, (*other)->outputs()[0].shape);
      EXPECT_EQ(RunOn(**session), RunOn(**other))
          << isa.name << ' ' << name << ' ' << shape.ToString();
    }
  }
}

TEST(ResizeWindowsTest, AreThoseOfAFileOfThatSize) {
  for (const WindowCase& test : kCases) {
    ModelBuilder builder = Network(test, {1, 6, 8, 5});
    VaryAll(builder);
    ExpectAsFixed(
        builder,
        {Shape{1, 2, 2, 5}, Shape{3, 14, 10, 5}, Shape{1, 64, 64, 5},
         Shape{2, 6, 8, 5}, Shape{1, 6, 8, 5}},
        [&](const Shape& shape) { return Network(test, shape); }, test.name);
  }
}

// A window that has the picture's size by accident slides.
TEST(ResizeWindowsTest, FixedWindowsStayFixed) {
  const auto network = [](const Shape& picture) {
    ModelBuilder builder;
    MaxPool2dT pool;
    pool.window = std::make_unique<schema::Window2d>(
        ToSchema(Window2dParams{4, 4, 1, 1, 1, 1, 0, 0, 0, 0}));
    pool.clamp = std::make_unique<schema::Clamp>(-128, 127);
    builder.Output(builder.Operator(
        std::move(pool), {builder.Input(picture, kInput)},
        {picture[0], picture[1] - 3, picture[2] - 3, picture[3]}, kInput));
    return builder;
  };
  ModelBuilder builder = network({1, 4, 4, 3});
  VaryAll(builder);
  ExpectAsFixed(builder, {Shape{1, 7, 5, 3}, Shape{1, 4, 4, 3}}, network,
                "fixed");
}

TEST(ResizeWindowsTest, TooManyCellsAreRefused) {
  for (const WindowCase& test : kCases) {
    ModelBuilder builder = Network(test, {1, 6, 8, 1});
    VaryAll(builder);
    auto session = Session::Create(Load(builder));
    ASSERT_TRUE(session.ok());
    // 2^24 cells; of int8 values 2^22 can be summed.
    const Status status = (*session)->Resize(0, {1, 4096, 4096, 1});
    const bool is_sum =
        test.average && !test.float_input && test.height && test.width;
    EXPECT_EQ(status.ok(), !is_sum) << test.name << status.message();
    if (!is_sum) continue;
    EXPECT_NE(status.message().find("more than 4194304 cells"),
              std::string::npos)
        << status.message();
  }
}

// Where the input's scale is 512 times the output's, averages of few cells
// cannot be had.
TEST(ResizeWindowsTest, ScalesTooFarApartAreRefused) {
  ModelBuilder builder = Network(kCases[0], {1, 64, 64, 1});
  VaryAll(builder);
  schema::ModelT& model = builder.model();
  model.tensors[0]->quantization->scale = {1024.0f};
  model.tensors[1]->quantization->scale = {1.0f};
  auto& pool = *builder.last_operator().options.AsAveragePool2d();
  pool.requantization->multiplier = {16384};
  pool.requantization->shift = {-5};  // 2^10 / 2^12 = 2^14 * 2^-15 * 2^-1
  auto session = Session::Create(Load(builder));
  ASSERT_TRUE(session.ok());
  EXPECT_TRUE((*session)->Resize(0, {1, 3, 1, 1}).ok());
  const Status status = (*session)->Resize(0, {1, 2, 1, 1});
  EXPECT_EQ(status.code(), StatusCode::kUnsupported);
  EXPECT_NE(status.message().find("too far apart"), std::string::npos)
      << status.message();
}

void ExpectRefused(const WindowCase& test,
                   const std::function<void(schema::OperatorT&)>& change,
                   const std::string& part) {
  ModelBuilder builder = Network(test, {1, 6, 8, 5});
  change(builder.last_operator());
  const std::vector<uint8_t> bytes = builder.Finish();
  const auto model = Model::FromMemory(bytes.data(), bytes.size());
  EXPECT_FALSE(model.ok()) << test.name << ' ' << part;
  EXPECT_NE(model.status().message().find(part), std::string::npos)
      << model.status().message();
}

template <typename Pool>
void ExpectWindowsRefused(const WindowCase& test) {
  const auto pool_of = [](schema::OperatorT& op) -> Pool& {
    return *static_cast<Pool*>(op.options.value);
  };
  // Kernel, strides, dilations and pads, one after the other.
  for (int i = 0; i < 5; ++i) {
    ExpectRefused(
        test,
        [&](schema::OperatorT& op) {
          const bool h = test.height;
          Window2dParams w;
          w.kernel_h = 6;
          w.kernel_w = 8;
          if (i == 0) (h ? w.kernel_h : w.kernel_w) -= 1;
          if (i == 1) (h ? w.stride_h : w.stride_w) = 2;
          if (i == 2) (h ? w.dilation_h : w.dilation_w) = 2;
          if (i == 3) (h ? w.pad_top : w.pad_left) = 1;
          if (i == 4) (h ? w.pad_bottom : w.pad_right) = 1;
          *pool_of(op).window = ToSchema(w);
        },
        "a window of the whole picture");
  }
}

TEST(ResizeWindowsTest, HostileWindowsAreRefused) {
  for (const WindowCase& test : kCases) {
    if (!test.average) {
      ExpectWindowsRefused<MaxPool2dT>(test);
      continue;
    }
    ExpectWindowsRefused<AveragePool2dT>(test);
    ExpectRefused(
        test,
        [](schema::OperatorT& op) {
          op.options.AsAveragePool2d()->count_include_pad = true;
        },
        "count_include_pad must be false");
  }
}

TEST(ResizeWindowsTest, HostileScalesAreRefused) {
  const auto q15 = [](schema::OperatorT& op) -> schema::RequantizationT& {
    return *op.options.AsAveragePool2d()->requantization;
  };
  const std::string part = "48 cells need multiplier";
  ExpectRefused(
      kCases[0], [&](auto& op) { q15(op).multiplier[0] ^= 1; }, part);
  ExpectRefused(
      kCases[0], [&](auto& op) { q15(op).shift[0] += 1; }, part);
  const auto tflite =
      [](schema::OperatorT& op) -> schema::TfliteRequantizationT& {
    return *op.options.AsAveragePool2d()->tflite_requantization;
  };
  ExpectRefused(
      kCases[3], [&](auto& op) { tflite(op).multiplier[0] ^= 1; }, part);
  ExpectRefused(
      kCases[3], [&](auto& op) { tflite(op).shift[0] += 1; }, part);
  ExpectRefused(
      kCases[0], [&](auto& op) { op.options.AsAveragePool2d()->counts = {47}; },
      "the counts differ");
}

// Averages of columns, each with as much of a row as `kernel` reaches.
ModelBuilder AverageOfRowsBesides(const Shape& picture, int kernel,
                                  std::vector<int32_t> counts) {
  ModelBuilder builder;
  AveragePool2dT pool;
  const Window2dParams window = {picture[1], kernel, 1,          1, 1,
                                 1,          0,      kernel - 1, 0, kernel - 1};
  pool.window = std::make_unique<schema::Window2d>(ToSchema(window));
  pool.clamp = std::make_unique<schema::Clamp>(-128, 127);
  pool.whole_height = true;
  pool.requantization = std::make_unique<schema::RequantizationT>();
  for (const int32_t count : counts) {
    // Equal scales: 1 / count.
    int exponent = 0;
    const double fraction = std::frexp(1.0 / count, &exponent);
    pool.requantization->multiplier.push_back(
        static_cast<int16_t>(std::lround(fraction * 32768)));
    pool.requantization->shift.push_back(static_cast<int8_t>(-exponent - 6));
  }
  pool.counts = std::move(counts);
  builder.Output(builder.Operator(
      std::move(pool), {builder.Input(picture, kInput)},
      {picture[0], 1, picture[2] + kernel - 1, picture[3]}, kInput));
  return builder;
}

TEST(ResizeWindowsTest, EveryNumberOfCellsHasItsScale) {
  const auto network = [](const Shape& picture) {
    std::vector<int32_t> counts;
    for (int i = 1; i <= std::min(picture[2], 4); ++i) {
      counts.push_back(i * picture[1]);
    }
    return AverageOfRowsBesides(picture, 4, counts);
  };
  ModelBuilder builder = network({1, 3, 2, 2});
  VaryAll(builder);
  ExpectAsFixed(builder,
                {Shape{1, 5, 9, 2}, Shape{2, 1, 1, 2}, Shape{1, 3, 2, 2}},
                network, "rows");
}

TEST(ResizeWindowsTest, MissingCountsAreRefused) {
  // Windows of 3 and 6 cells.
  for (const std::vector<int32_t>& counts :
       {std::vector<int32_t>{3}, {6}, {3, 6, 9}}) {
    const std::vector<uint8_t> bytes =
        AverageOfRowsBesides({1, 3, 2, 2}, 2, counts).Finish();
    const auto model = Model::FromMemory(bytes.data(), bytes.size());
    ASSERT_FALSE(model.ok());
    EXPECT_NE(model.status().message().find("the counts differ"),
              std::string::npos)
        << model.status().message();
  }
  // 2000 of them at another size.
  ModelBuilder builder = AverageOfRowsBesides({1, 3, 2, 2}, 2000, {3, 6});
  VaryAll(builder);
  auto session = Session::Create(Load(builder));
  ASSERT_TRUE(session.ok());
  const Status status = (*session)->Resize(0, {1, 3, 2000, 2});
  EXPECT_NE(status.message().find("more than 1024 numbers of cells"),
            std::string::npos)
      << status.message();
}

struct SliceCase {
  int32_t begin, step, cut;
};

// Of the height; the width is taken whole.
ModelBuilder Sliced(const SliceCase& test, const Shape& picture) {
  ModelBuilder builder;
  const int input = builder.Input(picture, kInput);
  schema::SliceT slice;
  slice.begin = {0, test.begin, 0, 0};
  slice.step = {1, test.step, 1, 1};
  slice.cut = {-1, test.cut, -1, -1};
  Shape output = picture;
  output[1] = 0;
  for (int i = test.begin; i < picture[1] - test.cut; i += test.step) {
    ++output[1];
  }
  builder.Output(builder.Operator(std::move(slice), {input}, output, kInput));
  return builder;
}

TEST(ResizeWindowsTest, SlicesEndInFrontOfTheEnd) {
  for (const SliceCase& test :
       {SliceCase{1, 1, 1}, SliceCase{0, 2, 0}, SliceCase{1, 2, 0},
        SliceCase{2, 3, 2}, SliceCase{0, 1, 3}}) {
    ModelBuilder builder = Sliced(test, {1, 8, 4, 3});
    VaryAll(builder);
    ExpectAsFixed(
        builder,
        {Shape{1, 5, 4, 3}, Shape{2, 9, 6, 3}, Shape{1, 10, 2, 3},
         Shape{1, 31, 4, 3}, Shape{1, 8, 4, 3}},
        [&](const Shape& shape) { return Sliced(test, shape); }, "slice");
    auto session = Session::Create(Load(builder));
    ASSERT_TRUE(session.ok());
    const int nothing = test.begin + test.cut;
    if (nothing == 0) continue;
    EXPECT_EQ((*session)->Resize(0, {1, nothing, 4, 3}).code(),
              StatusCode::kUnsupported);
  }
}

TEST(ResizeWindowsTest, HostileCutsAreRefused) {
  const auto refused = [](std::vector<int32_t> cut, int32_t step,
                          const std::string& part) {
    ModelBuilder builder = Sliced({1, 1, 1}, {1, 8, 4, 3});
    schema::SliceT& slice = *builder.last_operator().options.AsSlice();
    slice.cut = std::move(cut);
    if (step < 0) {
      slice.begin[1] = 6;
      slice.step[1] = step;
    }
    const std::vector<uint8_t> bytes = builder.Finish();
    const auto model = Model::FromMemory(bytes.data(), bytes.size());
    EXPECT_FALSE(model.ok());
    EXPECT_NE(model.status().message().find(part), std::string::npos)
        << model.status().message();
  };
  const std::string wrong = "does not give 6 elements";
  refused({-1, 0, -1, -1}, 1, wrong);
  refused({-1, 2, -1, -1}, 1, wrong);
  refused({-1, -2, -1, -1}, 1, wrong);
  refused({-1, 2147483647, -1, -1}, 1, wrong);
  refused({-1, 1, -1, -1}, -1, wrong);
  refused({-1, -2147483647 - 1, -1, -1}, 1, wrong);
  refused({-1, 1, -1}, 1, "an entry for each dimension");
}

}  // namespace
}  // namespace octet
