#include "tests/engine/small_network.h"

#include <cmath>
#include <memory>

#include "tests/kernels/layer_data.h"
#include "tests/random.h"

namespace octet {
namespace {

constexpr int kClasses = 5;
constexpr TestQuantization kPicture = {0.02f, -1};
constexpr TestQuantization kFeatures = {0.1f, -20};

Window2dParams Same3x3() {
  Window2dParams window;
  window.kernel_h = window.kernel_w = 3;
  window.pad_top = window.pad_left = window.pad_bottom = window.pad_right = 1;
  return window;
}

Window2dParams Square(int32_t size, int32_t stride) {
  Window2dParams window;
  window.kernel_h = window.kernel_w = size;
  window.stride_h = window.stride_w = stride;
  return window;
}

reference::WeightedLayer Layer(const Shape& weights, int input_zero_point,
                               int output_zero_point, Random& random) {
  LayerOptions options;
  options.input_zero_point = input_zero_point;
  options.output = {output_zero_point, -128, 127};
  return RandomLayer(options, weights, random);
}

int AppendConv(ModelBuilder& builder, const Shape& weights, int groups,
               int input, int input_zero_point, const Shape& output,
               Random& random) {
  const reference::WeightedLayer layer =
      Layer(weights, input_zero_point, kFeatures.zero_point, random);
  return builder.Operator(
      Conv2dOptions(layer, Same3x3(), groups),
      {input, builder.Weights(layer.weights), builder.Bias(layer.bias)}, output,
      kFeatures);
}

int AppendResidual(ModelBuilder& builder, int a, int b, const Shape& shape) {
  schema::AddT add;
  add.multiplier_1 = 12000;
  add.multiplier_2 = 14000;
  add.fraction_bits = 6;
  add.clamp = std::make_unique<schema::Clamp>(-20, 127);
  return builder.Operator(std::move(add), {a, b}, shape, kFeatures);
}

int AppendMaxPool(ModelBuilder& builder, int input, const Shape& output) {
  schema::MaxPool2dT pool;
  pool.window = std::make_unique<schema::Window2d>(ToSchema(Square(2, 2)));
  pool.clamp = std::make_unique<schema::Clamp>(-128, 127);
  return builder.Operator(std::move(pool), {input}, output, kFeatures);
}

int AppendLookup(ModelBuilder& builder, int input, const Shape& shape) {
  schema::LookupT lookup;
  for (int q = -128; q < 128; ++q) {
    lookup.values.push_back(static_cast<int8_t>(q * q / 128 - 100));
  }
  return builder.Operator(std::move(lookup), {input}, shape, kFeatures);
}

// The second half of the rows, upside down, with rows of zeros above.
int AppendSliceAndPad(ModelBuilder& builder, int input, const Shape& shape) {
  Shape half = shape;
  half[1] /= 2;
  schema::SliceT slice;
  slice.begin = {0, shape[1] - 1, 0, 0};
  slice.step = {1, -1, 1, 1};
  const int sliced =
      builder.Operator(std::move(slice), {input}, half, kFeatures);
  schema::PadT pad;
  pad.begin = {0, shape[1] - half[1], 0, 0};
  pad.end = {0, 0, 0, 0};
  pad.value = static_cast<int8_t>(kFeatures.zero_point);
  return builder.Operator(std::move(pad), {sliced}, shape, kFeatures);
}

// From pictures with `channels` channels in front to one value a channel.
int AppendAverage(ModelBuilder& builder, int input, const Shape& shape) {
  const Shape transposed = {shape[0], shape[2], shape[1], shape[3]};
  schema::TransposeT transpose;
  transpose.permutation = {0, 2, 1, 3};
  const int turned =
      builder.Operator(std::move(transpose), {input}, transposed, kFeatures);
  schema::RequantizeT requantize;
  requantize.requantization =
      ToSchema(reference::Requantization{{20000}, {-6}});
  requantize.clamp = std::make_unique<schema::Clamp>(-100, 127);
  const int scaled =
      builder.Operator(std::move(requantize), {turned}, transposed, {0.15f, 3});
  schema::AveragePool2dT pool;
  pool.window =
      std::make_unique<schema::Window2d>(ToSchema(Square(shape[1], 1)));
  pool.counts = {shape[1] * shape[1]};
  pool.requantization = ToSchema(reference::Requantization{{18000}, {-3}});
  pool.clamp = std::make_unique<schema::Clamp>(-128, 127);
  const int average = builder.Operator(std::move(pool), {scaled},
                                       {shape[0], 1, 1, shape[3]}, {0.1f, -5});
  return builder.Operator(schema::ReshapeT(), {average}, {shape[0], shape[3]},
                          {0.1f, -5});
}

int AppendClassifier(ModelBuilder& builder, int input, int32_t features,
                     Random& random) {
  const reference::WeightedLayer layer =
      Layer({kClasses, features}, -5, 10, random);
  schema::FullyConnectedT fully_connected;
  fully_connected.clamp = ToSchema(layer.output);
  fully_connected.requantization = ToSchema(layer.requantization);
  fully_connected.residual = std::make_unique<schema::ResidualAddT>();
  fully_connected.residual->multiplier = 9000;
  fully_connected.residual->fraction_bits = 6;
  const int prior =
      builder.Constant({1, kClasses}, {-9, 3, 70, -110, 0}, {0.02f, 4});
  const int logits = builder.Operator(
      std::move(fully_connected),
      {input, builder.Weights(layer.weights), builder.Bias(layer.bias), prior},
      {1, kClasses}, {0.05f, 10});
  schema::SoftmaxT softmax;
  for (int d = 0; d < 256; ++d) {
    softmax.table.push_back(
        static_cast<uint16_t>(std::lround(65535 * std::exp(-d * 0.05))));
  }
  return builder.Operator(std::move(softmax), {logits}, {1, kClasses},
                          {1.0f / 256, -128});
}

// A detection in one cell, of the output's five values.
std::unique_ptr<schema::HeadT> MakeHead(int32_t picture_size) {
  auto head = std::make_unique<schema::HeadT>();
  head->axis = 1;
  head->names = {"ant"};
  head->boxes = std::make_unique<schema::BoxesT>();
  schema::BoxesT& boxes = *head->boxes;
  boxes.axis = 1;
  boxes.coding = schema::BoxCoding::ANCHORS;
  boxes.first_class = 4;
  boxes.num_classes = 1;
  boxes.objectness = 0;
  boxes.grids.push_back(std::make_unique<schema::BoxGridT>());
  boxes.grids[0]->stride = picture_size;
  boxes.grids[0]->sizes = {4, 5};
  return head;
}

void FillMetadata(schema::ModelT& model, int32_t picture_size) {
  auto preprocessing = std::make_unique<schema::PreprocessingT>();
  preprocessing->height = preprocessing->width = picture_size;
  preprocessing->resize = schema::PictureResize::SHORTER;
  preprocessing->resize_shorter = picture_size + 2;
  preprocessing->mean = {120, 121, 122};
  preprocessing->std = {60};
  model.preprocessing.push_back(std::move(preprocessing));
  model.labels = {"ant", "bee", "cow", "dog", "eel"};
  model.heads.push_back(MakeHead(picture_size));
  model.provenance = std::make_unique<schema::ProvenanceT>();
  model.provenance->converter_version = "0.0.0";
  model.provenance->converter_options = {"method=minmax"};
  model.provenance->source_file = "small.onnx";
  model.provenance->source_sha256 = "00ff";
  model.provenance->calibration_method = "minmax";
  model.provenance->calibration_samples = 7;
  model.provenance->calibration_order_sha256 = "aa11";
}

}  // namespace

ModelBuilder SmallNetwork(int32_t channels, int32_t picture_size) {
  Random random(3);
  ModelBuilder builder;
  const Shape full = {1, picture_size, picture_size, channels};
  const Shape half = {1, picture_size / 2, picture_size / 2, channels};
  const int picture =
      builder.Input({1, picture_size, picture_size, 3}, kPicture);
  const int conv = AppendConv(builder, {channels, 3, 3, 3}, 1, picture,
                              kPicture.zero_point, full, random);
  const int depthwise = AppendConv(builder, {channels, 3, 3, 1}, channels, conv,
                                   kFeatures.zero_point, full, random);
  const int sum = AppendResidual(builder, conv, depthwise, full);
  const int pooled = AppendMaxPool(builder, sum, half);
  const int mapped = AppendLookup(builder, pooled, half);
  const int padded = AppendSliceAndPad(builder, pooled, half);
  Shape joined = half;
  joined[3] = 2 * channels;
  schema::ConcatT concat;
  concat.axis = 3;
  const int both =
      builder.Operator(std::move(concat), {mapped, padded}, joined, kFeatures);
  const int average = AppendAverage(builder, both, joined);
  builder.Output(AppendClassifier(builder, average, 2 * channels, random));
  FillMetadata(builder.model(), picture_size);
  return builder;
}

}  // namespace octet
