#include "converter/samples/open_samples.h"

#include <algorithm>
#include <utility>

#include "converter/samples/folder.h"
#include "converter/samples/idx.h"
#include "converter/samples/labels.h"
#include "converter/samples/sources.h"
#include "engine/image/file.h"
#include "engine/image/preprocess.h"

namespace octet::converter {
namespace {

using SourceResult = Result<std::unique_ptr<SampleSource>>;

// The paths of the folder that `wanted` is true for, or the file itself.
Result<std::vector<std::string>> ListPaths(const std::string& path,
                                           bool (*wanted)(const std::string&),
                                           const char* what) {
  if (!IsFolder(path)) return std::vector<std::string>{path};
  OCTET_ASSIGN_OR_RETURN(std::vector<std::string> paths, ListFolder(path));
  std::erase_if(paths, [&](const std::string& file) { return !wanted(file); });
  if (paths.empty()) return NotFound(path + ": the folder has no " + what);
  return paths;
}

Result<SampleFormat> DetectInFolder(const std::string& path) {
  OCTET_ASSIGN_OR_RETURN(const std::vector<std::string> paths,
                         ListFolder(path));
  const bool pictures = std::any_of(paths.begin(), paths.end(), HasPictureName);
  const bool arrays = std::any_of(paths.begin(), paths.end(), HasArrayName);
  if (pictures && arrays) {
    return InvalidArgument(path +
                           ": has both pictures and arrays; name the format");
  }
  if (pictures) return SampleFormat::kPictures;
  if (arrays) return SampleFormat::kArrays;
  return NotFound(path +
                  ": the folder has no pictures (.jpg .jpeg .png .webp "
                  ".bmp) and no arrays (.npy .npz)");
}

Result<SampleFormat> DetectFormat(const std::string& path,
                                  const std::vector<InputSpec>& inputs) {
  if (IsFolder(path)) return DetectInFolder(path);
  if (HasPictureName(path)) return SampleFormat::kPictures;
  if (HasArrayName(path)) return SampleFormat::kArrays;
  OCTET_ASSIGN_OR_RETURN(const InputFile file, InputFile::Open(path));
  if (path.ends_with(".bin") && inputs.size() == 1 &&
      inputs[0].shape == Shape{1, 32, 32, 3} &&
      file.size() % Cifar10Layout().num_bytes() == 0) {
    return SampleFormat::kCifar10;
  }
  if (IsIdx(file)) return SampleFormat::kIdx;
  return InvalidArgument(path +
                         ": cannot tell what kind of samples these are; name "
                         "the format");
}

// The network's input, where the format has data for only one.
Result<InputSpec> OnlyInput(const SampleOptions& options,
                            const std::vector<InputSpec>& inputs) {
  if (inputs.size() == 1) return inputs[0];
  return InvalidArgument(options.path + ": the network has " +
                         std::to_string(inputs.size()) +
                         " inputs; give an .npz with an array for each");
}

SourceResult OpenPictures(const SampleOptions& options,
                          const InputSpec& input) {
  Result<PreprocessingInfo> preprocessing =
      CompletePreprocessing(options.preprocessing, input);
  if (!preprocessing.ok()) {
    return preprocessing.status().WithContext(options.path);
  }
  OCTET_ASSIGN_OR_RETURN(std::vector<std::string> paths,
                         ListPaths(options.path, HasPictureName, "pictures"));
  if (options.labels_path.empty()) {
    return MakePictureSource(std::move(paths), *preprocessing, nullptr);
  }
  OCTET_ASSIGN_OR_RETURN(const LabelMap labels,
                         ReadLabelsCsv(options.labels_path));
  return MakePictureSource(std::move(paths), *preprocessing, &labels);
}

SourceResult OpenArrays(const SampleOptions& options,
                        const std::vector<InputSpec>& inputs) {
  if (!IsFolder(options.path)) {
    return MakeArraySource(options.path, inputs, options.layout);
  }
  OCTET_ASSIGN_OR_RETURN(std::vector<std::string> paths,
                         ListPaths(options.path, HasArrayName, "arrays"));
  return MakeArrayFolderSource(std::move(paths), inputs, options.layout);
}

// IDX images {n, height, width} or {n, height, width, channels} are records
// behind a header.
SourceResult OpenIdx(const SampleOptions& options, const InputSpec& input) {
  OCTET_ASSIGN_OR_RETURN(const InputFile file, InputFile::Open(options.path));
  OCTET_ASSIGN_OR_RETURN(const IdxHeader header, ReadIdxHeader(file));
  const size_t rank = header.shape.size();
  if (rank != 3 && rank != 4) {
    return InvalidArgument(options.path +
                           ": IDX images have 3 or 4 dimensions"
                           ", not " +
                           std::to_string(rank));
  }
  RecordLayout layout;
  layout.height = int(header.shape[1]);
  layout.width = int(header.shape[2]);
  layout.channels = rank == 4 ? int(header.shape[3]) : 1;
  return MakeRecordSource(options.path, header.data_begin, layout,
                          options.preprocessing, input);
}

constexpr size_t kSyntheticSamples = 64;

SourceResult OpenFormat(const SampleOptions& options, SampleFormat format,
                        const std::vector<InputSpec>& inputs) {
  if (format == SampleFormat::kArrays) return OpenArrays(options, inputs);
  OCTET_ASSIGN_OR_RETURN(const InputSpec input, OnlyInput(options, inputs));
  switch (format) {
    case SampleFormat::kPictures:
      return OpenPictures(options, input);
    case SampleFormat::kCifar10:
      return MakeRecordSource(options.path, 0, Cifar10Layout(),
                              options.preprocessing, input);
    case SampleFormat::kIdx:
      return OpenIdx(options, input);
    case SampleFormat::kRecords:
      return MakeRecordSource(options.path, 0, options.records,
                              options.preprocessing, input);
    case SampleFormat::kSynthetic:
      return MakeSyntheticSource(
          options.preprocessing, inputs,
          options.limit > 0 ? options.limit : kSyntheticSamples,
          // Signed records are features of a signal.
          !options.records.is_signed);
    case SampleFormat::kArrays:
    case SampleFormat::kAuto:
      break;
  }
  return InternalError(options.path + ": format of samples was not decided");
}

// Labels by index, for what carries none itself.
SourceResult AddLabelArray(const SampleOptions& options, SampleFormat format,
                           std::unique_ptr<SampleSource> source) {
  if (options.labels_path.empty() || format == SampleFormat::kPictures) {
    return source;
  }
  if (format == SampleFormat::kCifar10 ||
      (format == SampleFormat::kRecords && options.records.has_label)) {
    return InvalidArgument(options.labels_path + ": the records of " +
                           options.path + " have labels of their own");
  }
  OCTET_ASSIGN_OR_RETURN(std::vector<int> labels,
                         ReadLabelArray(options.labels_path));
  SourceResult labelled = AttachLabels(std::move(source), std::move(labels));
  if (!labelled.ok()) {
    return labelled.status().WithContext(options.labels_path);
  }
  return labelled;
}

// One value counts for all channels, none is the default.
void SpreadOverChannels(float default_value, size_t channels,
                        std::vector<float>& values) {
  if (values.empty()) values.push_back(default_value);
  if (values.size() == 1) values.resize(channels, values[0]);
}

}  // namespace

Result<PreprocessingInfo> CompletePreprocessing(PreprocessingInfo info,
                                                const InputSpec& input) {
  const Shape& shape = input.shape;
  if (shape.rank == 4) {
    if (info.height == 0) info.height = shape[1];
    if (info.width == 0) info.width = shape[2];
    if (info.resize == ResizeMode::kShorter && info.resize_shorter == 0) {
      info.resize_shorter = std::max(info.height, info.width);
    }
    if (shape[3] == 1 && info.color_order == ColorOrder::kRgb) {
      info.color_order = ColorOrder::kGray;
    }
  }
  OCTET_RETURN_IF_ERROR(CheckPreprocessing(info));
  const size_t channels = static_cast<size_t>(NumChannels(info.color_order));
  SpreadOverChannels(0.0f, channels, info.mean);
  SpreadOverChannels(1.0f, channels, info.std);
  const Shape picture{1, info.height, info.width,
                      NumChannels(info.color_order)};
  const bool fits = shape.rank == 4
                        ? shape == picture
                        : shape.NumElements() == picture.NumElements();
  if (fits) return info;
  return InvalidArgument("pictures of shape " + picture.ToString() +
                         " do not fit input '" + input.name + "' of shape " +
                         shape.ToString() + "; change size or colour order");
}

Result<std::unique_ptr<SampleSource>> OpenSamples(
    const SampleOptions& options, const std::vector<InputSpec>& inputs) {
  if (inputs.empty()) {
    return InvalidArgument(options.path + ": the network has no inputs");
  }
  SampleFormat format = options.format;
  if (format == SampleFormat::kAuto) {
    OCTET_ASSIGN_OR_RETURN(format, DetectFormat(options.path, inputs));
  }
  OCTET_ASSIGN_OR_RETURN(std::unique_ptr<SampleSource> source,
                         OpenFormat(options, format, inputs));
  if (source->size() == 0) {
    return InvalidArgument(options.path + ": holds no sample");
  }
  OCTET_ASSIGN_OR_RETURN(source,
                         AddLabelArray(options, format, std::move(source)));
  if (options.limit == 0 || options.limit >= source->size()) return source;
  std::vector<size_t> chosen =
      ChooseSamples(source->size(), options.limit, options.seed);
  return MakeSubset(std::move(source), std::move(chosen));
}

}  // namespace octet::converter
