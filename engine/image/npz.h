// The arrays of an .npz: a zip archive of .npy files, as numpy.savez and
// savez_compressed write.

#ifndef OCTET_ENGINE_IMAGE_NPZ_H_
#define OCTET_ENGINE_IMAGE_NPZ_H_

#include <string>
#include <vector>

#include "engine/image/npy.h"
#include "octet/status.h"

namespace octet {

struct NpzArray {
  // Without ".npy".
  std::string name;
  NpyFile array;
};

// Opens every array and checks its CRC, in constant memory. Elements that are
// stored plainly are later read from the .npz itself; compressed ones are
// unpacked once, here, into a file without a name in TMPDIR (or /tmp), which
// takes disk until the last copy of its NpyFile is gone. Errors name the .npz
// and the array.
Result<std::vector<NpzArray>> OpenNpz(const std::string& path);

}  // namespace octet

#endif  // OCTET_ENGINE_IMAGE_NPZ_H_
