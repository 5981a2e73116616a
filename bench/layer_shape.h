// Layers to benchmark, as listed in bench/shapes/*.txt.

#ifndef OCTET_BENCH_LAYER_SHAPE_H_
#define OCTET_BENCH_LAYER_SHAPE_H_

#include <cstddef>
#include <string>
#include <vector>

namespace octet::bench {

enum class LayerKind { kConv, kDepthwise, kFullyConnected };

struct LayerShape {
  std::string network;  // the file's name without folder and ending
  std::string name;
  LayerKind kind;
  size_t h, w, c;  // of the input
  size_t out_c;
  size_t kernel;  // kernel x kernel, padded by kernel / 2
  size_t stride;
  size_t count;  // in the network

  size_t out_h() const { return (h + 2 * (kernel / 2) - kernel) / stride + 1; }
  size_t out_w() const { return (w + 2 * (kernel / 2) - kernel) / stride + 1; }
  // Of one output channel and pixel.
  size_t k() const {
    return kernel * kernel * (kind == LayerKind::kDepthwise ? 1 : c);
  }
  double macs() const {
    return static_cast<double>(out_h() * out_w()) *
           static_cast<double>(out_c * k());
  }
};

// Appends the layers of a file. False, with a sentence in *error, if it cannot
// be read or a line is wrong.
bool ReadLayerShapes(const std::string& path, std::vector<LayerShape>* layers,
                     std::string* error);

}  // namespace octet::bench

#endif  // OCTET_BENCH_LAYER_SHAPE_H_
