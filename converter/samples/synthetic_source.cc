#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "converter/ir/split_mix.h"
#include "converter/samples/sources.h"
#include "engine/image/picture.h"
#include "engine/image/preprocess.h"

namespace octet::converter {
namespace {

// Near the statistics of photographs by which networks normalize.
constexpr double kMeanPixel = 118.0;
constexpr double kLeastContrast = 25.0;
constexpr double kMostContrast = 85.0;
constexpr int kFinestCell = 2;  // pixels

// A field of random numbers at cells of `cell` pixels, interpolated.
class Octave {
 public:
  Octave(int height, int width, int cell, Random& random)
      : cell_(cell), columns_(size_t(width / cell) + 2) {
    values_.resize((size_t(height / cell) + 2) * columns_);
    for (double& value : values_) value = random.Symmetric();
  }

  double At(int y, int x) const {
    const double fy = double(y % cell_) / cell_;
    const double fx = double(x % cell_) / cell_;
    const double* top =
        &values_[size_t(y / cell_) * columns_ + size_t(x / cell_)];
    const double* bottom = top + columns_;
    return (1 - fy) * ((1 - fx) * top[0] + fx * top[1]) +
           fy * ((1 - fx) * bottom[0] + fx * bottom[1]);
  }

 private:
  int cell_;
  size_t columns_;
  std::vector<double> values_;
};

// Sums octaves whose amplitude is proportional to their cells' size, as in
// photographs; deviation 1.
std::vector<double> SmoothField(int height, int width, Random& random) {
  std::vector<double> field(size_t(height) * size_t(width));
  for (int cell = std::max({height, width, kFinestCell}); cell >= kFinestCell;
       cell /= 2) {
    const Octave octave(height, width, cell, random);
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        field[size_t(y) * size_t(width) + size_t(x)] += cell * octave.At(y, x);
      }
    }
  }
  double mean = 0.0, square = 0.0;
  for (double value : field) mean += value / double(field.size());
  for (double& value : field) {
    value -= mean;
    square += value * value / double(field.size());
  }
  for (double& value : field) value /= std::sqrt(std::max(square, 1e-12));
  return field;
}

class SyntheticSource : public SampleSource {
 public:
  SyntheticSource(const PreprocessingInfo& preprocessing, size_t size)
      : preprocessing_(preprocessing), size_(size) {}

  size_t size() const override { return size_; }
  std::string Name(size_t index) const override {
    return "synthetic " + std::to_string(index);
  }
  Result<Sample> Read(size_t index) const override {
    OCTET_ASSIGN_OR_RETURN(std::vector<float> values,
                           Preprocess(MakePicture(index), preprocessing_));
    return Sample{{std::move(values)}, kNoLabel};
  }

 private:
  Picture MakePicture(size_t index) const {
    Picture picture{preprocessing_.height, preprocessing_.width, 3, {}};
    Random random(index);
    const auto gray = SmoothField(picture.height, picture.width, random);
    picture.pixels.resize(gray.size() * 3);
    const double contrast = kLeastContrast + (kMostContrast - kLeastContrast) *
                                                 (random.Symmetric() + 1) / 2;
    const double brightness = kMeanPixel + 50 * random.Symmetric();
    for (size_t channel = 0; channel < 3; ++channel) {
      const auto color = SmoothField(picture.height, picture.width, random);
      const double tint = 20 * random.Symmetric();
      for (size_t i = 0; i < gray.size(); ++i) {
        const double pixel =
            brightness + tint + contrast * (0.9 * gray[i] + 0.35 * color[i]);
        picture.pixels[i * 3 + channel] =
            static_cast<uint8_t>(std::clamp(pixel, 0.0, 255.0));
      }
    }
    return picture;
  }

  PreprocessingInfo preprocessing_;
  size_t size_;
};

}  // namespace

Result<std::unique_ptr<SampleSource>> MakeSyntheticSource(
    const PreprocessingInfo& preprocessing,
    const std::vector<InputSpec>& inputs, size_t size) {
  if (inputs.size() != 1) {
    return Unsupported("pictures can be made up for a network with one input");
  }
  OCTET_ASSIGN_OR_RETURN(PreprocessingInfo info,
                         CompletePreprocessing(preprocessing, inputs[0]));
  return std::unique_ptr<SampleSource>(
      std::make_unique<SyntheticSource>(info, size));
}

}  // namespace octet::converter
