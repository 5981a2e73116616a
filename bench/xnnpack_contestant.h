// Debian's XNNPACK: the whole network in FP32, and its layers alone.
//
// "Layers alone" are the convolutions and fully connected layers with their
// clamps: no pooling, no residual addition, no concatenation, no input or
// output conversion. They read and write the same two buffers in turn, so that
// activations stay in the caches. That is less work than the network, and
// bounds from below what an engine built on this library takes.

#ifndef OCTET_BENCH_XNNPACK_CONTESTANT_H_
#define OCTET_BENCH_XNNPACK_CONTESTANT_H_

#include <memory>
#include <vector>

#include "bench/contestant.h"
#include "converter/ir/graph.h"
#include "octet/status.h"

namespace octet::bench {

// The converter's executor. It keeps every activation, where an engine would
// use its memory again.
Result<std::unique_ptr<Contestant>> MakeXnnpackNetwork(
    const converter::Graph& graph, int threads,
    const std::vector<float>& input);

// Layers alone, in FP32.
Result<std::unique_ptr<Contestant>> MakeXnnpackFloatLayers(
    const converter::Graph& graph, int threads);

// Layers alone, in int8 with a weight scale a channel ("qc8"). This version has
// no such fully connected operator: they are 1x1 convolutions of one pixel.
Result<std::unique_ptr<Contestant>> MakeXnnpackInt8Layers(
    const converter::Graph& graph, int threads);

}  // namespace octet::bench

#endif  // OCTET_BENCH_XNNPACK_CONTESTANT_H_
