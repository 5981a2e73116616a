// The exporter: a quantized model becomes the bytes of an .octet file.

#ifndef OCTET_CONVERTER_EXPORT_EXPORT_MODEL_H_
#define OCTET_CONVERTER_EXPORT_EXPORT_MODEL_H_

#include <cstdint>
#include <string>
#include <vector>

#include "octet/status.h"
#include "schema/octet_generated.h"

namespace octet::converter {

// What a file carries beside the network; the fields are the schema's.
struct ModelMetadata {
  // As CompletePreprocessing (converter/samples) leaves it.
  std::vector<schema::PreprocessingT> preprocessing;
  std::vector<std::string> labels;
  std::vector<schema::HeadT> heads;
  // converter_version is filled in by ExportModel.
  schema::ProvenanceT provenance;
};

// The bytes of the file: its identifier, every buffer 64-byte aligned from the
// start. The same model and metadata give the same bytes.
// Errors: labels that do not fit output 0; a model beyond the format's 2 GiB.
Result<std::vector<uint8_t>> ExportModel(schema::ModelT model,
                                         const ModelMetadata& metadata);

// This converter's version, as it is written into every file.
const char* ConverterVersion();

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_EXPORT_EXPORT_MODEL_H_
