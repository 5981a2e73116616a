#include "converter/command/options.h"

#include <CLI/CLI.hpp>
#include <cstring>
#include <map>
#include <set>

#include "converter/calibrate/range_methods.h"
#include "converter/command/head_option.h"

namespace octet::converter {
namespace {

// Preprocessing as it stands on the command line.
struct PictureOptions {
  std::string size;  // HEIGHTxWIDTH
  int resize_shorter = 0;
  bool crop = false;
  bool stretch = false;
  bool fit = false;
  int fill = 0;
  bool centered = false;
  bool bgr = false;
  bool gray = false;
  std::vector<float> mean;
  std::vector<float> std;
};

const std::map<std::string, SampleFormat> kFormats = {
    {"auto", SampleFormat::kAuto},     {"pictures", SampleFormat::kPictures},
    {"arrays", SampleFormat::kArrays}, {"cifar10", SampleFormat::kCifar10},
    {"idx", SampleFormat::kIdx},       {"records", SampleFormat::kRecords},
};

const std::map<std::string, DataLayout> kLayouts = {
    {"nhwc", DataLayout::kNhwc}, {"nchw", DataLayout::kNchw}};

const std::map<std::string, WeightsMethod> kWeightsMethods = {
    {"minmax", WeightsMethod::kMinMax},
    {"mse", WeightsMethod::kSquaredError},
    {"admm", WeightsMethod::kAdmm}};

// Options that say where things are or how fast, not what the file holds.
const std::set<std::string> kNotRecorded = {
    "model",       "output",           "calibrate",  "evaluate",
    "labels",      "evaluate-samples", "threads",    "json",
    "help",        "version",          "verbose",    "worst-layers",
    "class-names", "max-drop",         "histograms", "report"};

void AddModelOptions(CLI::App& app, ConvertOptions& options) {
  app.add_option("model", options.model_path, "the model (.onnx, .tflite)")
      ->required();
  app.add_option(
         "-o,--output",
         options.explain ? options.report_path : options.output_path,
         options.explain ? "the report to write (.html)" : "the file to write")
      ->required();
  app.add_option("--shape", options.shapes,
                 "fix an input's shape, in the model's own order: "
                 "input=1,3,224,224");
  app.add_option("--vary", options.vary,
                 "let sizes of an input vary at run time, from..to/step: "
                 "input=1..8,3,32..640/32,32..640/32");
  app.add_option("--threads", options.num_threads, "0: one for each core")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_flag("--verbose", options.verbose, "print the graph");
}

void AddCalibrationOptions(CLI::App& app, ConvertOptions& options,
                           std::string& records) {
  app.add_option("--calibrate", options.calibrate_path,
                 "samples: a folder of pictures, .npy, .npz, CIFAR-10 or IDX "
                 "files, or raw records");
  app.add_flag("--data-free", options.data_free,
               "no samples at hand: calibrate on made-up pictures")
      ->excludes("--calibrate");
  app.add_option("--calibrate-samples", options.calibrate_limit,
                 "use at most this many; 0: all");
  app.add_option("--seed", options.samples.seed,
                 "choose them at random, repeatably, instead of the first");
  app.add_option("--format", options.samples.format, "of the samples")
      ->transform(CLI::CheckedTransformer(kFormats));
  app.add_option("--records", records,
                 "raw records: [label,]HxWxC[,u8|i8][,planar|interleaved]"
                 "[,scale=S][,zero_point=Z]");
  app.add_option("--layout", options.samples.layout,
                 "order of .npy and .npz arrays of rank 4")
      ->transform(CLI::CheckedTransformer(kLayouts));
  app.add_flag("--per-tensor", options.per_tensor,
               "one scale for all weights of a layer, not one a channel");
}

std::vector<std::string> MethodNames() {
  std::vector<std::string> names = RangeMethodNames();
  names.push_back(kAutoMethod);
  return names;
}

void AddRangeOptions(CLI::App& app, ConvertOptions& options) {
  const std::string group = "Ranges and scales";
  app.add_option("--method", options.method, "how ranges are chosen")
      ->check(CLI::IsMember(MethodNames()))
      ->capture_default_str()
      ->group(group);
  app.add_option("--percentile", options.percentile,
                 "of the method percentile: how many percent of the values "
                 "are not above the range, and not below")
      ->check(CLI::Range(50.0, 100.0))
      ->capture_default_str()
      ->group(group);
  app.add_option("--moving-average-constant", options.moving_average_constant,
                 "of the method moving-average: the weight of a new sample")
      ->check(CLI::Range(1e-6, 1.0))
      ->capture_default_str()
      ->group(group);
  app.add_option(
         "--config", options.config_path,
         "JSON: {\"tensor\": \"method\" (auto, too) or [min, max], \"layer\": "
         "{\"weights\": \"int4\"}, ...}")
      ->group(group);
  app.add_option("--histograms", options.histograms_path,
                 "write histograms and every method's range here, as JSON")
      ->group(group);
  app.add_flag("--symmetric-activations", options.scheme.symmetric,
               "zero point 0 for every activation")
      ->group(group);
  app.add_flag("--power-of-two", options.scheme.power_of_two,
               "every scale a power of two: requantization is a shift")
      ->group(group);
  app.add_option("--weights", options.weight_grid,
                 "what weights are stored as; all but int8 is packed")
      ->transform(CLI::CheckedTransformer(WeightGridsByName()))
      ->group(group);
  app.add_flag("--weights-keep-ends", options.weights_keep_ends,
               "the first and the last layer keep int8 weights")
      ->group(group);
  app.add_option("--weights-method", options.weights_method,
                 "how the scales of weights are chosen; default: minmax for "
                 "int8, mse for the rest")
      ->transform(CLI::CheckedTransformer(kWeightsMethods))
      ->group(group);
  app.add_flag("--avx2-safe-weights", options.avx2_safe_weights,
               "weights that CPUs with AVX2 alone multiply 1.5 times as fast; "
               "--evaluate tells what it costs")
      ->group(group);
}

void AddPrecisionOptions(CLI::App& app, ConvertOptions& options) {
  const std::string group = "Precision";
  app.add_option("--precision", options.precision.all_float,
                 "int8: INT8 where it pays, FP32 where INT8 has no form; "
                 "float32: all in FP32, which needs no samples")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, bool>{{"int8", false}, {"float32", true}}))
      ->group(group);
  app.add_option("--float-nodes", options.precision.float_nodes,
                 "keep these nodes in FP32: a list of names")
      ->delimiter(',')
      ->group(group);
  app.add_flag("!--int8-outputs", options.precision.float_outputs,
               "round the last layers' outputs to int8, too; otherwise they "
               "stay the floats that their int32 sums stand for")
      ->group(group);
}

void AddRepairOptions(CLI::App& app, ConvertOptions& options,
                      std::vector<std::string>& repairs) {
  app.add_option("--repair", repairs,
                 "what undoes the damage of int8: a list of equalize, "
                 "absorption, analytic, bias, rounding, adaround; or none, or "
                 "full for the best of them")
      ->delimiter(',')
      ->group("Accuracy");
  app.add_option(
         "--max-drop", options.max_drop,
         "points of top-1 that INT8 may lose on --evaluate: climbs from "
         "this --method and --repair to costlier ones until it fits")
      ->check(CLI::Range(0.0, 100.0))
      ->group("Accuracy");
}

void AddMinSqnr(CLI::App& app, ConvertOptions& options) {
  app.add_option(
         "--min-sqnr", options.min_sqnr,
         "keep the costliest nodes in FP32, as few as are needed, until the "
         "outputs are this near to FP32's: dB on the calibration samples, "
         "before repairs")
      ->check(CLI::Range(0.0, 100.0))
      ->excludes("--max-drop")
      ->group("Accuracy");
}

void AddPictureOptions(CLI::App& app, PictureOptions& options) {
  const std::string group = "Pictures (stored in the file)";
  app.add_option("--size", options.size,
                 "HEIGHTxWIDTH that the network sees; default: the input's")
      ->group(group);
  app.add_option("--resize-shorter", options.resize_shorter,
                 "resize the shorter side to this, then crop the middle")
      ->check(CLI::PositiveNumber)
      ->group(group);
  app.add_flag("--crop", options.crop,
               "resize to cover the network's size, then crop the middle")
      ->group(group);
  app.add_flag("--stretch", options.stretch,
               "resize to the network's size, whatever the proportions")
      ->group(group);
  app.add_flag("--fit", options.fit,
               "resize to fit inside the network's size, fill the rest")
      ->group(group);
  app.add_option("--fill", options.fill, "of --fit: the pixel value beside it")
      ->check(CLI::Range(0, 255))
      ->group(group);
  app.add_flag("--centered", options.centered,
               "of --fit: the picture in the middle, not at the top left")
      ->group(group);
  app.add_option("--mean", options.mean,
                 "value = (pixel - mean) / std; one, or one a channel")
      ->delimiter(',')
      ->group(group);
  app.add_option("--std", options.std, "see --mean")
      ->delimiter(',')
      ->group(group);
  app.add_flag("--bgr", options.bgr, "blue first")->group(group);
  app.add_flag("--gray", options.gray, "one channel, from the luma")
      ->group(group);
}

void AddEvaluationOptions(CLI::App& app, ConvertOptions& options) {
  app.add_option("--evaluate", options.evaluate_path,
                 "compare FP32 with INT8 on these samples");
  app.add_option("--evaluate-samples", options.evaluate_limit,
                 "use at most this many; 0: all");
  app.add_option("--labels", options.labels_path,
                 "right classes: .csv for pictures, IDX or .npy for the rest");
  app.add_flag("--background-class", options.background_class,
               "output 0 is a background class: label c is output c + 1");
  app.add_option("--class-names", options.class_names_path,
                 "a name a line, stored in the file");
  app.add_option("--head", options.head,
                 "what the outputs mean, stored in the file; a JSON file or "
                 "one of:" +
                     KnownHeads());
  app.add_option("--worst-layers", options.worst_layers,
                 "how many layers to list")
      ->capture_default_str();
  app.add_option("--json", options.json_path,
                 options.explain ? "write the report's figures here as JSON"
                                 : "write the evaluation here as JSON");
  if (options.explain) return;
  app.add_option("--report", options.report_path,
                 "write a page (.html) on where accuracy goes, as `explain`");
}

// "HEIGHTxWIDTH" into info; false if it is something else.
bool ParseSize(const std::string& text, PreprocessingInfo& info) {
  char rest = '\0';
  return std::sscanf(text.c_str(), "%dx%d%c", &info.height, &info.width,
                     &rest) == 2 &&
         info.height > 0 && info.width > 0;
}

void SetPreprocessing(const PictureOptions& pictures, PreprocessingInfo& info) {
  if (!pictures.size.empty() && !ParseSize(pictures.size, info)) {
    throw CLI::ValidationError("--size",
                               "'" + pictures.size + "' is not HEIGHTxWIDTH");
  }
  for (const std::vector<float>* values : {&pictures.mean, &pictures.std}) {
    if (values->size() == 2 || values->size() > 3) {
      throw CLI::ValidationError("--mean, --std", "take one or three values");
    }
  }
  if (pictures.stretch && (pictures.crop || pictures.resize_shorter > 0)) {
    throw CLI::ValidationError("--stretch",
                               "excludes --resize-shorter, --crop");
  }
  if (pictures.fit &&
      (pictures.stretch || pictures.crop || pictures.resize_shorter > 0)) {
    throw CLI::ValidationError("--fit",
                               "excludes --stretch, --resize-shorter, --crop");
  }
  if (!pictures.fit && (pictures.fill != 0 || pictures.centered)) {
    throw CLI::ValidationError("--fill, --centered", "belong to --fit");
  }
  if (pictures.stretch) info.resize = ResizeMode::kStretch;
  if (pictures.fit) info.resize = ResizeMode::kFit;
  info.fill = static_cast<uint8_t>(pictures.fill);
  info.centered = pictures.centered;
  if (pictures.crop || pictures.resize_shorter > 0) {
    info.resize = ResizeMode::kShorter;
  }
  info.resize_shorter = pictures.resize_shorter;
  info.color_order = pictures.bgr    ? ColorOrder::kBgr
                     : pictures.gray ? ColorOrder::kGray
                                     : ColorOrder::kRgb;
  info.mean = pictures.mean;
  info.std = pictures.std;
}

std::vector<std::string> Given(const CLI::App& app) {
  std::vector<std::string> given;
  for (const CLI::Option* option : app.get_options()) {
    if (option->count() > 0) given.push_back(option->get_single_name());
  }
  return given;
}

std::vector<std::string> Recorded(const CLI::App& app) {
  std::vector<std::string> recorded;
  for (const CLI::Option* option : app.get_options()) {
    const std::string name = option->get_single_name();
    if (option->count() == 0 || kNotRecorded.contains(name)) continue;
    std::string line = name;
    const char* separator = "=";
    if (option->get_expected_max() > 0) {
      for (const std::string& value : option->results()) {
        line += separator + value;
        separator = ",";
      }
    }
    recorded.push_back(std::move(line));
  }
  return recorded;
}

}  // namespace

std::optional<ConvertOptions> ParseOptions(int argc, char** argv,
                                           int* exit_code) {
  ConvertOptions options;
  options.explain = argc > 1 && std::strcmp(argv[1], "explain") == 0;
  if (options.explain) {
    --argc;
    ++argv;
  }
  CLI::App app(options.explain
                   ? "Converts an FP32 network to INT8 and explains, layer by "
                     "layer, what that costs"
                   : "Converts an FP32 network to INT8",
               options.explain ? "octet-convert explain" : "octet-convert");
  app.footer(
      "octet-convert explain MODEL reports where accuracy goes\n"
      "octet-convert stats MODEL counts parameters and multiply-accumulates");
  app.set_version_flag("--version", OCTET_VERSION);
  PictureOptions pictures;
  std::string records;
  std::vector<std::string> repairs;
  AddModelOptions(app, options);
  AddCalibrationOptions(app, options, records);
  AddRangeOptions(app, options);
  AddPrecisionOptions(app, options);
  AddRepairOptions(app, options, repairs);
  AddMinSqnr(app, options);
  AddPictureOptions(app, pictures);
  AddEvaluationOptions(app, options);
  try {
    app.parse(argc, argv);
    SetPreprocessing(pictures, options.samples.preprocessing);
    const Result<RepairSet> repair_set = ParseRepairSet(repairs);
    if (!repair_set.ok()) {
      throw CLI::ValidationError("--repair", repair_set.status().message());
    }
    options.repairs = *repair_set;
    if (repairs.empty() && options.data_free) {
      options.repairs = DataFreeRepairs();
    }
    options.method_is_chosen = app.count("--method") > 0;
    if (!records.empty()) {
      Result<RecordLayout> layout = ParseRecordLayout(records);
      if (!layout.ok()) {
        throw CLI::ValidationError("--records", layout.status().message());
      }
      options.samples.records = *layout;
      options.samples.format = SampleFormat::kRecords;
    }
  } catch (const CLI::ParseError& error) {
    *exit_code = app.exit(error) == 0 ? 0 : 2;
    return std::nullopt;
  }
  options.given = Given(app);
  options.recorded = Recorded(app);
  return options;
}

}  // namespace octet::converter
