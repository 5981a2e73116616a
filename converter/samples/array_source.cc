#include <algorithm>
#include <mutex>
#include <optional>
#include <utility>

#include "converter/samples/folder.h"
#include "converter/samples/sources.h"
#include "engine/image/npy.h"
#include "engine/image/npz.h"

namespace octet::converter {
namespace {

// An array whose elements are the values of one input, sample after sample.
struct InputArray {
  NpyFile array;
  InputSpec input;
  size_t num_samples;
  // The values of a sample are CHW rather than HWC.
  bool is_nchw;
};

std::string ShapeText(const std::vector<int64_t>& shape) {
  std::string text = "[";
  for (size_t i = 0; i < shape.size(); ++i) {
    text += (i > 0 ? ", " : "") + std::to_string(shape[i]);
  }
  return text + "]";
}

// How many samples of shape `sample` an array has: it has that shape (with or
// without a leading 1), or N times it (beside or in place of a leading 1).
std::optional<size_t> CountSamples(const std::vector<int64_t>& array,
                                   const std::vector<int64_t>& sample) {
  const auto tail = [](const std::vector<int64_t>& shape) {
    return std::vector<int64_t>(shape.begin() + 1, shape.end());
  };
  if (array == sample) return 1;
  if (!array.empty() && tail(array) == sample) return size_t(array[0]);
  if (sample.empty() || sample[0] != 1) return std::nullopt;
  if (array == tail(sample)) return 1;
  if (!array.empty() && tail(array) == tail(sample)) return size_t(array[0]);
  return std::nullopt;
}

Result<InputArray> MatchArray(const NpyFile& array, const InputSpec& input,
                              DataLayout layout) {
  const Shape& shape = input.shape;
  const bool is_nchw = layout == DataLayout::kNchw && shape.rank == 4;
  std::vector<int64_t> sample(shape.dims, shape.dims + shape.rank);
  if (is_nchw) sample = {shape[0], shape[3], shape[1], shape[2]};
  const std::optional<size_t> num_samples = CountSamples(array.shape(), sample);
  if (!num_samples) {
    return InvalidArgument(
        array.name() + ": shape " + ShapeText(array.shape()) +
        " is neither a sample nor several of input '" + input.name +
        "', whose shape is " + ShapeText(sample) +
        (shape.rank != 4 ? ""
         : is_nchw       ? " in NCHW order"
                         : " in NHWC order"));
  }
  return InputArray{array, input, *num_samples, is_nchw};
}

std::vector<float> NchwToNhwc(const std::vector<float>& values,
                              const Shape& shape) {
  const size_t channels = size_t(shape[3]);
  const size_t num_pixels = size_t(shape[1]) * size_t(shape[2]);
  std::vector<float> out(values.size());
  for (size_t n = 0; n < size_t(shape[0]); ++n) {
    const size_t begin = n * channels * num_pixels;
    for (size_t c = 0; c < channels; ++c) {
      for (size_t i = 0; i < num_pixels; ++i) {
        out[begin + i * channels + c] = values[begin + c * num_pixels + i];
      }
    }
  }
  return out;
}

class ArraySource : public SampleSource {
 public:
  // REQUIRES: at least one array; equal numbers of samples.
  ArraySource(std::string path, std::vector<InputArray> arrays)
      : path_(std::move(path)), arrays_(std::move(arrays)) {}

  size_t size() const override { return arrays_[0].num_samples; }

  std::string Name(size_t index) const override {
    if (size() == 1) return FileName(path_);
    return FileName(path_) + "[" + std::to_string(index) + "]";
  }

  Result<Sample> Read(size_t index) const override {
    Sample sample;
    for (const InputArray& array : arrays_) {
      const int64_t count = array.input.shape.NumElements();
      OCTET_ASSIGN_OR_RETURN(
          std::vector<float> values,
          array.array.ReadFloats(int64_t(index) * count, count));
      sample.inputs.push_back(array.is_nchw
                                  ? NchwToNhwc(values, array.input.shape)
                                  : std::move(values));
    }
    return sample;
  }

 private:
  std::string path_;
  std::vector<InputArray> arrays_;  // one an input
};

// Several files; the one that was read last stays open.
class ArrayFolderSource : public SampleSource {
 public:
  // ends[i]: the number of samples in the files up to and including i.
  ArrayFolderSource(std::vector<std::string> paths, std::vector<size_t> ends,
                    std::vector<InputSpec> inputs, DataLayout layout)
      : paths_(std::move(paths)),
        ends_(std::move(ends)),
        inputs_(std::move(inputs)),
        layout_(layout) {}

  size_t size() const override { return ends_.back(); }

  std::string Name(size_t index) const override {
    const size_t file = FindFile(index);
    const size_t begin = Begin(file);
    if (ends_[file] - begin == 1) return FileName(paths_[file]);
    return FileName(paths_[file]) + "[" + std::to_string(index - begin) + "]";
  }

  Result<Sample> Read(size_t index) const override {
    const size_t file = FindFile(index);
    OCTET_ASSIGN_OR_RETURN(const std::shared_ptr<const SampleSource> source,
                           Open(file));
    if (source->size() != ends_[file] - Begin(file)) {
      return IoError(paths_[file] + ": was changed while it was used");
    }
    return source->Read(index - Begin(file));
  }

 private:
  size_t FindFile(size_t index) const {
    return size_t(std::upper_bound(ends_.begin(), ends_.end(), index) -
                  ends_.begin());
  }
  size_t Begin(size_t file) const { return file == 0 ? 0 : ends_[file - 1]; }

  Result<std::shared_ptr<const SampleSource>> Open(size_t file) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (open_source_ == nullptr || open_file_ != file) {
      OCTET_ASSIGN_OR_RETURN(std::unique_ptr<SampleSource> source,
                             MakeArraySource(paths_[file], inputs_, layout_));
      open_source_ = std::move(source);
      open_file_ = file;
    }
    return open_source_;
  }

  std::vector<std::string> paths_;
  std::vector<size_t> ends_;
  std::vector<InputSpec> inputs_;
  DataLayout layout_;
  mutable std::mutex mutex_;
  mutable std::shared_ptr<const SampleSource> open_source_;
  mutable size_t open_file_ = 0;
};

// The array of each input: by name, or the only one there is for one input.
Result<std::vector<NpyFile>> AssignArrays(
    const std::string& path, const std::vector<InputSpec>& inputs) {
  if (!path.ends_with("z") && !path.ends_with("Z")) {
    OCTET_ASSIGN_OR_RETURN(NpyFile array, NpyFile::Open(path));
    if (inputs.size() == 1) return std::vector<NpyFile>{std::move(array)};
    return InvalidArgument(path + ": the network has " +
                           std::to_string(inputs.size()) +
                           " inputs; give an .npz with an array for each");
  }
  OCTET_ASSIGN_OR_RETURN(const std::vector<NpzArray> arrays, OpenNpz(path));
  if (inputs.size() == 1 && arrays.size() == 1) {
    return std::vector<NpyFile>{arrays[0].array};
  }
  std::vector<NpyFile> assigned;
  for (const InputSpec& input : inputs) {
    const auto found = std::find_if(
        arrays.begin(), arrays.end(),
        [&](const NpzArray& array) { return array.name == input.name; });
    if (found == arrays.end()) {
      std::string names;
      for (const NpzArray& array : arrays) names += " '" + array.name + "'";
      return InvalidArgument(path + ": no array is called '" + input.name +
                             "' like the network's input; there are" + names);
    }
    assigned.push_back(found->array);
  }
  return assigned;
}

}  // namespace

Result<std::unique_ptr<SampleSource>> MakeArraySource(
    const std::string& path, const std::vector<InputSpec>& inputs,
    DataLayout layout) {
  OCTET_ASSIGN_OR_RETURN(const std::vector<NpyFile> files,
                         AssignArrays(path, inputs));
  std::vector<InputArray> arrays;
  for (size_t i = 0; i < inputs.size(); ++i) {
    OCTET_ASSIGN_OR_RETURN(InputArray array,
                           MatchArray(files[i], inputs[i], layout));
    if (i > 0 && array.num_samples != arrays[0].num_samples) {
      return InvalidArgument(path + ": " + std::to_string(array.num_samples) +
                             " samples for input '" + inputs[i].name +
                             "' and " + std::to_string(arrays[0].num_samples) +
                             " for '" + inputs[0].name + "'");
    }
    arrays.push_back(std::move(array));
  }
  return std::unique_ptr<SampleSource>(
      std::make_unique<ArraySource>(path, std::move(arrays)));
}

Result<std::unique_ptr<SampleSource>> MakeArrayFolderSource(
    std::vector<std::string> paths, const std::vector<InputSpec>& inputs,
    DataLayout layout) {
  std::vector<size_t> ends;
  size_t size = 0;
  for (const std::string& path : paths) {
    OCTET_ASSIGN_OR_RETURN(const std::unique_ptr<SampleSource> source,
                           MakeArraySource(path, inputs, layout));
    size += source->size();
    ends.push_back(size);
  }
  return std::unique_ptr<SampleSource>(std::make_unique<ArrayFolderSource>(
      std::move(paths), std::move(ends), inputs, layout));
}

}  // namespace octet::converter
