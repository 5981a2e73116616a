// Outputs as heads see them: candidates, each with a value for every field.

#ifndef OCTET_ENGINE_HEADS_FIELDS_H_
#define OCTET_ENGINE_HEADS_FIELDS_H_

#include <cstddef>
#include <vector>

#include "octet/session.h"
#include "octet/shape.h"
#include "octet/status.h"

namespace octet {

struct OutputValues {
  Shape shape;
  std::vector<float> values;  // row-major, shape.NumElements()
};

// All outputs of the last run, dequantized.
Result<std::vector<OutputValues>> ReadOutputs(const Session& session);

// An output whose dimension `axis` counts fields; all others count candidates,
// row-major. The output must outlive it. REQUIRES: axis < output.shape.rank.
class Fields {
 public:
  Fields(const OutputValues& output, int axis);

  size_t num_candidates() const { return num_candidates_; }
  size_t num_fields() const { return num_fields_; }
  float At(size_t candidate, size_t field) const {
    const size_t outer = candidate / inner_;
    return values_[(outer * num_fields_ + field) * inner_ + candidate % inner_];
  }

 private:
  const float* values_;
  size_t num_fields_ = 1;
  size_t num_candidates_ = 1;
  size_t inner_ = 1;  // values between two fields of a candidate
};

}  // namespace octet

#endif  // OCTET_ENGINE_HEADS_FIELDS_H_
