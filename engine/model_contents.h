// What a Model holds.

#ifndef OCTET_ENGINE_MODEL_CONTENTS_H_
#define OCTET_ENGINE_MODEL_CONTENTS_H_

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

#include "engine/mapped_file.h"
#include "engine/network.h"
#include "engine/verify.h"
#include "octet/model.h"

namespace octet {

struct Model::Contents {
  struct FreeMemory {
    void operator()(uint8_t* memory) const { std::free(memory); }
  };

  // One of them holds the bytes, unless they are the application's.
  MappedFile file;
  std::unique_ptr<uint8_t[], FreeMemory> copy;

  Network network;
  Metadata metadata;
  std::vector<TensorInfo> inputs;
  std::vector<TensorInfo> outputs;
};

// REQUIRES: an activation of `network`.
inline TensorInfo InfoOf(const Network& network, int index) {
  const Tensor& tensor = network.tensor(index);
  return {tensor.name, tensor.shape, tensor.scale, tensor.zero_point,
          tensor.data_type()};
}

inline std::vector<TensorInfo> InfosOf(const Network& network,
                                       const std::vector<int>& indices) {
  std::vector<TensorInfo> infos;
  for (const int index : indices) infos.push_back(InfoOf(network, index));
  return infos;
}

}  // namespace octet

#endif  // OCTET_ENGINE_MODEL_CONTENTS_H_
