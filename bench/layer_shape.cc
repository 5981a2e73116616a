#include "bench/layer_shape.h"

#include <filesystem>
#include <fstream>
#include <sstream>

namespace octet::bench {
namespace {

bool ParseKind(const std::string& word, LayerKind* kind) {
  if (word == "conv") *kind = LayerKind::kConv;
  if (word == "depthwise") *kind = LayerKind::kDepthwise;
  if (word == "fc") *kind = LayerKind::kFullyConnected;
  return word == "conv" || word == "depthwise" || word == "fc";
}

bool ParseLine(const std::string& line, LayerShape* layer) {
  std::istringstream fields(line);
  std::string kind;
  size_t groups = 0;
  fields >> layer->name >> kind >> layer->h >> layer->w >> layer->c >>
      layer->out_c >> layer->kernel >> layer->stride >> groups >> layer->count;
  if (!fields || !ParseKind(kind, &layer->kind)) return false;
  if (layer->h == 0 || layer->w == 0 || layer->c == 0 || layer->out_c == 0 ||
      layer->kernel == 0 || layer->stride == 0 || layer->count == 0) {
    return false;
  }
  if (layer->kind != LayerKind::kDepthwise) return groups == 1;
  return groups == layer->c && layer->out_c == layer->c;
}

}  // namespace

bool ReadLayerShapes(const std::string& path, std::vector<LayerShape>* layers,
                     std::string* error) {
  std::ifstream file(path);
  if (!file) {
    *error = path + ": cannot be opened";
    return false;
  }
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    if (line.empty() || line[0] == '#') continue;
    LayerShape layer;
    layer.network = std::filesystem::path(path).stem().string();
    if (!ParseLine(line, &layer)) {
      *error = path + ":" + std::to_string(number) +
               ": expected: name conv|depthwise|fc h w c out_c kernel stride "
               "groups count; groups is c for depthwise, otherwise 1";
      return false;
    }
    layers->push_back(layer);
  }
  return true;
}

}  // namespace octet::bench
