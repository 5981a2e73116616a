#include <algorithm>
#include <numeric>
#include <utility>

#include "converter/ir/split_mix.h"
#include "converter/samples/sources.h"

namespace octet::converter {
namespace {

class LabelledSource : public SampleSource {
 public:
  LabelledSource(std::unique_ptr<SampleSource> source, std::vector<int> labels)
      : source_(std::move(source)), labels_(std::move(labels)) {}

  size_t size() const override { return source_->size(); }
  std::string Name(size_t index) const override { return source_->Name(index); }
  Result<Sample> Read(size_t index) const override {
    Result<Sample> sample = source_->Read(index);
    if (sample.ok()) sample->label = labels_[index];
    return sample;
  }

 private:
  std::unique_ptr<SampleSource> source_;
  std::vector<int> labels_;
};

class Subset : public SampleSource {
 public:
  Subset(std::unique_ptr<SampleSource> source, std::vector<size_t> indices)
      : source_(std::move(source)), indices_(std::move(indices)) {}

  size_t size() const override { return indices_.size(); }
  std::string Name(size_t index) const override {
    return source_->Name(indices_[index]);
  }
  Result<Sample> Read(size_t index) const override {
    return source_->Read(indices_[index]);
  }

 private:
  std::unique_ptr<SampleSource> source_;
  std::vector<size_t> indices_;
};

}  // namespace

Result<std::unique_ptr<SampleSource>> AttachLabels(
    std::unique_ptr<SampleSource> source, std::vector<int> labels) {
  if (labels.size() != source->size()) {
    return InvalidArgument(std::to_string(labels.size()) + " labels for " +
                           std::to_string(source->size()) + " samples");
  }
  return std::unique_ptr<SampleSource>(
      std::make_unique<LabelledSource>(std::move(source), std::move(labels)));
}

std::unique_ptr<SampleSource> MakeSubset(std::unique_ptr<SampleSource> source,
                                         std::vector<size_t> indices) {
  return std::make_unique<Subset>(std::move(source), std::move(indices));
}

std::vector<size_t> ChooseSamples(size_t size, size_t limit,
                                  std::optional<uint64_t> seed) {
  std::vector<size_t> indices(size);
  std::iota(indices.begin(), indices.end(), size_t{0});
  if (limit == 0 || limit >= size) return indices;
  if (seed) {
    Random random(*seed);
    for (size_t i = 0; i < limit; ++i) {
      std::swap(indices[i], indices[i + random.Below(size - i)]);
    }
  }
  indices.resize(limit);
  std::sort(indices.begin(), indices.end());
  return indices;
}

}  // namespace octet::converter
