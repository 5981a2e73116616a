// The option --shape NAME=1,320,320,3 of commands that run a model.

#ifndef OCTET_ENGINE_COMMAND_INPUT_SHAPES_H_
#define OCTET_ENGINE_COMMAND_INPUT_SHAPES_H_

#include <string>
#include <vector>

#include "octet/model.h"
#include "octet/session.h"
#include "octet/status.h"

namespace octet::command {

// Resizes the inputs that `texts` name, all at once; the order of dimensions is
// the file's.
Status ResizeInputs(const std::vector<std::string>& texts, Session& session);

// How to feed a picture, for its input's size in this session; what the shorter
// side is resized to grows with it.
PreprocessingInfo PreprocessingAtSize(const PreprocessingInfo& info,
                                      const Session& session);

}  // namespace octet::command

#endif  // OCTET_ENGINE_COMMAND_INPUT_SHAPES_H_
