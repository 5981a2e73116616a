// From the user's options to a SampleSource.

#ifndef OCTET_CONVERTER_SAMPLES_OPEN_SAMPLES_H_
#define OCTET_CONVERTER_SAMPLES_OPEN_SAMPLES_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "converter/samples/record_layout.h"
#include "converter/samples/sample_source.h"
#include "octet/model.h"
#include "octet/status.h"

namespace octet::converter {

enum class SampleFormat {
  // From the path: a folder or a file of one of the kinds below. A .bin is
  // taken for CIFAR-10 where the network's input is 1 x 32 x 32 x 3 and the
  // size is right; other raw records must be named.
  kAuto,
  // A folder of .jpg .jpeg .png .webp .bmp (sorted by name; other files and
  // hidden ones do not count), or one such file.
  kPictures,
  // A .npy (one input: N samples or a single one), a .npz (an array an input,
  // of the same name; for one input any name), or a folder of both.
  kArrays,
  // The binary version of CIFAR-10: 1 label byte, 3072 bytes planar RGB.
  kCifar10,
  // MNIST's format, unsigned bytes; labels in a second file (labels_path).
  kIdx,
  // Records of one size as SampleOptions::records describes.
  kRecords,
  // Pictures that are made up (MakeSyntheticSource); 64, or `limit` of them.
  kSynthetic,
};

// How .npy data of rank 4 lie; everything else is always as the network's
// input.
enum class DataLayout { kNhwc, kNchw };

struct SampleOptions {
  std::string path;
  SampleFormat format = SampleFormat::kAuto;
  // Empty: no labels but those that records carry. A .csv for pictures (see
  // ReadLabelsCsv); an IDX or .npy file, one label a sample, for arrays and
  // IDX images.
  std::string labels_path;
  // How pictures become inputs; also records and IDX images of plain pixels.
  // Completed by CompletePreprocessing.
  PreprocessingInfo preprocessing;
  RecordLayout records;
  DataLayout layout = DataLayout::kNhwc;
  // At most this many samples; 0: all.
  size_t limit = 0;
  // With a limit: which samples. Without a seed the first ones, with a seed a
  // random choice that is the same on every machine, in the original order.
  std::optional<uint64_t> seed;
};

// Preprocessing for pictures that are fed to `input`: where height or width is
// 0 it becomes the input's, resize_shorter of 0 covers both, kRgb becomes kGray
// for an input of one channel, and mean and std get one value a channel.
// kInvalidArgument: the result does not fit the input or breaks
// CheckPreprocessing.
Result<PreprocessingInfo> CompletePreprocessing(PreprocessingInfo info,
                                                const InputSpec& input);

// Opens the samples for a network with these inputs. Headers, names and sizes
// are checked here, pictures when they are read. Errors name the path and say
// what was expected; a source without a sample is an error.
Result<std::unique_ptr<SampleSource>> OpenSamples(
    const SampleOptions& options, const std::vector<InputSpec>& inputs);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_SAMPLES_OPEN_SAMPLES_H_
