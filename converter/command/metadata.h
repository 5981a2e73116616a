// What a file carries beside the network, from the command line's options.

#ifndef OCTET_CONVERTER_COMMAND_METADATA_H_
#define OCTET_CONVERTER_COMMAND_METADATA_H_

#include <vector>

#include "converter/command/head_option.h"
#include "converter/command/options.h"
#include "converter/export/export_model.h"
#include "converter/ir/graph.h"
#include "converter/samples/sample_source.h"
#include "octet/status.h"

namespace octet::converter {

// What samples are to be like.
std::vector<InputSpec> InputSpecs(const Graph& graph);

// Preprocessing (where the network has one input, a picture, and the samples
// are pictures), class names or a head, and provenance. Reads the source file
// for its hash.
Result<ModelMetadata> MakeMetadata(const ConvertOptions& options,
                                   const Graph& graph,
                                   const SampleSource* calibration);

// The same for a network that was quantized before. Without --mean and --std a
// picture's bytes are the input's own: pixel p is stored as q = p - 128. The
// preprocessing is left out where the first input is no picture of three
// channels and no option describes one.
Result<ModelMetadata> MakeQuantizedMetadata(const ConvertOptions& options,
                                            const schema::ModelT& model);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_COMMAND_METADATA_H_
