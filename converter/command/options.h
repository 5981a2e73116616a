// The command line of octet-convert.

#ifndef OCTET_CONVERTER_COMMAND_OPTIONS_H_
#define OCTET_CONVERTER_COMMAND_OPTIONS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "converter/command/varying_inputs.h"
#include "converter/quantize/precision.h"
#include "converter/quantize/quantization_params.h"
#include "converter/quantize/weight_scale.h"
#include "converter/repair/repair_set.h"
#include "converter/samples/open_samples.h"

namespace octet::converter {

// The method that chooses among the others (evaluate/choose_ranges.h).
inline constexpr char kAutoMethod[] = "auto";

struct ConvertOptions {
  std::string model_path;
  std::string output_path;
  // "name=1,3,224,224", in the source model's own order of dimensions.
  std::vector<std::string> shapes;
  // "name=1..8,3,224,224", likewise: what may vary at run time.
  std::vector<std::string> vary;
  // path, labels_path and limit are empty here: calibration and evaluation
  // share the rest.
  SampleOptions samples;
  std::string calibrate_path;
  // Calibrate on made-up pictures instead (MakeSyntheticSource).
  bool data_free = false;
  size_t calibrate_limit = 0;  // 0: all samples
  std::string evaluate_path;
  size_t evaluate_limit = 0;
  std::string labels_path;
  std::string class_names_path;
  std::string head;               // a known head or a JSON file (head_option.h)
  std::string method = "minmax";  // of RangeMethodNames(), or kAutoMethod
  // Of the methods that take them.
  double percentile = 99.99;
  double moving_average_constant = 0.01;
  // A JSON file with a method or a range for single tensors (range_config.h).
  std::string config_path;
  std::string histograms_path;
  ActivationScheme scheme;
  WeightGrid weight_grid = WeightGrid::kInt8;
  std::optional<WeightsMethod> weights_method;
  bool weights_keep_ends = false;  // the first and the last layer stay int8
  bool avx2_safe_weights = false;
  bool per_tensor = false;
  RepairSet repairs;
  PrecisionOptions precision = {.float_outputs = true};
  // Points of top-1; the configuration is then chosen (budget.h).
  std::optional<double> max_drop;
  // Of the outputs, in dB; the nodes in FP32 are then chosen
  // (float_nodes_on_samples.h).
  std::optional<double> min_sqnr;
  bool method_is_chosen = false;  // --method was given
  bool background_class = false;
  int num_threads = 0;
  std::string json_path;  // of the evaluation; of the report where it explains
  std::string report_path;  // HTML
  bool explain = false;     // `octet-convert explain`: a report and no file
  size_t worst_layers = 10;
  bool verbose = false;
  // What `vary` has been found to mean (varying_inputs.h).
  VaryingInputs varying;
  // The names of all options given on the command line.
  std::vector<std::string> given;
  // Every option given on the command line that changes the file's contents,
  // "name=value", for the file's provenance.
  std::vector<std::string> recorded;
};

// Parses the command line. Returns nothing if the process is to end, with
// `exit_code` 0 (help or version was printed) or 2 (usage error, printed).
std::optional<ConvertOptions> ParseOptions(int argc, char** argv,
                                           int* exit_code);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_COMMAND_OPTIONS_H_
