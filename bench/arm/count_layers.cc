// Runs every layer of the shape files once in each of this CPU's tables and in
// XNNPACK, between calls that count_insns.c counts. One line a run, in the
// order of its numbers:
//
//   network layer kind isa kernel macs       isa: a table's name or "xnnpack"
//
//   octet_count_layers SHAPES_FILE...

#include <cstdio>
#include <string>
#include <vector>

#include "bench/arm/xnnpack_layer.h"
#include "bench/layer_runner.h"
#include "bench/layer_shape.h"
#include "kernels/dispatch.h"

extern "C" {
[[gnu::noinline]] void count_begin() { asm volatile(""); }
[[gnu::noinline]] void count_end() { asm volatile(""); }
}

namespace octet::bench {
namespace {

const char* KindName(const LayerShape& shape) {
  switch (shape.kind) {
    case LayerKind::kConv:
      return shape.kernel == 1 ? "conv1x1" : "conv";
    case LayerKind::kDepthwise:
      return "depthwise";
    case LayerKind::kFullyConnected:
      return "fc";
  }
  return "";
}

void Count(const LayerShape& shape, const char* isa, std::string kernel,
           auto& layer) {
  count_begin();
  layer.Run();
  count_end();
  for (char& letter : kernel) {
    if (letter == ' ') letter = '_';
  }
  std::printf("%s %s %s %s %s %.0f\n", shape.network.c_str(),
              shape.name.c_str(), KindName(shape), isa, kernel.c_str(),
              shape.macs());
}

bool CountLayer(const LayerShape& shape) {
  size_t count = 0;
  const IsaEntry* isas = IsaList(&count);
  for (size_t i = 0; i + 1 < count; ++i) {  // the last is scalar
    if (!isas[i].cpu_supports()) continue;
    const auto layer =
        LayerRunner::Create(shape, isas[i].table, WeightValues::kNormal);
    Count(shape, isas[i].table->isa, layer->kernel_name(), *layer);
  }
  const auto peer = XnnpackLayer::Create(shape);
  if (peer == nullptr) {
    std::fprintf(stderr, "octet_count_layers: XNNPACK refuses %s\n",
                 shape.name.c_str());
    return false;
  }
  Count(shape, "xnnpack", "-", *peer);
  return true;
}

int Main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: octet_count_layers SHAPES_FILE...\n");
    return 2;
  }
  std::vector<LayerShape> layers;
  for (int i = 1; i < argc; ++i) {
    std::string error;
    if (!ReadLayerShapes(argv[i], &layers, &error)) {
      std::fprintf(stderr, "octet_count_layers: %s\n", error.c_str());
      return 1;
    }
  }
  for (const LayerShape& layer : layers) {
    if (!CountLayer(layer)) return 1;
  }
  return 0;
}

}  // namespace
}  // namespace octet::bench

int main(int argc, char** argv) { return octet::bench::Main(argc, argv); }
