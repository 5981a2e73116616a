#include <utility>

#include "converter/samples/folder.h"
#include "converter/samples/sources.h"
#include "engine/image/picture.h"
#include "engine/image/preprocess.h"

namespace octet::converter {
namespace {

class PictureSource : public SampleSource {
 public:
  PictureSource(std::vector<std::string> paths, std::vector<int> labels,
                const PreprocessingInfo& preprocessing)
      : paths_(std::move(paths)),
        labels_(std::move(labels)),
        preprocessing_(preprocessing) {}

  size_t size() const override { return paths_.size(); }

  std::string Name(size_t index) const override {
    return FileName(paths_[index]);
  }

  Result<Sample> Read(size_t index) const override {
    OCTET_ASSIGN_OR_RETURN(const Picture picture, DecodePicture(paths_[index]));
    Result<std::vector<float>> values = Preprocess(picture, preprocessing_);
    if (!values.ok()) return values.status().WithContext(paths_[index]);
    return Sample{{*std::move(values)}, labels_[index]};
  }

 private:
  std::vector<std::string> paths_;
  std::vector<int> labels_;  // one a path
  PreprocessingInfo preprocessing_;
};

}  // namespace

Result<std::unique_ptr<SampleSource>> MakePictureSource(
    std::vector<std::string> paths, const PreprocessingInfo& preprocessing,
    const LabelMap* labels) {
  std::vector<int> path_labels(paths.size(), kNoLabel);
  for (size_t i = 0; labels != nullptr && i < paths.size(); ++i) {
    const auto found = labels->find(FileName(paths[i]));
    if (found == labels->end()) {
      return InvalidArgument(paths[i] +
                             ": the labels say no class for this picture");
    }
    path_labels[i] = found->second;
  }
  return std::unique_ptr<SampleSource>(std::make_unique<PictureSource>(
      std::move(paths), std::move(path_labels), preprocessing));
}

}  // namespace octet::converter
