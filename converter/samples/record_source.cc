#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "converter/samples/folder.h"
#include "converter/samples/sources.h"
#include "engine/image/file.h"
#include "engine/image/picture.h"
#include "engine/image/preprocess.h"

namespace octet::converter {
namespace {

// Channel after channel becomes channels side by side.
std::vector<uint8_t> Interleave(std::span<const uint8_t> planar,
                                size_t channels) {
  const size_t num_pixels = planar.size() / channels;
  std::vector<uint8_t> out(planar.size());
  for (size_t c = 0; c < channels; ++c) {
    for (size_t i = 0; i < num_pixels; ++i) {
      out[i * channels + c] = planar[c * num_pixels + i];
    }
  }
  return out;
}

// Whether Preprocess would leave the pixels of a picture as they are.
bool AsksForNothing(const PreprocessingInfo& info) {
  const auto all_are = [](const std::vector<float>& values, float value) {
    return std::all_of(values.begin(), values.end(),
                       [&](float v) { return v == value; });
  };
  return info.resize == ResizeMode::kNone &&
         info.color_order != ColorOrder::kBgr && all_are(info.mean, 0.0f) &&
         all_are(info.std, 1.0f);
}

class RecordSource : public SampleSource {
 public:
  // `preprocessing` is empty for records that are no pictures.
  RecordSource(InputFile file, int64_t begin, const RecordLayout& layout,
               std::optional<PreprocessingInfo> preprocessing)
      : file_(std::move(file)),
        begin_(begin),
        layout_(layout),
        preprocessing_(std::move(preprocessing)) {}

  size_t size() const override {
    return size_t((file_.size() - begin_) / layout_.num_bytes());
  }

  std::string Name(size_t index) const override {
    return FileName(file_.path()) + "[" + std::to_string(index) + "]";
  }

  Result<Sample> Read(size_t index) const override {
    std::vector<uint8_t> record(size_t(layout_.num_bytes()));
    OCTET_RETURN_IF_ERROR(
        file_.ReadAt(begin_ + int64_t(index) * layout_.num_bytes(), record));
    Sample sample;
    std::span<const uint8_t> bytes = record;
    if (layout_.has_label) {
      sample.label = bytes[0];
      bytes = bytes.subspan(1);
    }
    std::vector<uint8_t> pixels =
        layout_.is_planar ? Interleave(bytes, size_t(layout_.channels))
                          : std::vector<uint8_t>(bytes.begin(), bytes.end());
    if (!preprocessing_) {
      sample.inputs.push_back(Dequantize(pixels));
      return sample;
    }
    Result<std::vector<float>> values =
        Preprocess(Picture{layout_.height, layout_.width, layout_.channels,
                           std::move(pixels)},
                   *preprocessing_);
    if (!values.ok()) return values.status().WithContext(file_.path());
    sample.inputs.push_back(*std::move(values));
    return sample;
  }

 private:
  std::vector<float> Dequantize(std::span<const uint8_t> bytes) const {
    std::vector<float> values(bytes.size());
    for (size_t i = 0; i < bytes.size(); ++i) {
      const int q = layout_.is_signed ? int8_t(bytes[i]) : bytes[i];
      values[i] = float(layout_.scale * double(q - layout_.zero_point));
    }
    return values;
  }

  InputFile file_;
  int64_t begin_;
  RecordLayout layout_;
  std::optional<PreprocessingInfo> preprocessing_;
};

// Records that are no pictures: they must fit as they are.
Status CheckFit(const RecordLayout& layout, const PreprocessingInfo& info,
                const InputSpec& input) {
  if (!AsksForNothing(info)) {
    return InvalidArgument(
        "mean, std, resizing and colour order are for pictures; these records "
        "have a type, scale or number of channels of their own");
  }
  const Shape shape{1, layout.height, layout.width, layout.channels};
  const bool fits = input.shape.rank == 4
                        ? input.shape == shape
                        : input.shape.NumElements() == layout.num_values();
  if (fits) return OkStatus();
  return InvalidArgument("records of shape " + shape.ToString() +
                         " do not fit input '" + input.name + "' of shape " +
                         input.shape.ToString());
}

}  // namespace

Result<std::unique_ptr<SampleSource>> MakeRecordSource(
    const std::string& path, int64_t begin, const RecordLayout& layout,
    const PreprocessingInfo& preprocessing, const InputSpec& input) {
  OCTET_RETURN_IF_ERROR(CheckRecordLayout(layout).WithContext(path));
  OCTET_ASSIGN_OR_RETURN(InputFile file, InputFile::Open(path));
  const int64_t num_bytes = file.size() - begin;
  if (num_bytes % layout.num_bytes() != 0) {
    return InvalidArgument(path + ": " + std::to_string(num_bytes) +
                           " bytes are not a whole number of records of " +
                           std::to_string(layout.num_bytes()));
  }
  std::optional<PreprocessingInfo> complete;
  if (layout.is_picture()) {
    Result<PreprocessingInfo> completed =
        CompletePreprocessing(preprocessing, input);
    if (!completed.ok()) return completed.status().WithContext(path);
    // All records have one size: if a blank one does not fit, none does.
    const Status fits =
        Preprocess(Picture{layout.height, layout.width, layout.channels,
                           std::vector<uint8_t>(size_t(layout.num_values()))},
                   *completed)
            .status();
    OCTET_RETURN_IF_ERROR(fits.WithContext(path));
    complete = *std::move(completed);
  } else {
    OCTET_RETURN_IF_ERROR(
        CheckFit(layout, preprocessing, input).WithContext(path));
  }
  return std::unique_ptr<SampleSource>(std::make_unique<RecordSource>(
      std::move(file), begin, layout, std::move(complete)));
}

}  // namespace octet::converter
