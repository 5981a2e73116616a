// Octet on one instruction set.

#ifndef OCTET_BENCH_OCTET_CONTESTANT_H_
#define OCTET_BENCH_OCTET_CONTESTANT_H_

#include <memory>
#include <string>
#include <vector>

#include "bench/contestant.h"
#include "octet/model.h"
#include "octet/status.h"

namespace octet::bench {

// `input`: NHWC floats for the model's one input.
Result<std::unique_ptr<Contestant>> MakeOctetContestant(
    std::shared_ptr<const Model> model, const std::string& isa, int threads,
    const std::vector<float>& input);

}  // namespace octet::bench

#endif  // OCTET_BENCH_OCTET_CONTESTANT_H_
