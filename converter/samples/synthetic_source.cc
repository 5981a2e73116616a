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
constexpr double kLeastRadius = 2.0;
constexpr double kLeavesPerPixel = 0.02;
constexpr double kMostFrequency = 1.5;  // radians a pixel
constexpr size_t kMostStrokes = 5;
// Half their thickness, of the picture's shorter side.
constexpr double kThinnestStroke = 0.02, kThickestStroke = 0.06;

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

// Red, green and blue of every pixel, not yet clamped to 0 ... 255.
using Planes = std::vector<double>;

double Between(double least, double most, Random& random) {
  return least + (most - least) * (random.Symmetric() + 1) / 2;
}

Planes SmoothPlanes(int height, int width, Random& random) {
  const auto gray = SmoothField(height, width, random);
  const double contrast = Between(kLeastContrast, kMostContrast, random);
  const double brightness = kMeanPixel + 50 * random.Symmetric();
  Planes planes(gray.size() * 3);
  for (size_t channel = 0; channel < 3; ++channel) {
    const auto color = SmoothField(height, width, random);
    const double tint = 20 * random.Symmetric();
    for (size_t i = 0; i < gray.size(); ++i) {
      planes[i * 3 + channel] =
          brightness + tint + contrast * (0.9 * gray[i] + 0.35 * color[i]);
    }
  }
  return planes;
}

// Discs that hide each other, of radii whose density falls with the third
// power, as the sizes of things in photographs do (Lee, Mumford, Huang, 2001);
// each has a colour and a grating of its own.
Planes DeadLeaves(int height, int width, Random& random) {
  Planes planes = SmoothPlanes(height, width, random);
  const double largest = 0.4 * std::max(height, width);
  const double contrast = Between(kMostContrast / 2, kMostContrast, random);
  const int count = int(kLeavesPerPixel * height * width) + 10;
  for (int leaf = 0; leaf < count; ++leaf) {
    // The inverse of the distribution of density r^-3 on [kLeastRadius, inf).
    const double u = std::max(1e-9, Between(0.0, 1.0, random));
    const double radius = std::min(largest, kLeastRadius / std::sqrt(u));
    const double y0 = Between(-radius, height + radius, random);
    const double x0 = Between(-radius, width + radius, random);
    double color[3];
    const double brightness = kMeanPixel + 1.7 * contrast * random.Symmetric();
    for (double& c : color) {
      c = brightness + 0.5 * contrast * random.Symmetric();
    }
    const double grating = 0.5 * contrast * Between(0.0, 1.0, random);
    const double fy = kMostFrequency * random.Symmetric();
    const double fx = kMostFrequency * random.Symmetric();
    const int y_end = std::min(height, int(std::ceil(y0 + radius)));
    const int x_end = std::min(width, int(std::ceil(x0 + radius)));
    for (int y = std::max(0, int(y0 - radius)); y < y_end; ++y) {
      for (int x = std::max(0, int(x0 - radius)); x < x_end; ++x) {
        const double dy = y - y0, dx = x - x0;
        if (dy * dy + dx * dx > radius * radius) continue;
        const double wave = grating * std::sin(fy * dy + fx * dx);
        double* pixel = &planes[(size_t(y) * size_t(width) + size_t(x)) * 3];
        for (int channel = 0; channel < 3; ++channel) {
          pixel[channel] = color[channel] + wave;
        }
      }
    }
  }
  return planes;
}

// The distance of (x, y) to the segment from (x0, y0) to (x1, y1).
double DistanceToSegment(double x, double y, double x0, double y0, double x1,
                         double y1) {
  const double dx = x1 - x0, dy = y1 - y0;
  const double length = std::max(1e-9, dx * dx + dy * dy);
  const double t =
      std::clamp(((x - x0) * dx + (y - y0) * dy) / length, 0.0, 1.0);
  return std::hypot(x - x0 - t * dx, y - y0 - t * dy);
}

// Thick strokes of full contrast on a plain ground, as in drawings and writing:
// black on white or white on black.
Planes Drawing(int height, int width, Random& random) {
  const bool is_dark = random.Below(2) == 0;
  std::vector<double> ink(size_t(height) * size_t(width), 0.0);
  const double size = std::min(height, width);
  const size_t strokes = 1 + random.Below(kMostStrokes);
  double x0 = Between(0.2, 0.8, random) * width;
  double y0 = Between(0.2, 0.8, random) * height;
  for (size_t stroke = 0; stroke < strokes; ++stroke) {
    const double x1 = Between(0.1, 0.9, random) * width;
    const double y1 = Between(0.1, 0.9, random) * height;
    const double radius =
        size * Between(kThinnestStroke, kThickestStroke, random);
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        const double outside = DistanceToSegment(x, y, x0, y0, x1, y1) - radius;
        double& value = ink[size_t(y) * size_t(width) + size_t(x)];
        value = std::max(value, std::clamp(0.5 - outside, 0.0, 1.0));
      }
    }
    x0 = x1;
    y0 = y1;
  }
  Planes planes;
  for (double value : ink) {
    planes.insert(planes.end(), 3, 255.0 * (is_dark ? value : 1.0 - value));
  }
  return planes;
}

class SyntheticSource : public SampleSource {
 public:
  SyntheticSource(const PreprocessingInfo& preprocessing, size_t size,
                  bool has_drawings)
      : preprocessing_(preprocessing),
        size_(size),
        kinds_(has_drawings ? 3 : 2) {}

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
  // Smooth pictures, pictures with edges and drawings take turns.
  Picture MakePicture(size_t index) const {
    const int height = preprocessing_.height, width = preprocessing_.width;
    Random random(index);
    Picture picture{height, width, 3, {}};
    Planes planes = index % kinds_ == 0   ? SmoothPlanes(height, width, random)
                    : index % kinds_ == 1 ? DeadLeaves(height, width, random)
                                          : Drawing(height, width, random);
    picture.pixels.resize(planes.size());
    for (size_t i = 0; i < planes.size(); ++i) {
      picture.pixels[i] =
          static_cast<uint8_t>(std::clamp(planes[i], 0.0, 255.0));
    }
    return picture;
  }

  PreprocessingInfo preprocessing_;
  size_t size_;
  size_t kinds_;
};

}  // namespace

Result<std::unique_ptr<SampleSource>> MakeSyntheticSource(
    const PreprocessingInfo& preprocessing,
    const std::vector<InputSpec>& inputs, size_t size, bool has_drawings) {
  if (inputs.size() != 1) {
    return Unsupported("pictures can be made up for a network with one input");
  }
  OCTET_ASSIGN_OR_RETURN(PreprocessingInfo info,
                         CompletePreprocessing(preprocessing, inputs[0]));
  return std::unique_ptr<SampleSource>(
      std::make_unique<SyntheticSource>(info, size, has_drawings));
}

}  // namespace octet::converter
