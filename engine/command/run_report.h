// What a run found: for a person, as JSON, drawn.

#ifndef OCTET_ENGINE_COMMAND_RUN_REPORT_H_
#define OCTET_ENGINE_COMMAND_RUN_REPORT_H_

#include <optional>
#include <string>

#include "engine/image/picture.h"
#include "octet/session.h"
#include "octet/status.h"

namespace octet::command {

struct RunReport {
  std::string text;  // lines
  std::string json;  // a list of objects, one a head
  Picture drawing;   // by heads, where a picture was fed
};

// The `top` largest values of output 0, with their labels.
Result<RunReport> ReportTop(const Session& session, int top);

// Of all heads, after a run. With `picture`, which was fed, boxes count its
// pixels; otherwise the input's. REQUIRES: the model has a head.
Result<RunReport> ReportHeads(const Session& session,
                              const std::optional<Picture>& picture);

}  // namespace octet::command

#endif  // OCTET_ENGINE_COMMAND_RUN_REPORT_H_
