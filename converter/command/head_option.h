// --head: what an application makes of the outputs, for the file's metadata.

#ifndef OCTET_CONVERTER_COMMAND_HEAD_OPTION_H_
#define OCTET_CONVERTER_COMMAND_HEAD_OPTION_H_

#include <string>
#include <vector>

#include "octet/shape.h"
#include "octet/status.h"
#include "schema/octet_generated.h"

namespace octet::converter {

struct OutputSpec {
  std::string name;
  Shape shape;
};

// The names of the heads that need no description.
std::string KnownHeads();

// `head` is a known head or the path of a JSON file, whose keys are those of
// the schema's tables Head and Boxes (docs/heads.md). `names`, of classes or
// symbols, may be empty. Dimensions that count fields are found by their size.
// Errors name the file, or what the head and the outputs disagree about.
Result<schema::HeadT> MakeHead(const std::string& head,
                               std::vector<std::string> names,
                               const std::vector<OutputSpec>& outputs);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_COMMAND_HEAD_OPTION_H_
