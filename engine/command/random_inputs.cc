#include "engine/command/random_inputs.h"

#include <random>
#include <vector>

namespace octet::command {

namespace {

Status SetFloats(int index, std::mt19937& random, Session& session) {
  std::vector<float> values(
      session.inputs()[static_cast<size_t>(index)].NumElements());
  for (float& value : values) {
    value = static_cast<float>(static_cast<int8_t>(random())) / 64.0f;
  }
  return session.SetInput(index, values.data(), values.size());
}

// Bytes of the tensor's type, the lowest of each value random.
Status SetIntegers(int index, std::mt19937& random, Session& session) {
  const TensorInfo info = session.inputs()[static_cast<size_t>(index)];
  std::vector<uint8_t> bytes(info.NumBytes());
  const uint32_t mask = info.type == DataType::kInt8   ? 0xff
                        : info.type == DataType::kBool ? 1
                                                       : 0x7f;
  for (size_t i = 0; i < bytes.size(); i += ElementSize(info.type)) {
    bytes[i] = static_cast<uint8_t>(random() & mask);
  }
  return session.SetInputBytes(index, bytes.data(), bytes.size());
}

}  // namespace

Status SetRandomInputs(uint32_t seed, Session& session) {
  // The standard defines its numbers, unlike those of distributions.
  std::mt19937 random(seed);
  for (size_t i = 0; i < session.model().inputs().size(); ++i) {
    const bool is_float =
        session.model().inputs()[i].type == DataType::kFloat32;
    const int index = static_cast<int>(i);
    OCTET_RETURN_IF_ERROR(is_float ? SetFloats(index, random, session)
                                   : SetIntegers(index, random, session));
  }
  return OkStatus();
}

}  // namespace octet::command
