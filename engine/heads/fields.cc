#include "engine/heads/fields.h"

#include <utility>

namespace octet {

Result<std::vector<OutputValues>> ReadOutputs(const Session& session) {
  std::vector<OutputValues> outputs;
  for (const TensorInfo& info : session.outputs()) {
    OutputValues output{info.shape, std::vector<float>(info.NumElements())};
    OCTET_RETURN_IF_ERROR(session.GetOutput(static_cast<int>(outputs.size()),
                                            output.values.data(),
                                            output.values.size()));
    outputs.push_back(std::move(output));
  }
  return outputs;
}

Fields::Fields(const OutputValues& output, int axis)
    : values_(output.values.data()) {
  for (int i = 0; i < output.shape.rank; ++i) {
    const size_t size = static_cast<size_t>(output.shape[i]);
    if (i == axis) {
      num_fields_ = size;
    } else {
      num_candidates_ *= size;
    }
    if (i > axis) inner_ *= size;
  }
}

}  // namespace octet
