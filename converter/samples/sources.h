// The kinds of SampleSource, one function each; OpenSamples chooses among them.

#ifndef OCTET_CONVERTER_SAMPLES_SOURCES_H_
#define OCTET_CONVERTER_SAMPLES_SOURCES_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "converter/samples/labels.h"
#include "converter/samples/open_samples.h"
#include "converter/samples/record_layout.h"
#include "converter/samples/sample_source.h"
#include "octet/model.h"
#include "octet/status.h"

namespace octet::converter {

// Pictures, one a path. `preprocessing` is complete. `labels` may be null;
// otherwise every path's file name must be in it.
Result<std::unique_ptr<SampleSource>> MakePictureSource(
    std::vector<std::string> paths, const PreprocessingInfo& preprocessing,
    const LabelMap* labels);

// Records from position `begin` of a file to its end. Records that are pictures
// go through `preprocessing` (not yet complete); for others it must ask for
// nothing, and they must have as many values as the input.
Result<std::unique_ptr<SampleSource>> MakeRecordSource(
    const std::string& path, int64_t begin, const RecordLayout& layout,
    const PreprocessingInfo& preprocessing, const InputSpec& input);

// The samples of one .npy or .npz.
Result<std::unique_ptr<SampleSource>> MakeArraySource(
    const std::string& path, const std::vector<InputSpec>& inputs,
    DataLayout layout);

// Those of several, one file after the other. Files are opened when they are
// needed, so that their number is not limited.
Result<std::unique_ptr<SampleSource>> MakeArrayFolderSource(
    std::vector<std::string> paths, const std::vector<InputSpec>& inputs,
    DataLayout layout);

// Made-up pictures, the same on every machine: smooth random fields with the
// spectrum, contrast and correlation of colours of photographs, things that
// hide each other and, if `has_drawings`, strokes on a plain ground. Calibrates
// a network of which no sample is at hand. Error: the network takes no picture.
Result<std::unique_ptr<SampleSource>> MakeSyntheticSource(
    const PreprocessingInfo& preprocessing,
    const std::vector<InputSpec>& inputs, size_t size, bool has_drawings);

// The same samples with these labels. Error: not one a sample.
Result<std::unique_ptr<SampleSource>> AttachLabels(
    std::unique_ptr<SampleSource> source, std::vector<int> labels);

// The samples indices[0], indices[1], ... REQUIRES: all below source->size().
std::unique_ptr<SampleSource> MakeSubset(std::unique_ptr<SampleSource> source,
                                         std::vector<size_t> indices);

// Which `limit` of `size` samples to take, ascending; see SampleOptions.
std::vector<size_t> ChooseSamples(size_t size, size_t limit,
                                  std::optional<uint64_t> seed);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_SAMPLES_SOURCES_H_
