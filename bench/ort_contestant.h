// ONNX Runtime, in a node process of its own (ort_worker.js).

#ifndef OCTET_BENCH_ORT_CONTESTANT_H_
#define OCTET_BENCH_ORT_CONTESTANT_H_

#include <memory>
#include <string>
#include <vector>

#include "bench/contestant.h"
#include "octet/shape.h"
#include "octet/status.h"

namespace octet::bench {

struct OrtOptions {
  std::string modules;     // the node_modules folder
  std::string model_path;  // .onnx
  int threads = 1;
};

// `input`: NHWC floats of `shape`; the model gets them as NCHW. `version`
// (optional) receives that of the installed package.
Result<std::unique_ptr<Contestant>> MakeOrtContestant(
    const OrtOptions& options, const Shape& shape,
    const std::vector<float>& input, std::string* version);

}  // namespace octet::bench

#endif  // OCTET_BENCH_ORT_CONTESTANT_H_
